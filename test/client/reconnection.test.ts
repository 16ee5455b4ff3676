// The client against this project's own server over a network that fails: every call ends once, and nothing runs twice.

import { connect, type KurentoClient, ObjectLostError, OutcomeUnknownError, PassThrough } from "@kurento-ts/client";
import { type KurentoServer, startServer } from "@kurento-ts/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startMediaServerProcess } from "../support/media-server-process.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";

let server: KurentoServer;

beforeAll(async () => {
  server = await startServer({ port: 0, host: "in-process" });
});
afterAll(() => server.close());

const QUICK = { reconnect: { minDelayMs: 5, maxDelayMs: 50 } };

function portOf({ url }: KurentoServer): number {
  return Number(new URL(url).port);
}

async function comeBack(kurento: KurentoClient): Promise<void> {
  await kurento.until("reconnecting");
  await kurento.until("connected");
}

test("objects, their state and their subscriptions outlive a cut", async () => {
  await using proxy = await TcpProxy.start(portOf(server));
  await using kurento = await connect(proxy.url, QUICK);
  const pipeline = await kurento.create("MediaPipeline");
  const [source, sink] = await Promise.all([pipeline.create("PassThrough"), pipeline.create("PassThrough")]);
  await source.setName("source");
  const kinds: string[] = [];
  source.on("ElementConnected", ({ mediaType }) => kinds.push(mediaType));
  const { sessionId, serverId } = kurento;
  proxy.cut();
  await comeBack(kurento);
  expect(kurento).toMatchObject({ sessionId, serverId });
  await source.connect(sink);
  await expect.poll(() => kinds.toSorted()).toEqual(["AUDIO", "DATA", "VIDEO"]);
  expect(await source.getName()).toBe("source");
  expect(await pipeline.getChildren()).toEqual([source, sink]);
});

test("each of 1,000 calls in flight at the cut ends once, and no creation runs twice", async () => {
  await using proxy = await TcpProxy.start(portOf(server));
  await using kurento = await connect(proxy.url, QUICK);
  const pipeline = await kurento.create("MediaPipeline");
  await pipeline.setName("busy");
  let names = 0;
  let created = 0;
  const failures: unknown[] = [];
  const calls: Promise<unknown>[] = [];
  // Answers are on their way back while the line is cut.
  proxy.delay(20);
  for (let count = 0; count < 500; count++) {
    const fail = (error: unknown): void => {
      failures.push(error);
    };
    const named = pipeline.getName().then((name) => {
      if (name === "busy") names++;
    }, fail);
    const made = pipeline.create("PassThrough").then(() => {
      created++;
    }, fail);
    calls.push(named, made);
  }
  const before = server.snapshot().objects;
  await expect.poll(() => server.snapshot().objects, { interval: 1, timeout: 10_000 }).toBeGreaterThan(before);
  proxy.delay(0);
  proxy.cut();
  await Promise.all(calls);
  expect(names).toBe(500);
  // The server remembers ids: what was written again got the first answer.
  expect(failures).toEqual([]);
  expect(created).toBe(500);
  expect(await pipeline.getChildren()).toHaveLength(500);
});

test("with a server that does not remember requests no creation is written twice, and each failure says so", async () => {
  await using forgetful = await startServer({ port: 0, host: "in-process", disableRequestCache: true });
  await using proxy = await TcpProxy.start(portOf(forgetful));
  await using kurento = await connect(proxy.url, QUICK);
  const pipeline = await kurento.create("MediaPipeline");
  proxy.delay(50);
  const calls = Array.from({ length: 100 }, () =>
    pipeline.create("PassThrough").then(
      () => "created",
      (error: unknown) => error,
    ),
  );
  await expect.poll(() => forgetful.snapshot().objects, { interval: 1, timeout: 10_000 }).toBeGreaterThan(1);
  proxy.delay(0);
  proxy.cut();
  const ends = await Promise.all(calls);
  const failures = ends.filter((end) => end !== "created");
  for (const failure of failures) expect(failure).toBeInstanceOf(OutcomeUnknownError);
  const children = await pipeline.getChildren();
  expect(children.length).toBeLessThanOrEqual(100);
  expect(children.length).toBeGreaterThanOrEqual(100 - failures.length);
});

test("a line that falls silent without an end is replaced, and the calls on it are answered or told", async () => {
  await using proxy = await TcpProxy.start(portOf(server));
  await using kurento = await connect(proxy.url, { ...QUICK, keepAlive: { intervalMs: 100, timeoutMs: 200 } });
  const pipeline = await kurento.create("MediaPipeline");
  proxy.fallSilent();
  const name = pipeline.getName();
  const named = pipeline.setName("x").catch((error: unknown) => error);
  const { error } = await kurento.until("reconnecting");
  expect(error.message).toContain("no answer to a ping");
  proxy.speak();
  expect(await name).toBe(pipeline.id);
  const outcome = await named;
  if (outcome !== undefined) expect(outcome).toBeInstanceOf(OutcomeUnknownError);
  expect(kurento.state.status).toBe("connected");
});

test("a server that is restarted between request and answer: what was lost is told, and work goes on", async () => {
  const first = await startServer({ port: 0, host: "in-process" });
  await using proxy = await TcpProxy.start(portOf(first));
  await using kurento = await connect(proxy.url, QUICK);
  const pipeline = await kurento.create("MediaPipeline");
  const element = await pipeline.create("PassThrough");
  const lost = kurento.once("sessionLost");
  const { serverId } = kurento;
  proxy.refuse(true);
  const asked = kurento.serverManager.getUsedCpu(60_000).catch((error: unknown) => error);
  const hanging = element.getName().catch((error: unknown) => error);
  proxy.cut();
  await first.close();
  await using second = await startServer({ port: 0, host: "in-process" });
  proxy.target = portOf(second);
  proxy.refuse(false);
  expect(await lost).toMatchObject({ reason: "serverRestarted", objects: [pipeline, element] });
  expect(await hanging).toBeInstanceOf(ObjectLostError);
  await expect(element.getName()).rejects.toBeInstanceOf(ObjectLostError);
  expect(kurento.serverId).not.toBe(serverId);
  const next = await kurento.create("MediaPipeline");
  expect(await next.getChildren()).toEqual([]);
  await kurento.close();
  // The reading call was written again, and the new server answers it no more: the client closed.
  expect(await asked).toBeInstanceOf(OutcomeUnknownError);
});

test("a session that expired while the client was away is told, and the client works in another one", async () => {
  await using hasty = await startServer({ port: 0, host: "in-process", garbageCollectorPeriodMs: 50 });
  await using proxy = await TcpProxy.start(portOf(hasty));
  await using kurento = await connect(proxy.url, QUICK);
  const { sessionId, serverId } = kurento;
  const pipeline = await kurento.create("MediaPipeline");
  const lost = kurento.once("sessionLost");
  proxy.refuse(true);
  proxy.cut();
  await expect.poll(() => hasty.snapshot().objects, { timeout: 10_000 }).toBe(0);
  proxy.refuse(false);
  expect(await lost).toEqual({ reason: "sessionExpired", sessionId, objects: [pipeline] });
  expect(kurento.serverId).toBe(serverId);
  expect(kurento.sessionId).not.toBe(sessionId);
  await kurento.create("MediaPipeline");
});

test("an empty session is renewed silently after a restart of the server", async () => {
  const first = await startServer({ port: 0, host: "in-process" });
  await using proxy = await TcpProxy.start(portOf(first));
  await using kurento = await connect(proxy.url, QUICK);
  const losses: unknown[] = [];
  kurento.on("sessionLost", (loss) => losses.push(loss));
  const created: unknown[] = [];
  await kurento.serverManager.on("ObjectCreated", ({ object }) => created.push(object)).ready;
  await using second = await startServer({ port: 0, host: "in-process" });
  proxy.target = portOf(second);
  await first.close();
  await kurento.until("reconnecting");
  const pipeline = await kurento.create("MediaPipeline");
  await expect.poll(() => created).toEqual([pipeline]);
  expect(losses).toEqual([]);
});

test("a server process that is killed and started again on its port is found again, with what was lost told", async () => {
  const first = await startMediaServerProcess();
  await using kurento = await connect(first.url, QUICK);
  const pipeline = await kurento.create("MediaPipeline");
  const lost = kurento.once("sessionLost");
  const calls = Array.from({ length: 100 }, () => pipeline.create("PassThrough").catch((error: unknown) => error));
  await first.kill();
  await using _second = await startMediaServerProcess(first.port);
  expect(await lost).toMatchObject({ reason: "serverRestarted" });
  for (const end of await Promise.all(calls)) {
    // Some were answered before the end; what they made is lost like the rest.
    if (end instanceof PassThrough) expect(end.lost).toBe(true);
    else expect(end).toBeInstanceOf(ObjectLostError);
  }
  expect(pipeline.lost).toBe(true);
  const next = await kurento.create("MediaPipeline");
  expect(await next.getName()).toBe(next.id);
}, 60_000);

test("a line that is cut thirty times costs a reader nothing but time", async () => {
  await using proxy = await TcpProxy.start(portOf(server));
  await using kurento = await connect(proxy.url, { reconnect: { minDelayMs: 1, maxDelayMs: 2 } });
  const pipeline = await kurento.create("MediaPipeline");
  for (let count = 0; count < 30; count++) {
    const calls = Array.from({ length: 5 }, () => pipeline.getName());
    proxy.cut();
    expect(new Set(await Promise.all(calls)).size).toBe(1);
  }
  expect(proxy.accepted).toBeGreaterThan(25);
});
