// What a transport holds is gone when it is closed, and worker threads are told that they cannot have one.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { makePair, makeSide, parametersOf } from "./transport-pair.ts";

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

test("200 connections opened and closed leave memory, descriptors and threads as they were", async () => {
  const child = spawn(process.execPath, ["--expose-gc", here("./open-and-close.mjs"), "200"], { timeout: 60_000 });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  const [code] = (await once(child, "exit")) as [number | null];
  expect(output).toMatch(/^\{.*\}\n$/);
  expect(code).toBe(0);
  const { before, after } = JSON.parse(output) as Record<
    "before" | "after",
    { rss: number; fds: number; threads: number }
  >;
  expect(after.fds).toBeLessThanOrEqual(before.fds);
  expect(after.threads).toBeLessThanOrEqual(before.threads);
  expect(after.rss - before.rss).toBeLessThan(8_000_000); // 10 kB for each of 400 transports and their pages, and noise
}, 60_000);

test("closing at any moment, any number of times, ends in closed alone", async () => {
  const untouched = await makeSide();
  untouched.transport.close();
  untouched.transport.open();
  expect(untouched.heard.states).toEqual(["closed"]);

  const opening = await makeSide();
  opening.transport.open();
  opening.transport.close();
  opening.transport.close();
  expect(opening.heard.states).toEqual(["closed"]);

  await using pair = await makePair();
  const { offerer, answerer } = pair;
  answerer.transport.setRemote(parametersOf(offerer, "offer"));
  offerer.transport.setRemote(parametersOf(answerer, "answer"));
  const { heard } = answerer;
  heard.onIceState = () => answerer.transport.close(); // inside a callback of the library
  offerer.transport.open();
  answerer.transport.open();
  await heard.untilState("closed");
  expect(answerer.transport.addRemoteCandidate("candidate:1 1 udp 1 127.0.0.1 9 typ host")).toBe(false);
  expect(heard.states).toEqual(["connecting", "closed"]);
  expect(opening.heard.candidates).toEqual([]);
});

test("a worker thread is refused a transport and ends", async () => {
  const worker = new Worker(here("./in-a-worker.mjs"));
  const [message] = (await once(worker, "message")) as [string];
  expect(message).toMatch(/main thread/);
  const [code] = (await once(worker, "exit")) as [number];
  expect(code).toBe(0);
});
