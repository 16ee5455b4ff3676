// A request that comes again is answered again and does nothing: on the same connection, another one, early or late.

import { startServer } from "@kurento-ts/server";
import { expect, test } from "vitest";
import { RequestCache } from "../../src/gateway/request-cache.ts";
import { RawClient, type Received } from "./support/raw-client.ts";
import { STAND_IN_CLASSES, testServer, until } from "./support/test-server.ts";

/** Sends a request with an id of its own choice and waits for one more answer with it. */
async function ask(client: RawClient, id: number | string, method: string, params: object = {}): Promise<Received> {
  const before = client.received.length;
  client.request(method, params, id);
  await client.waitFor(() => client.received.length > before);
  return client.received.at(-1) ?? {};
}

test("a repeated request gets the first answer and makes nothing new, whatever it asks for", async () => {
  await using server = await testServer();
  await using client = await RawClient.open(server.url);
  await client.result("connect");
  const first = await ask(client, "a", "create", { type: "MediaPipeline" });
  expect(first.result?.value).toMatch(/_kurento\.MediaPipeline$/);
  expect(await ask(client, "a", "create", { type: "MediaPipeline" })).toEqual(first);
  expect(await ask(client, "a", "ping")).toEqual(first);
  expect(server.snapshot().objects).toBe(1);
  // An unknown method is answered before anything else.
  expect((await ask(client, "a", "noSuchMethod")).error?.code).toBe(-32601);
});

test("an id is the same as a number and as a text, and each answer carries the id of its own request", async () => {
  await using server = await testServer();
  await using client = await RawClient.open(server.url);
  await client.result("connect");
  const { result } = await ask(client, 77_000_001, "create", { type: "MediaPipeline" });
  expect(await ask(client, "77000001", "create", { type: "MediaPipeline" })).toEqual({
    id: "77000001",
    jsonrpc: "2.0",
    result,
  });
  expect(server.snapshot().objects).toBe(1);
});

test("errors are answered again as well", async () => {
  await using server = await testServer();
  await using client = await RawClient.open(server.url);
  await client.result("connect");
  const refused = await ask(client, "e", "invoke", { object: "nope", operation: "x" });
  expect(refused.error).toMatchObject({ code: 40101 });
  expect(await ask(client, "e", "ping")).toEqual(refused);
});

test("sessions do not get each other's answers, and neither does who has no session", async () => {
  await using server = await testServer();
  await using one = await RawClient.open(server.url);
  await using other = await RawClient.open(server.url);
  const answers = [
    await ask(one, "x", "create", { type: "MediaPipeline" }),
    await ask(other, "x", "create", { type: "MediaPipeline" }),
    await ask(one, "x1", "create", { type: "MediaPipeline", sessionId: "y" }),
    await ask(one, "x", "create", { type: "MediaPipeline", sessionId: "1y" }),
  ];
  expect(new Set(answers.map(({ result }) => result?.value)).size).toBe(4);
  expect(server.snapshot().objects).toBe(4);
});

test("the request that begins a session can be repeated on its connection", async () => {
  await using server = await testServer();
  await using client = await RawClient.open(server.url);
  const first = await ask(client, "c", "connect");
  expect(await ask(client, "c", "connect")).toEqual(first);
  await using other = await RawClient.open(server.url);
  const created = await ask(other, "c", "create", { type: "MediaPipeline" });
  expect(await ask(other, "c", "create", { type: "MediaPipeline" })).toEqual(created);
  expect(server.snapshot().objects).toBe(1);
});

test("a request is repeated on a new connection, which carries the session from then on", async () => {
  await using server = await testServer();
  const before = await RawClient.open(server.url);
  const { sessionId } = await before.result("connect");
  const { result } = await ask(before, "p", "create", { type: "MediaPipeline" });
  before.socket.terminate();
  await until(() => server.snapshot().connections === 0, "the connection is gone");
  await using after = await RawClient.open(server.url);
  expect((await ask(after, "p", "create", { type: "MediaPipeline", sessionId })).result).toEqual(result);
  expect(await after.result("ping")).toEqual({ sessionId, value: "pong" });
  expect(server.snapshot().objects).toBe(1);
});

test("a repeat that comes while the first still runs waits for its answer; both get it, also an error", async () => {
  await using server = await testServer({ classesModule: STAND_IN_CLASSES });
  await using first = await RawClient.open(server.url);
  await using second = await RawClient.open(server.url);
  const object = await first.create("MediaPipeline");
  const { sessionId } = await first.result("ping");
  const params = { object, operation: "setName", operationParams: { name: "slow-count" }, sessionId };
  for (const [id, count, code] of [
    ["succeeds", "1", undefined],
    ["fails", "2", 40003],
  ] as const) {
    first.request("invoke", params, id);
    second.request("invoke", params, id);
    const answers = await Promise.all([first.answer(id), second.answer(id)]);
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[0]?.error?.code).toBe(code);
    expect(await second.invoke(object, "getName")).toBe(count);
  }
});

test("the repeat of a call that holds up nobody holds up nobody either", async () => {
  await using server = await testServer();
  await using client = await RawClient.open(server.url);
  await client.result("connect");
  const params = { object: "manager_ServerManager", operation: "getUsedCpu", operationParams: { interval: 60 } };
  client.request("invoke", params, "cpu");
  client.request("invoke", params, "cpu");
  await client.result("ping");
  expect(client.received.filter(({ id }) => id === "cpu")).toEqual([]);
  await client.waitFor(() => client.received.filter(({ id }) => id === "cpu").length === 2);
  const [one, two] = client.received.filter(({ id }) => id === "cpu");
  expect(two).toEqual(one);
});

test("a notification is never a repeat", async () => {
  await using server = await testServer();
  await using client = await RawClient.open(server.url);
  await client.result("connect");
  for (let round = 0; round < 2; round++) {
    client.send(JSON.stringify({ jsonrpc: "2.0", method: "create", params: { type: "MediaPipeline" } }));
  }
  await client.result("ping");
  expect(server.snapshot().objects).toBe(2);
});

test("without the request cache the same id does the same thing twice", async () => {
  await using server = await testServer({ disableRequestCache: true });
  await using client = await RawClient.open(server.url);
  await client.result("connect");
  await ask(client, "a", "create", { type: "MediaPipeline" });
  await ask(client, "a", "create", { type: "MediaPipeline" });
  expect(server.snapshot().objects).toBe(2);
});

test("disableRequestCache takes true or false", async () => {
  const wrong = { disableRequestCache: "yes" as unknown as boolean };
  await expect(startServer(wrong)).rejects.toThrow('option disableRequestCache: expected true or false, got "yes"');
});

test("an answer is found for 20 s, and then it is let go", () => {
  const cache = new RequestCache();
  cache.keep("1", { value: "first" }, 0);
  cache.keep("2", { value: "second" }, 15_000);
  expect(cache.find("1", 19_999)).toEqual({ value: "first" });
  expect(cache.find("1", 20_000)).toBeUndefined();
  cache.keep("3", { value: "third" }, 21_000);
  expect(cache.find("2", 34_999)).toEqual({ value: "second" });
  cache.keep("4", { value: "fourth" }, 41_000);
  expect(cache.size).toBe(2);
  cache.dropOld(60_999);
  expect(cache.size).toBe(2);
  cache.dropOld(61_000);
  expect(cache.size).toBe(0);
});

test("however much comes in, no more than so many answers and bytes are held, and the newest of them", () => {
  const cache = new RequestCache({ maxAnswers: 10, maxBytes: 100_000 });
  for (let id = 0; id < 1000; id++) {
    cache.keep(String(id), { value: id }, id);
    expect(cache.size).toBeLessThanOrEqual(10);
    expect(cache.find(String(id), id)).toEqual({ value: id });
    if (id >= 4) expect(cache.find(String(id - 4), id)).toEqual({ value: id - 4 });
  }
  const large = "x".repeat(20_000);
  for (let id = 0; id < 100; id++) {
    cache.keep(`large ${id}`, { value: { list: [large] } }, 1000);
    expect(cache.size).toBeLessThanOrEqual(10);
  }
  expect([95, 96, 97, 98, 99].filter((id) => cache.find(`large ${id}`, 1000)).length).toBeLessThanOrEqual(4);
  expect(cache.find("large 99", 1000)).toBeDefined();
  cache.keep("too large", { value: "x".repeat(60_000) }, 1000);
  expect(cache.find("too large", 1000)).toBeUndefined();
});
