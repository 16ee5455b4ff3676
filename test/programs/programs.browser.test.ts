// The README's program, and the smallest show, with real browser pages as master and viewers that do not trickle.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type KurentoServer, startServer } from "@kurento-ts/server";
import type { Page } from "puppeteer-core";
import { afterAll, beforeAll, expect } from "vitest";
import { type LaunchedBrowser, launchChromium } from "../support/browser.ts";
import { chromiumIt as test } from "../support/peers.ts";
import { openShow } from "./master-and-viewer.ts";
import { makeOffer, readReceived, takeAnswer } from "./peer-page.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

let server: KurentoServer;
let chromium: LaunchedBrowser;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "kurento-ts-programs-"));
  [server, chromium] = await Promise.all([startServer({ port: 0 }), launchChromium()]);
}, 60_000);

afterAll(async () => {
  await Promise.all([server?.close(), chromium?.close()]);
  rmSync(folder, { recursive: true, force: true });
});

/** What both programs offer: a function from offer to answer for each side. */
interface Program {
  readonly present: (offer: string) => Promise<string>;
  readonly watch: (offer: string) => Promise<string>;
  readonly end: () => Promise<void>;
}

async function joinShow(role: "send" | "receive", answerOffer: (offer: string) => Promise<string>): Promise<Page> {
  const page = await chromium.open();
  const answer = await answerOffer(await makeOffer(page, role));
  expect(answer).toContain("a=candidate:");
  await takeAnswer(page, answer);
  return page;
}

/** One sends, two watch: both get pictures of the sent size that go on coming, and sound. */
async function expectShow({ present, watch, end }: Program): Promise<void> {
  const master = await joinShow("send", present);
  const viewers = [await joinShow("receive", watch), await joinShow("receive", watch)];
  for (const viewer of viewers) {
    const seen = async (): Promise<number> => (await readReceived(viewer)).framesDecoded;
    await expect.poll(seen, { timeout: 10_000 }).toBeGreaterThan(5);
    const before = await seen();
    await expect.poll(seen, { timeout: 10_000 }).toBeGreaterThan(before + 5);
    const { frameWidth, audioPackets } = await readReceived(viewer);
    expect(frameWidth).toBe(640);
    expect(audioPackets).toBeGreaterThan(0);
  }
  await end();
  await expect.poll(() => server.snapshot()).toMatchObject({ objects: 0, sessions: 0, connections: 0 });
  await Promise.all([master, ...viewers].map((page) => page.close()));
}

/** The README's program, as the reader would copy it, with the address of the test's server. */
async function readmeProgram(): Promise<Program> {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const text = /```ts\n([\s\S]*?)```/.exec(readme)?.[1];
  if (text === undefined) throw new Error("the README has no program");
  const program = text.replace("ws://127.0.0.1:8888/kurento", server.url);
  if (program === text) throw new Error("the README's program does not name the default address");
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "junction");
  writeFileSync(join(folder, "program.ts"), program);
  const esbuild = ["node_modules/esbuild/bin/esbuild", join(folder, "program.ts")];
  const output = join(folder, "program.mjs");
  const done = spawnSync(process.execPath, [...esbuild, "--format=esm", `--outfile=${output}`], {
    cwd: ROOT,
    encoding: "utf8",
  });
  if (done.status !== 0) throw new Error(`esbuild failed:\n${done.stderr}`);
  return await import(pathToFileURL(output).href);
}

test("the README's program shows one presenter to two viewers, and leaves nothing behind", async () => {
  await expectShow(await readmeProgram());
}, 40_000);

test("the smallest show does the same", async () => {
  const { master, viewer, close } = await openShow(server.url);
  await expectShow({ present: master, watch: viewer, end: close });
}, 40_000);

test("the README's program has at most fifteen lines of code, and the smallest show as few", () => {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const program = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  const show = readFileSync(join(ROOT, "test/programs/master-and-viewer.ts"), "utf8");
  const linesOf = (text: string): number =>
    text.split("\n").filter((line) => !/^\s*(\/\/.*|\/\*\*.*)?$/.test(line)).length;
  expect(linesOf(program)).toBeLessThanOrEqual(15);
  expect(linesOf(show)).toBeLessThanOrEqual(16);
});
