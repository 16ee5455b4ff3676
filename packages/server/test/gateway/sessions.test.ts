// Sessions: how they begin, move between connections, hold objects, and end.
import { expect, test } from "vitest";
import { RawClient } from "./support/raw-client.ts";
import { testServer, until } from "./support/test-server.ts";

const invalidSession = { code: 40007, data: { type: "INVALID_SESSION" }, message: "Invalid session" };

test("connect names a session, and ping tells it once the connection carries one", async () => {
  await using server = await testServer();
  await using client = await RawClient.open(server.url);
  expect(await client.result("ping")).toEqual({ value: "pong" });
  const { serverId, sessionId } = await client.result("connect");
  expect(await client.result("ping", { interval: 5000 })).toEqual({ sessionId, value: "pong" });
  await using other = await RawClient.open(server.url);
  const second = await other.result("connect", {});
  expect(second.serverId).toBe(serverId);
  expect(second.sessionId).not.toBe(sessionId);
});

test("a session that has referred to nothing cannot be resumed, and one that looked at the manager can", async () => {
  await using server = await testServer();
  await using client = await RawClient.open(server.url);
  const { sessionId } = await client.result("connect");
  expect((await client.call("connect")).error).toEqual(invalidSession);
  expect((await client.call("keepAlive", { sessionId })).error).toEqual(invalidSession);
  await client.result("describe", { object: "manager_ServerManager" });
  expect(await client.result("keepAlive", { sessionId })).toEqual({ sessionId });
  expect((await client.result("connect")).sessionId).toBe(sessionId);
});

test("an unknown session is refused and leaves the connection as it was; an empty one stands for a new one", async () => {
  await using server = await testServer();
  await using client = await RawClient.open(server.url);
  const { sessionId } = await client.result("create", { type: "MediaPipeline" });
  for (const id of ["bad-session", 5]) {
    expect((await client.call("connect", { sessionId: id })).error).toEqual(invalidSession);
  }
  expect((await client.result("ping")).sessionId).toBe(sessionId);
  for (const id of [null, "", {}]) {
    expect((await client.result("connect", { sessionId: id })).sessionId).toMatch(/^[0-9a-f-]{36}$/);
  }
});

test("any id that a client chooses is a session", async () => {
  await using server = await testServer();
  await using client = await RawClient.open(server.url);
  const { sessionId } = await client.result("create", { type: "MediaPipeline", sessionId: "made-up" });
  expect(sessionId).toBe("made-up");
  expect((await client.result("ping")).sessionId).toBe("made-up");
  expect(await client.invoke("manager_ServerManager", "getSessions")).toEqual(["made-up"]);
});

test("a session moves to the connection that used it last, with its events", async () => {
  await using server = await testServer();
  await using first = await RawClient.open(server.url);
  const pipeline = await first.create("MediaPipeline");
  const source = await first.create("PassThrough", { mediaPipeline: pipeline });
  const sink = await first.create("PassThrough", { mediaPipeline: pipeline });
  const { sessionId } = await first.result("subscribe", { object: source, type: "ElementConnected" });

  await using second = await RawClient.open(server.url);
  expect((await second.result("connect", { sessionId })).sessionId).toBe(sessionId);
  expect(await first.result("ping")).toEqual({ value: "pong" });
  await second.invoke(source, "connect", { sink, mediaType: "AUDIO" });
  await second.eventCount("ElementConnected", 1);

  await first.result("invoke", {
    object: source,
    operation: "connect",
    operationParams: { sink, mediaType: "VIDEO" },
    sessionId,
  });
  await first.eventCount("ElementConnected", 1);
  expect(await second.result("ping")).toEqual({ value: "pong" });
  expect(second.events()).toHaveLength(1);
});

test("a resumed session keeps its subscriptions, and events raised in between are lost", async () => {
  await using server = await testServer();
  await using other = await RawClient.open(server.url);
  const before = await RawClient.open(server.url);
  const pipeline = await before.create("MediaPipeline");
  const source = await before.create("PassThrough", { mediaPipeline: pipeline });
  const sink = await before.create("PassThrough", { mediaPipeline: pipeline });
  const { sessionId } = await before.result("subscribe", { object: source, type: "ElementConnected" });
  before.socket.terminate();
  await until(() => server.snapshot().connections === 1, "the connection is gone");
  await other.invoke(source, "connect", { sink, mediaType: "AUDIO" });

  await using after = await RawClient.open(server.url);
  await after.result("connect", { sessionId });
  await other.invoke(source, "connect", { sink, mediaType: "VIDEO" });
  await after.eventCount("ElementConnected", 1);
  expect(after.events().map(({ data }) => data.mediaType)).toEqual(["VIDEO"]);
  // Using it made the other session refer to it as well.
  expect(server.snapshot().sessions).toBe(2);
});

test("the first request of a resumed session on a new connection loses none of its own events", async () => {
  await using server = await testServer();
  const before = await RawClient.open(server.url);
  const pipeline = await before.create("MediaPipeline");
  const source = await before.create("PassThrough", { mediaPipeline: pipeline });
  const sink = await before.create("PassThrough", { mediaPipeline: pipeline });
  const { sessionId } = await before.result("subscribe", { object: source, type: "ElementConnected" });
  await before.close();
  await using after = await RawClient.open(server.url);
  await after.result("invoke", { object: source, operation: "connect", operationParams: { sink }, sessionId });
  await after.eventCount("ElementConnected", 3);
  expect(after.events()).toHaveLength(3);
});

test("an object lives until no session refers to it any more", async () => {
  await using server = await testServer();
  await using maker = await RawClient.open(server.url);
  await using user = await RawClient.open(server.url);
  const pipeline = await maker.create("MediaPipeline");
  const element = await maker.create("PassThrough", { mediaPipeline: pipeline });
  await user.result("connect");
  await user.result("ref", { object: element });
  await maker.result("unref", { object: element });
  expect(await user.invoke(element, "getName")).toBe(element);
  await user.result("unref", { object: element });
  expect((await user.call("describe", { object: element })).error).toMatchObject({ code: 40101 });
  // Referring to the element had referred to its pipeline, which the maker refers to as well.
  expect(await maker.invoke(pipeline, "getChildren")).toEqual([]);
  await user.result("release", { object: pipeline });
  expect((await maker.call("describe", { object: pipeline })).error).toMatchObject({ code: 40101 });
});

test("references are a set; a new child is referred to by all who refer to its parent, an older one is not", async () => {
  await using server = await testServer();
  await using maker = await RawClient.open(server.url);
  await using watcher = await RawClient.open(server.url);
  const pipeline = await maker.create("MediaPipeline");
  const older = await maker.create("PassThrough", { mediaPipeline: pipeline });
  await watcher.result("connect");
  await watcher.result("ref", { object: pipeline });
  await watcher.result("ref", { object: pipeline });
  const newer = await maker.create("PassThrough", { mediaPipeline: pipeline });
  await maker.result("unref", { object: newer });
  await maker.result("unref", { object: older });
  expect(await watcher.invoke(pipeline, "getChildren")).toEqual([newer]);
  await watcher.result("unref", { object: pipeline });
  // The pipeline is still referred to by its maker, but what only the watcher held went with its reference.
  expect(await maker.invoke(pipeline, "getChildren")).toEqual([]);
});

test("closeSession gives up what the session holds, and with release ends it for everybody", async () => {
  await using server = await testServer();
  await using mine = await RawClient.open(server.url);
  await using theirs = await RawClient.open(server.url);
  const shared = await mine.create("MediaPipeline");
  const own = await mine.create("MediaPipeline");
  await theirs.result("describe", { object: shared });
  expect((await mine.call("closeSession")).result).toBeNull();
  expect((await theirs.call("describe", { object: own })).error).toMatchObject({ code: 40101 });
  expect(await theirs.invoke(shared, "getName")).toBe(shared);

  const { sessionId } = await mine.result("describe", { object: shared });
  expect((await mine.call("closeSession", { sessionId, release: true })).result).toBeNull();
  expect((await theirs.call("describe", { object: shared })).error).toMatchObject({ code: 40101 });
  for (const params of [{ sessionId: "nope" }, { sessionId }, {}]) {
    expect((await mine.call("closeSession", params)).result).toBeNull();
  }
  await until(() => server.snapshot().objects === 0, "all objects have ended");
});

test("a session without a connection ends with its objects after one to two periods; an idle connected one stays", async () => {
  await using server = await testServer({ garbageCollectorPeriodMs: 40 });
  await using idle = await RawClient.open(server.url);
  const kept = await idle.create("MediaPipeline");
  await using watcher = await RawClient.open(server.url);
  await watcher.result("subscribe", { object: "manager_ServerManager", type: "ObjectDestroyed" });
  const gone = await RawClient.open(server.url);
  const pipeline = await gone.create("MediaPipeline");
  const element = await gone.create("PassThrough", { mediaPipeline: pipeline });
  const { sessionId } = await gone.result("ping");
  gone.socket.terminate();
  await watcher.eventCount("ObjectDestroyed", 2);
  expect(watcher.events().map(({ data }) => data.objectId)).toEqual([element, pipeline]);
  expect((await watcher.call("connect", { sessionId })).error).toEqual(invalidSession);
  expect(await idle.invoke(kept, "getName")).toBe(kept);
});

test("keepAlive holds a session that has no connection", async () => {
  await using server = await testServer({ garbageCollectorPeriodMs: 60 });
  const gone = await RawClient.open(server.url);
  const pipeline = await gone.create("MediaPipeline");
  const { sessionId } = await gone.result("ping");
  await gone.close();
  // keepAlive binds its connection, so it is called from a connection that ends at once.
  for (let round = 0; round < 6; round++) {
    await new Promise((resolve) => setTimeout(resolve, 30));
    await using brief = await RawClient.open(server.url);
    expect(await brief.result("keepAlive", { sessionId })).toEqual({ sessionId });
  }
  await using client = await RawClient.open(server.url);
  expect(await client.invoke(pipeline, "getName")).toBe(pipeline);
});

test("a connection that goes silent is ended, so that its session can be collected", async () => {
  await using server = await testServer({ pingIntervalMs: 30, garbageCollectorPeriodMs: 30 });
  await using silent = await RawClient.open(server.url, { autoPong: false });
  await silent.create("MediaPipeline");
  await using alive = await RawClient.open(server.url);
  const kept = await alive.create("MediaPipeline");
  expect((await silent.closed).code).toBe(1006);
  await until(() => server.snapshot().objects === 1, "the objects of the silent client have ended");
  expect(await alive.invoke(kept, "getName")).toBe(kept);
});
