// Events taken with `for await`: all of them, in order, in a bounded number, until the object or the client ends.

import { type ConnectionError, KurentoError, ObjectLostError, ObjectReleasedError } from "@kurento-ts/client";
import { expect, test } from "vitest";
import { BoundedStream } from "../src/bounded-stream.ts";
import { type Scene, setScene } from "./scene.ts";

function raise({ server, endpoint }: Scene, streamId: string): void {
  server.event(endpoint.id, "IceGatheringDone", { streamId });
}

test("events come in order, also those that wait, and leaving the loop ends the subscription", async () => {
  await using it = await setScene();
  const events = it.endpoint.events("IceGatheringDone");
  await it.server.until(() => it.server.of("subscribe").length === 1);
  for (const streamId of ["1", "2", "3"]) raise(it, streamId);
  const seen: unknown[] = [];
  for await (const event of events) {
    seen.push(Reflect.get(event, "streamId"));
    if (seen.length === 3) raise(it, "4");
    if (seen.length === 4) break;
  }
  expect(seen).toEqual(["1", "2", "3", "4"]);
  await it.server.until(() => it.server.of("unsubscribe").length === 1);
  expect(it.reported).toEqual([]);
});

test("the loop ends when the object is released, after the events that came before", async () => {
  await using it = await setScene();
  const events = it.endpoint.events("IceGatheringDone");
  await it.server.until(() => it.server.of("subscribe").length === 1);
  raise(it, "last");
  await it.pipeline.release();
  const seen: unknown[] = [];
  for await (const event of events) seen.push(Reflect.get(event, "streamId"));
  expect(seen).toEqual(["last"]);
  expect(() => it.endpoint.events("IceGatheringDone")).toThrow(ObjectReleasedError);
});

test("a loop that waits ends when the client is closed", async () => {
  await using it = await setScene();
  const looped = (async () => {
    for await (const _event of it.endpoint.events("IceGatheringDone")) throw new Error("there was none");
  })();
  await it.kurento.close();
  await looped;
});

test("the loop throws when the connection is lost for good", async () => {
  await using it = await setScene();
  const next = it.endpoint.events("IceGatheringDone").next();
  const expected: Partial<ConnectionError> = { type: "CONNECTION_LOST" };
  it.server.cut();
  await expect(next).rejects.toMatchObject(expected);
});

test("the loop goes on over a loss that is mended, and throws when the object is lost", async () => {
  await using it = await setScene(undefined, { reconnect: { minDelayMs: 1, maxDelayMs: 5 } });
  const events = it.endpoint.events("IceGatheringDone");
  await it.server.until(() => it.server.of("subscribe").length === 1);
  it.server.cut();
  await it.kurento.until("reconnecting");
  await it.kurento.until("connected");
  raise(it, "after");
  expect(await events.next()).toMatchObject({ done: false, value: { streamId: "after" } });
  it.server.script = ({ method, params }) =>
    method === "connect" && params.sessionId === it.server.sessionId
      ? { error: { code: 40007, message: "Invalid session" } }
      : undefined;
  it.server.cut();
  await expect(events.next()).rejects.toBeInstanceOf(ObjectLostError);
  expect(await events.next()).toEqual({ done: true, value: undefined });
});

test("a filter chooses, and what it throws ends the loop", async () => {
  await using it = await setScene();
  const events = it.endpoint.events("IceGatheringDone", {
    filter: (event) => {
      const streamId: unknown = Reflect.get(event, "streamId");
      if (streamId === "bad") throw new Error("cannot choose");
      return streamId === "wanted";
    },
  });
  await it.server.until(() => it.server.of("subscribe").length === 1);
  for (const streamId of ["other", "wanted", "bad", "wanted"]) raise(it, streamId);
  expect(await events.next()).toMatchObject({ value: { streamId: "wanted" } });
  await expect(events.next()).rejects.toThrow("cannot choose");
});

test("a signal ends the loop with its reason, and an aborted one subscribes to nothing", async () => {
  await using it = await setScene();
  const controller = new AbortController();
  const next = it.endpoint.events("IceGatheringDone", { signal: controller.signal }).next();
  controller.abort(new Error("enough"));
  await expect(next).rejects.toThrow("enough");
  expect(() => it.endpoint.events("MediaSessionStarted", { signal: controller.signal })).toThrow("enough");
  await it.endpoint.gatherCandidates();
  expect(it.server.of("subscribe").map(({ params }) => params.type)).toEqual(["IceGatheringDone"]);
});

test("a refused subscription is thrown by the loop, and by nothing else", async () => {
  await using it = await setScene(({ method }) =>
    method === "subscribe" ? { error: { code: 40106, message: "Event 'X' not supported" } } : undefined,
  );
  await expect(it.endpoint.events("IceGatheringDone").next()).rejects.toBeInstanceOf(KurentoError);
  expect(it.reported).toEqual([]);
});

test("a slow consumer keeps the newest events, and can tell how many it missed", async () => {
  await using it = await setScene();
  const events = it.endpoint.events("IceGatheringDone", { maxBuffered: 2 });
  await it.server.until(() => it.server.of("subscribe").length === 1);
  for (const streamId of ["1", "2", "3", "4", "5"]) raise(it, streamId);
  await it.endpoint.gatherCandidates();
  expect(await events.next()).toMatchObject({ value: { streamId: "4" } });
  expect(await events.next()).toMatchObject({ value: { streamId: "5" } });
  expect(events.dropped).toBe(3);
  expect(() => it.endpoint.events("IceGatheringDone", { maxBuffered: 0 })).toThrow("maxBuffered: expected at least 1");
});

test("several takers at once get one value each, and one of them the error", async () => {
  const stream = new BoundedStream<number>(10);
  const taken = [stream.next(), stream.next(), stream.next()];
  stream.push(1);
  stream.fail(new Error("over"));
  stream.push(2);
  const ends = await Promise.allSettled(taken);
  expect(ends.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(await stream.next()).toEqual({ done: true, value: undefined });
});
