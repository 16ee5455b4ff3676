// A session that another program began is taken over: its objects are found by id, and their events are heard.

import { connect, type KurentoClient } from "@kurento-ts/client";
import { type KurentoServer, startServer } from "@kurento-ts/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TcpProxy } from "../support/tcp-proxy.ts";

let server: KurentoServer;

beforeAll(async () => {
  server = await startServer({ port: 0, host: "in-process" });
});
afterAll(() => server.close());

/** What a program leaves that ends without a word: a session with a pipeline and an element. */
async function leaveSession(): Promise<{ sessionId: string; pipeline: string; element: string }> {
  await using proxy = await TcpProxy.start(Number(new URL(server.url).port));
  const kurento = await connect(proxy.url, { reconnect: false });
  const pipeline = await kurento.create("MediaPipeline");
  const element = await pipeline.create("PassThrough");
  await element.setName("kept");
  await element.on("ElementConnected", () => undefined).ready;
  proxy.cut();
  await kurento.closed;
  return { sessionId: kurento.sessionId, pipeline: pipeline.id, element: element.id };
}

async function takeOver(sessionId: string, reported: Error[] = []): Promise<KurentoClient> {
  const kurento = await connect(server.url, { sessionId });
  kurento.on("error", (error) => reported.push(error));
  return kurento;
}

test("a session is taken over with its objects, whose classes are checked", async () => {
  const left = await leaveSession();
  const reported: Error[] = [];
  await using kurento = await takeOver(left.sessionId, reported);
  expect(kurento.sessionId).toBe(left.sessionId);
  const pipeline = await kurento.get("MediaPipeline", left.pipeline);
  const element = await kurento.get("PassThrough", left.element);
  expect(await kurento.get("MediaElement", left.element)).toBe(element);
  expect(await element.getName()).toBe("kept");
  expect(await pipeline.getChildren()).toEqual([element]);
  const sink = await pipeline.create("PassThrough");
  const connected = element.once("ElementConnected");
  await element.connect(sink);
  expect((await connected).sink).toBe(sink);
  expect(reported).toEqual([]);
});

test("an id of another class, of nothing, and no id at all are refused by name", async () => {
  const left = await leaveSession();
  await using kurento = await takeOver(left.sessionId);
  await expect(kurento.get("WebRtcEndpoint", left.element)).rejects.toThrow(
    `get: expected a WebRtcEndpoint, got PassThrough ${left.element}`,
  );
  await expect(kurento.get("PassThrough", "nothing")).rejects.toMatchObject({ code: 40101 });
  await expect(kurento.get("PassThrough", "")).rejects.toThrow("id: expected the id of an object");
});

test("an object of another session lives on for the one that got it", async () => {
  await using other = await connect(server.url);
  const pipeline = await other.create("MediaPipeline");
  await using kurento = await connect(server.url);
  const same = await kurento.get("MediaPipeline", pipeline.id);
  await other.close();
  expect(await same.getName()).toBe(pipeline.id);
});

test("a session that does not exist cannot be taken over", async () => {
  await expect(takeOver("4b5cd6a0-0000-4000-8000-000000000000")).rejects.toMatchObject({ code: 40007 });
});

test("a client that took a session over brings it back after a loss as any other", async () => {
  const left = await leaveSession();
  await using proxy = await TcpProxy.start(Number(new URL(server.url).port));
  await using kurento = await connect(proxy.url, { sessionId: left.sessionId, reconnect: { minDelayMs: 1 } });
  const element = await kurento.get("PassThrough", left.element);
  proxy.cut();
  await kurento.until("reconnecting");
  expect(await element.getName()).toBe("kept");
  expect(kurento.sessionId).toBe(left.sessionId);
});
