// Events: subscribing once for many listeners, in order, also when listeners come and go and when the server refuses.

import { connect, type KurentoClient, KurentoError, type MediaPipeline, type WebRtcEndpoint } from "@kurento-ts/client";
import { expect, test } from "vitest";
import { type Script, StandInServer } from "./stand-in-server.ts";

interface Scene extends AsyncDisposable {
  readonly server: StandInServer;
  readonly kurento: KurentoClient;
  readonly pipeline: MediaPipeline;
  readonly endpoint: WebRtcEndpoint;
}

async function scene(script?: Script): Promise<Scene> {
  const server = await StandInServer.start(script);
  const kurento = await connect(server.url);
  const pipeline = await kurento.create("MediaPipeline");
  const endpoint = await pipeline.create("WebRtcEndpoint");
  return {
    server,
    kurento,
    pipeline,
    endpoint,
    async [Symbol.asyncDispose]() {
      await kurento.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

test("a subscription is written before any call made after it", async () => {
  await using it = await scene();
  it.endpoint.on("IceCandidateFound", () => undefined);
  await it.endpoint.gatherCandidates();
  const order = it.server.requests.slice(-2).map(({ method, params }) => params.operation ?? params.type ?? method);
  expect(order).toEqual(["IceCandidateFound", "gatherCandidates"]);
});

test("several listeners share one subscription, and the last one removed ends it", async () => {
  await using it = await scene();
  const seen: string[] = [];
  const first = it.endpoint.on("IceGatheringDone", () => seen.push("first"));
  const second = it.endpoint.on("IceGatheringDone", () => seen.push("second"));
  await Promise.all([first.ready, second.ready]);
  expect(it.server.of("subscribe")).toHaveLength(1);
  it.server.event(it.endpoint.id, "IceGatheringDone");
  await it.endpoint.gatherCandidates();
  expect(seen).toEqual(["first", "second"]);
  first();
  first();
  await it.endpoint.gatherCandidates();
  expect(it.server.of("unsubscribe")).toHaveLength(0);
  second();
  await it.endpoint.gatherCandidates();
  expect(it.server.of("unsubscribe").map(({ params }) => params.object)).toEqual([it.endpoint.id]);
});

test("adding, removing and adding before the first answer ends with one subscription", async () => {
  await using it = await scene((request) => (request.method === "subscribe" ? "hold" : undefined));
  let heard = 0;
  const first = it.endpoint.on("IceGatheringDone", () => heard++);
  first();
  const second = it.endpoint.on("IceGatheringDone", () => heard++);
  await it.server.until(() => it.server.of("subscribe").length > 0);
  it.server.answer(it.server.of("subscribe")[0], { result: { sessionId: it.server.sessionId, value: "s1" } });
  await second.ready;
  it.server.event(it.endpoint.id, "IceGatheringDone");
  await it.endpoint.gatherCandidates();
  expect(heard).toBe(1);
  expect(it.server.of("subscribe")).toHaveLength(1);
  expect(it.server.of("unsubscribe")).toHaveLength(0);
});

test("a listener removed before the first answer leaves no subscription behind", async () => {
  await using it = await scene((request) => (request.method === "subscribe" ? "hold" : undefined));
  const listening = it.endpoint.on("IceGatheringDone", () => undefined);
  listening();
  await it.server.until(() => it.server.of("subscribe").length > 0);
  it.server.answer(it.server.of("subscribe")[0], { result: { sessionId: it.server.sessionId, value: "s1" } });
  await it.server.until(() => it.server.of("unsubscribe").length > 0);
  expect(it.server.of("unsubscribe")[0]?.params.subscription).toBe("s1");
});

test("after the last listener is gone a new one subscribes again", async () => {
  await using it = await scene();
  const first = it.endpoint.on("IceGatheringDone", () => undefined);
  await first.ready;
  first();
  await it.endpoint.on("IceGatheringDone", () => undefined).ready;
  expect(it.server.requests.slice(-3).map(({ method }) => method)).toEqual(["subscribe", "unsubscribe", "subscribe"]);
});

test("a refused subscription is an error event, a rejected ready and a rejected once", async () => {
  await using it = await scene((request) =>
    request.method === "subscribe"
      ? {
          error: {
            code: 40106,
            message: "Event 'X' not supported",
            data: { type: "MEDIA_OBJECT_EVENT_NOT_SUPPORTED" },
          },
        }
      : undefined,
  );
  const reported = it.kurento.once("error");
  const listening = it.endpoint.on("IceGatheringDone", () => undefined);
  await expect(listening.ready).rejects.toMatchObject({ code: 40106, type: "MEDIA_OBJECT_EVENT_NOT_SUPPORTED" });
  expect(await reported).toBeInstanceOf(KurentoError);
  await expect(it.endpoint.once("IceGatheringDone")).rejects.toMatchObject({ code: 40106 });
});

test("a listener that throws does not stop the others and is reported", async () => {
  await using it = await scene();
  const reported: Error[] = [];
  it.kurento.on("error", (error) => reported.push(error));
  let heard = 0;
  it.endpoint.on("IceGatheringDone", () => {
    throw new Error("thrown");
  });
  it.endpoint.on("IceGatheringDone", async () => {
    await Promise.resolve();
    throw new Error("rejected");
  });
  it.endpoint.on("IceGatheringDone", () => heard++);
  it.server.event(it.endpoint.id, "IceGatheringDone");
  await it.endpoint.gatherCandidates();
  await it.endpoint.gatherCandidates();
  expect(heard).toBe(1);
  expect(reported.map(({ message }) => message)).toEqual(["thrown", "rejected"]);
});

test("once resolves with the next event that passes the filter, and then unsubscribes", async () => {
  await using it = await scene();
  const connected = it.endpoint.once("MediaStateChanged", { filter: ({ newState }) => newState === "CONNECTED" });
  it.server.event(it.endpoint.id, "MediaStateChanged", { oldState: "CONNECTED", newState: "DISCONNECTED" });
  it.server.event(it.endpoint.id, "MediaStateChanged", { oldState: "DISCONNECTED", newState: "CONNECTED" });
  const { newState, source } = await connected;
  expect(newState).toBe("CONNECTED");
  expect(source).toBe(it.endpoint);
  await it.server.until(() => it.server.of("unsubscribe").length === 1);
});

test("a signal ends a listener and a wait", async () => {
  await using it = await scene();
  const controller = new AbortController();
  let heard = 0;
  it.endpoint.on("IceGatheringDone", () => heard++, { signal: controller.signal });
  const waiting = it.endpoint.once("EndOfStream" as "IceGatheringDone", { signal: controller.signal });
  await it.endpoint.gatherCandidates();
  controller.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  it.server.event(it.endpoint.id, "IceGatheringDone");
  await it.endpoint.gatherCandidates();
  expect(heard).toBe(0);
  await expect(it.endpoint.once("IceGatheringDone", { signal: controller.signal })).rejects.toThrow("enough");
});

test("an event that comes before the answer that creates its object reaches the listener added afterwards", async () => {
  await using it = await scene();
  const id = `${it.pipeline.id}/7a5f5e0a_kurento.WebRtcEndpoint`;
  it.server.script = (request, server) => {
    if (request.method !== "create") return undefined;
    server.event(id, "IceGatheringDone");
    server.event(id, "IceGatheringDone", { tags: ["second"] });
    return { result: { sessionId: server.sessionId, value: id } };
  };
  const endpoint = await it.pipeline.create("WebRtcEndpoint");
  const order: unknown[] = [];
  endpoint.on("IceGatheringDone", ({ tags }) => order.push(tags.length));
  expect(order).toEqual([]);
  it.server.event(id, "IceGatheringDone", { tags: ["a", "b"] });
  await endpoint.gatherCandidates();
  expect(order).toEqual([0, 1, 2]);
});

test("references in events are the client objects themselves, also of objects made by others", async () => {
  await using it = await scene();
  const sinks: unknown[] = [];
  it.endpoint.on("ElementConnected", ({ sink }) => sinks.push(sink));
  const foreign = `${it.pipeline.id}/1b12ec8d_kurento.PassThrough`;
  it.server.event(it.endpoint.id, "ElementConnected", { sink: it.endpoint.id });
  it.server.event(it.endpoint.id, "ElementConnected", { sink: foreign });
  await it.endpoint.gatherCandidates();
  expect(sinks[0]).toBe(it.endpoint);
  expect(sinks[1]).toMatchObject({ id: foreign, type: "PassThrough" });
});

test("a wait for an event of an object that is released rejects", async () => {
  await using it = await scene();
  const waiting = it.endpoint.once("IceGatheringDone");
  const failed = expect(waiting).rejects.toMatchObject({ type: "OBJECT_RELEASED" });
  await it.pipeline.release();
  await failed;
});
