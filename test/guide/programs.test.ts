// Takes the programs out of the guide, as a reader would, and runs them against this project's own server.

import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { connect, type KurentoClient, type MediaElement, type MediaPipeline } from "@kurento-ts/client";
import { startServer } from "@kurento-ts/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TcpProxy } from "../support/tcp-proxy.ts";

/** Inside the workspace, so that packages are found by their names; ignored by git. */
const folder = fileURLToPath(new URL("../../test-results/guide/", import.meta.url));

beforeAll(() => mkdir(folder, { recursive: true }));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The first program of a page, as a module. */
async function programOf<Module>(page: string): Promise<Module> {
  const text = await readFile(new URL(`../../docs/guide/${page}.md`, import.meta.url), "utf8");
  const program = /```ts\n([\s\S]*?)```/.exec(text)?.[1];
  if (program === undefined) throw new Error(`docs/guide/${page}.md has no program`);
  const file = `${folder}${page}.ts`;
  await writeFile(file, program);
  return (await import(file)) as Module;
}

test("reconnection: the room keeps its pipeline over a cut, and has another one after a restart", async () => {
  const { openRoom } = await programOf<{
    openRoom(url: string): Promise<{ kurento: KurentoClient; pipeline: MediaPipeline } & AsyncDisposable>;
  }>("reconnection");
  const first = await startServer({ port: 0, host: "in-process" });
  await using proxy = await TcpProxy.start(Number(new URL(first.url).port));
  await using room = await openRoom(proxy.url);
  const { kurento, pipeline } = room;
  proxy.cut();
  await kurento.until("reconnecting");
  await kurento.until("connected");
  expect(await pipeline.getName()).toBe(pipeline.id);
  expect(room.pipeline).toBe(pipeline);

  await using second = await startServer({ port: 0, host: "in-process" });
  proxy.target = Number(new URL(second.url).port);
  proxy.cut();
  await expect.poll(() => room.pipeline, { timeout: 10_000 }).not.toBe(pipeline);
  expect(pipeline.lost).toBe(true);
  expect(await room.pipeline.getChildren()).toEqual([]);
  await first.close();
});

test("events: connections are followed until the element is released, and one kind is awaited", async () => {
  const { connectVideo, logConnections } = await programOf<{
    logConnections(element: MediaElement, log: (line: string) => void): Promise<void>;
    connectVideo(source: MediaElement, sink: MediaElement): Promise<unknown>;
  }>("events");
  await using server = await startServer({ port: 0, host: "in-process" });
  await using kurento = await connect(server.url);
  const pipeline = await kurento.create("MediaPipeline");
  const [source, sink] = await Promise.all([pipeline.create("PassThrough"), pipeline.create("PassThrough")]);
  const lines: string[] = [];
  const logged = logConnections(source, (line) => lines.push(line));
  expect(await connectVideo(source, sink)).toMatchObject({ mediaType: "VIDEO", sink });
  await expect.poll(() => lines).toHaveLength(3);
  await pipeline.release();
  await logged;
  expect(lines.toSorted()).toEqual(["AUDIO", "DATA", "VIDEO"].map((type) => `${type} to ${sink.id}`));
});
