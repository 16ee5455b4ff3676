// The client against this project's own server: what the stand-in shows in single steps, here with real objects and events.

import { connect, type IceCandidate, KurentoError, type PassThrough } from "@kurento-ts/client";
import { type KurentoServer, startServer } from "@kurento-ts/server";
import { afterAll, beforeAll, expect, test } from "vitest";

let server: KurentoServer;

beforeAll(async () => {
  server = await startServer({ port: 0 });
});
afterAll(() => server.close());

/** An offer without trickle for one audio stream, as a peer that never connects would write it. */
const OFFER = [
  "v=0",
  "o=- 1 1 IN IP4 127.0.0.1",
  "s=-",
  "t=0 0",
  "a=group:BUNDLE 0",
  "m=audio 9 UDP/TLS/RTP/SAVPF 111",
  "c=IN IP4 0.0.0.0",
  "a=rtcp:9 IN IP4 0.0.0.0",
  "a=ice-ufrag:abcd",
  "a=ice-pwd:0123456789abcdef01234567",
  `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => "AB").join(":")}`,
  "a=setup:actpass",
  "a=mid:0",
  "a=sendrecv",
  "a=rtcp-mux",
  "a=rtpmap:111 opus/48000/2",
  "a=fmtp:111 minptime=10;useinbandfec=1",
  "",
].join("\r\n");

test("the first calls of a session lose no event: creations are heard, with the objects that create gives", async () => {
  await using kurento = await connect(server.url);
  const created: unknown[] = [];
  kurento.serverManager.on("ObjectCreated", ({ object }) => created.push(object));
  const pipeline = await kurento.create("MediaPipeline");
  const element = await pipeline.create("PassThrough");
  await expect.poll(() => created.length).toBeGreaterThanOrEqual(2);
  expect(created[0]).toBe(pipeline);
  expect(created[1]).toBe(element);
});

test("elements are connected, tell so, and know their pipeline, parent and children as the same objects", async () => {
  await using kurento = await connect(server.url);
  await using pipeline = await kurento.create("MediaPipeline");
  const [source, sink] = await Promise.all([pipeline.create("PassThrough"), pipeline.create("PassThrough")]);
  const kinds: string[] = [];
  const sinks = new Set<unknown>();
  source.on("ElementConnected", (event) => {
    kinds.push(event.mediaType);
    sinks.add(event.sink);
  });
  await source.connect(sink);
  await expect.poll(() => kinds.toSorted()).toEqual(["AUDIO", "DATA", "VIDEO"]);
  expect([...sinks]).toEqual([sink]);
  expect(await source.getMediaPipeline()).toBe(pipeline);
  expect(await source.getParent()).toBe(pipeline);
  expect(await pipeline.getParent()).toBeUndefined();
  expect(new Set(await pipeline.getChildren())).toEqual(new Set([source, sink]));
  const [connection] = await source.getSinkConnections("VIDEO");
  expect(connection).toMatchObject({ type: "VIDEO" });
  expect(connection?.source).toBe(source);
  expect(connection?.sink).toBe(sink);
});

test("properties and tags are written and read", async () => {
  await using kurento = await connect(server.url);
  await using pipeline = await kurento.create("MediaPipeline");
  await pipeline.setName("show – Zürich");
  expect(await pipeline.getName()).toBe("show – Zürich");
  await pipeline.addTag("room", "7");
  expect(await pipeline.getTag("room")).toBe("7");
  expect((await pipeline.getTags()).map(({ key, value }) => [key, value])).toEqual([["room", "7"]]);
  await pipeline.removeTag("room");
  expect(await pipeline.getTags()).toEqual([]);
  await expect(pipeline.getTag("room")).rejects.toMatchObject({ code: 40110, type: "MEDIA_OBJECT_TAG_KEY_NOT_FOUND" });
});

test("the manager tells about the server", async () => {
  await using kurento = await connect(server.url);
  await using pipeline = await kurento.create("MediaPipeline");
  const { type, capabilities, modules } = await kurento.serverManager.getInfo();
  expect(type).toBe("KMS");
  expect(capabilities).toContain("transactions");
  expect(modules.map(({ name }) => name)).toEqual(expect.arrayContaining(["core", "elements", "filters"]));
  expect(await kurento.serverManager.getPipelines()).toContain(pipeline);
  expect(await kurento.serverManager.getSessions()).toContain(kurento.sessionId);
  expect(await kurento.serverManager.getCpuCount()).toBeGreaterThan(0);
  expect(await kurento.serverManager.getUsedCpu(50)).toBeGreaterThanOrEqual(0);
  expect(await kurento.serverManager.getUsedMemory()).toBeGreaterThan(1_000);
  expect(JSON.parse(await kurento.serverManager.getKmd("core"))).toMatchObject({ name: "core" });
});

test("an offer is answered with all candidates inside, within one limit", async () => {
  await using kurento = await connect(server.url);
  await using pipeline = await kurento.create("MediaPipeline");
  const endpoint = await pipeline.create("WebRtcEndpoint");
  const answer = await endpoint.answerComplete(OFFER, { signal: AbortSignal.timeout(9_000), timeoutMs: 9_000 });
  expect(answer).toMatch(/^v=0\r\n/);
  expect(answer).toMatch(/^a=candidate:\S+ 1 (udp|UDP) /m);
  expect(answer).toMatch(/^a=fingerprint:sha-256 /m);
});

test("a signal that aborts and a limit that passes end the wait for the whole answer", async () => {
  await using kurento = await connect(server.url);
  await using pipeline = await kurento.create("MediaPipeline");
  const [first, second] = await Promise.all([pipeline.create("WebRtcEndpoint"), pipeline.create("WebRtcEndpoint")]);
  const controller = new AbortController();
  const stopped = first.answerComplete(OFFER, { signal: controller.signal });
  controller.abort(new Error("the viewer left"));
  await expect(stopped).rejects.toThrow("the viewer left");
  await expect(second.answerComplete(OFFER, { timeoutMs: 1e-9 })).rejects.toMatchObject({
    name: "CallTimeoutError",
    message: `answerComplete on ${second.id} took longer than 1e-9 ms`,
  });
});

test("an offer that is none is refused at once, with the server's error, and leaves nothing waiting", async () => {
  await using kurento = await connect(server.url);
  await using pipeline = await kurento.create("MediaPipeline");
  const endpoint = await pipeline.create("WebRtcEndpoint");
  const begun = performance.now();
  const failure: unknown = await endpoint.answerComplete("").catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(KurentoError);
  expect(failure).toMatchObject({ code: expect.any(Number), type: expect.stringContaining("SDP") });
  expect(performance.now() - begun).toBeLessThan(2_000);
});

test("candidates trickle both ways, those of the peer also before the negotiation", async () => {
  await using kurento = await connect(server.url);
  await using pipeline = await kurento.create("MediaPipeline");
  const endpoint = await pipeline.create("WebRtcEndpoint");
  const found: IceCandidate[] = [];
  endpoint.on("IceCandidateFound", ({ candidate }) => found.push(candidate));
  const done = endpoint.once("IceGatheringDone");
  const line = "candidate:1 1 udp 2122260223 127.0.0.1 9 typ host";
  await endpoint.addIceCandidate({ candidate: line, sdpMid: "0", sdpMLineIndex: 0 });
  const answer = await endpoint.processOffer(OFFER);
  await endpoint.gatherCandidates();
  await endpoint.addIceCandidate({ candidate: line, sdpMid: "0" });
  await endpoint.addIceCandidate(null);
  expect((await done).source).toBe(endpoint);
  expect(answer).toContain("m=audio");
  expect(found.length).toBeGreaterThan(0);
  expect(found[0]).toMatchObject({ candidate: expect.stringContaining("candidate:"), sdpMid: "0", sdpMLineIndex: 0 });
});

test("releasing a pipeline ends its children here and on the server; a second client sees them gone", async () => {
  await using kurento = await connect(server.url);
  await using other = await connect(server.url);
  const pipeline = await kurento.create("MediaPipeline");
  const element = await pipeline.create("PassThrough");
  const seen = await other.serverManager.getPipelines();
  const shared = seen.find(({ id }) => id === pipeline.id);
  if (shared === undefined) throw new Error("the other client does not see the pipeline");
  expect(shared).not.toBe(pipeline);
  const [theirs] = await shared.getChildren();
  expect(theirs?.id).toBe(element.id);
  const gone = other.serverManager.once("ObjectDestroyed", { filter: ({ objectId }) => objectId === element.id });
  await pipeline.release();
  expect(element.released).toBe(true);
  await gone;
  await expect(theirs?.getName()).rejects.toMatchObject({ code: 40101, type: "MEDIA_OBJECT_NOT_FOUND" });
  await theirs?.release();
});

test("what the server refuses comes with its code and type, and a class that it does not run says so", async () => {
  await using kurento = await connect(server.url);
  await using pipeline = await kurento.create("MediaPipeline");
  await using second = await kurento.create("MediaPipeline");
  const [source, sink] = await Promise.all([pipeline.create("PassThrough"), second.create("PassThrough")]);
  await expect(source.connect(sink)).rejects.toMatchObject({ code: 40004, type: "CONNECT_ERROR" });
  await expect(source.connect(undefined as never)).rejects.toMatchObject({ code: 40001, type: "MARSHALL_ERROR" });
  await expect(source.connect(pipeline as unknown as PassThrough)).rejects.toMatchObject({ code: 40107 });
  kurento.on("error", () => undefined);
  await expect(source.on("NoSuchEvent" as never, () => undefined).ready).rejects.toMatchObject({ code: 40106 });
});

test("a client that leaves its block leaves nothing on the server", async () => {
  const before = server.snapshot();
  {
    await using kurento = await connect(server.url);
    const pipeline = await kurento.create("MediaPipeline");
    await pipeline.create("WebRtcEndpoint");
    expect(server.snapshot().objects).toBeGreaterThan(before.objects);
  }
  await expect.poll(() => server.snapshot()).toMatchObject({ objects: before.objects, sessions: before.sessions });
  await expect.poll(() => server.snapshot().connections).toBe(before.connections);
});

test("a path that the server does not serve rejects as such", async () => {
  await expect(connect(server.url.replace("/kurento", "/nope"))).rejects.toMatchObject({ type: "INVALID_PATH" });
});

test("a server that closes ends the client, with 100 calls in flight, and says so", async () => {
  const short = await startServer({ port: 0, host: "in-process" });
  const kurento = await connect(short.url, { reconnect: false });
  const manager = kurento.serverManager;
  const calls = Array.from({ length: 100 }, () => manager.getUsedCpu(5_000).catch((error: unknown) => error));
  await manager.getInfo().catch(() => undefined);
  await short.close();
  const ends = await Promise.all(calls);
  for (const end of ends) expect(end).toMatchObject({ name: "OutcomeUnknownError", type: "CONNECTION_LOST" });
  expect(await kurento.closed).toMatchObject({ reason: "connectionLost" });
});
