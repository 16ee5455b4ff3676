// Events: each once per session, in order, after the answer that caused them, and nothing else.
import { describe, expect, test } from "vitest";
import { RawClient } from "./support/raw-client.ts";
import { logged, STAND_IN_CLASSES, testServer, until } from "./support/test-server.ts";

describe.each(["in-process", "child-process"] as const)("with media in the %s host", (host) => {
  test("an event comes after the answer that caused it, also when the operation takes its time", async () => {
    await using server = await testServer({ host, classesModule: STAND_IN_CLASSES });
    await using client = await RawClient.open(server.url);
    const pipeline = await client.create("MediaPipeline");
    await client.result("subscribe", { object: pipeline, type: "Error" });
    const setName = (name: string): number | string =>
      client.request("invoke", { object: pipeline, operation: "setName", operationParams: { name } });
    const first = setName("raise");
    const second = setName("raise-later");
    await client.answer(second);
    await client.eventCount("Error", 3);
    const seen = client.received
      .filter((message) => message.method === "onEvent" || message.id === first || message.id === second)
      .map((message) => message.id ?? message.params?.value.data.description);
    expect(seen).toEqual([first, "before the answer", second, "first", "second"]);
  });

  test("an event of the definition is raised as it says, and nonsense of an element reaches the log alone", async () => {
    await using server = await testServer({ host, classesModule: STAND_IN_CLASSES });
    await using client = await RawClient.open(server.url);
    const pipeline = await client.create("MediaPipeline");
    await client.result("subscribe", { object: pipeline, type: "Error" });
    await client.invoke(pipeline, "setName", { name: "raise-nonsense" });
    await client.invoke(pipeline, "setName", { name: "warn" });
    await client.invoke(pipeline, "setName", { name: "raise" });
    await client.eventCount("Error", 1);
    expect(client.events()).toEqual([
      {
        object: pipeline,
        type: "Error",
        data: {
          source: pipeline,
          tags: [],
          timestampMillis: expect.stringMatching(/^\d{13}$/) as unknown,
          type: "STAND_IN",
          description: "before the answer",
          errorCode: 40003,
        },
      },
    ]);
    await until(() => logged.some((line) => line.includes("NoSuchEvent")), "the unknown event was logged");
    await until(() => logged.some((line) => line.includes("in the background")), "the warning was logged");
  });
});

test("a session gets an event once however often it subscribed, until its last subscription ends", async () => {
  await using server = await testServer();
  await using client = await RawClient.open(server.url);
  const pipeline = await client.create("MediaPipeline");
  const source = await client.create("PassThrough", { mediaPipeline: pipeline });
  const sink = await client.create("PassThrough", { mediaPipeline: pipeline });
  const connectOnce = async (): Promise<number> => {
    const before = client.events().length;
    await client.invoke(source, "connect", { sink, mediaType: "AUDIO" });
    await client.invoke(source, "disconnect", { sink, mediaType: "AUDIO" });
    await client.result("ping");
    return client.events().length - before;
  };
  const subscribe = async (): Promise<unknown> =>
    (await client.result("subscribe", { object: source, type: "ElementConnected" })).value;
  const unsubscribe = (subscription: unknown): Promise<unknown> =>
    client.result("unsubscribe", { object: source, subscription });

  const first = await subscribe();
  const second = await subscribe();
  expect(second).not.toBe(first);
  expect(await connectOnce()).toBe(1);
  await unsubscribe(first);
  expect(await connectOnce()).toBe(1);
  await unsubscribe("nope");
  await unsubscribe(second);
  expect(await connectOnce()).toBe(0);
  await subscribe();
  expect(await connectOnce()).toBe(1);
});

test("each session gets its own events, and a session cannot end another's subscription", async () => {
  await using server = await testServer();
  await using one = await RawClient.open(server.url);
  await using two = await RawClient.open(server.url);
  const pipeline = await one.create("MediaPipeline");
  const source = await one.create("PassThrough", { mediaPipeline: pipeline });
  const sink = await one.create("PassThrough", { mediaPipeline: pipeline });
  const subscription = (await two.result("subscribe", { object: source, type: "ElementConnected" })).value;
  await one.result("unsubscribe", { object: source, subscription });
  await one.invoke(source, "connect", { sink, mediaType: "VIDEO" });
  await two.eventCount("ElementConnected", 1);
  expect(one.events()).toEqual([]);
});

test("an event type that the class does not raise is refused", async () => {
  await using server = await testServer();
  await using client = await RawClient.open(server.url);
  const pipeline = await client.create("MediaPipeline");
  for (const type of ["NoSuchEvent", "MediaStateChanged", "onEvent", ""]) {
    expect((await client.call("subscribe", { object: pipeline, type })).error).toEqual({
      code: 40106,
      data: { type: "MEDIA_OBJECT_EVENT_NOT_SUPPORTED" },
      message: `Event '${type}' not supported`,
    });
  }
});

test("the manager tells of every object made and ended, children first, after the answer", async () => {
  await using server = await testServer();
  await using watcher = await RawClient.open(server.url);
  await using client = await RawClient.open(server.url);
  for (const type of ["ObjectCreated", "ObjectDestroyed"]) {
    await watcher.result("subscribe", { object: "manager_ServerManager", type });
    await client.result("subscribe", { object: "manager_ServerManager", type });
  }
  const first = client.request("create", { type: "MediaPipeline" });
  const pipeline = String((await client.answer(first)).result?.value);
  const element = await client.create("PassThrough", { mediaPipeline: pipeline });
  const last = client.request("release", { object: pipeline });
  await client.eventCount("ObjectDestroyed", 2);
  await watcher.eventCount("ObjectDestroyed", 2);
  for (const seen of [client, watcher]) {
    expect(seen.events().map(({ object, type, data }) => [object, type, data.object ?? data.objectId])).toEqual([
      ["manager_ServerManager", "ObjectCreated", pipeline],
      ["manager_ServerManager", "ObjectCreated", element],
      ["manager_ServerManager", "ObjectDestroyed", element],
      ["manager_ServerManager", "ObjectDestroyed", pipeline],
    ]);
  }
  expect(Object.keys(client.events()[0]?.data ?? {}).sort()).toEqual(["object", "source", "tags", "timestampMillis"]);
  const order = client.received.map((message) => message.id ?? message.params?.value.type);
  expect(order.indexOf(first)).toBeLessThan(order.indexOf("ObjectCreated"));
  expect(order.indexOf(last)).toBeLessThan(order.indexOf("ObjectDestroyed"));
});
