// Takes the program out of the README, as a reader would, and runs it between real browser pages.

import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type KurentoServer, startServer } from "@kurento-ts/server";
import type { Page } from "puppeteer-core";
import { afterAll, beforeAll, expect } from "vitest";
import { type LaunchedBrowser, launchChromium } from "../support/browser.ts";
import { chromiumIt as it } from "../support/peers.ts";

interface Program {
  present(offer: string): Promise<string>;
  watch(offer: string): Promise<string>;
  end(): Promise<void>;
}

/** Inside the workspace, so that the package is found by its name; ignored by git. */
const folder = fileURLToPath(new URL("../../test-results/readme/", import.meta.url));
let server: KurentoServer;
let browser: LaunchedBrowser;

beforeAll(async () => {
  server = await startServer({ port: 0 });
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

async function readProgram(): Promise<string> {
  const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
  const program = /```ts\n([\s\S]*?)```/.exec(readme)?.[1];
  if (program === undefined) throw new Error("README.md has no program");
  return program;
}

/** Makes an offer with all candidates in it: no trickle. */
async function offerOf(page: Page, role: "present" | "watch"): Promise<string> {
  return await page.evaluate(async (what) => {
    const peer = new RTCPeerConnection();
    Object.assign(window, { peer });
    if (what === "present") {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
      for (const track of stream.getTracks()) peer.addTrack(track, stream);
    } else {
      for (const kind of ["audio", "video"]) peer.addTransceiver(kind, { direction: "recvonly" });
    }
    const gathered = new Promise((resolve) => {
      peer.addEventListener("icegatheringstatechange", () => peer.iceGatheringState === "complete" && resolve(0));
    });
    await peer.setLocalDescription();
    await gathered;
    return peer.localDescription?.sdp ?? "";
  }, role);
}

async function take(page: Page, answer: string): Promise<void> {
  await page.evaluate(async (sdp) => {
    await (window as unknown as { peer: RTCPeerConnection }).peer.setRemoteDescription({ type: "answer", sdp });
  }, answer);
}

async function framesDecoded(page: Page): Promise<number> {
  return await page.evaluate(async () => {
    const stats = await (window as unknown as { peer: RTCPeerConnection }).peer.getStats();
    const video = [...stats.values()].find((report) => report.type === "inbound-rtp" && report.kind === "video");
    return Number(video?.framesDecoded ?? 0);
  });
}

it("the README is under 150 lines, and its program has 15 or fewer", async () => {
  const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
  expect(readme.split("\n").length).toBeLessThan(150);
  const lines = (await readProgram()).split("\n").filter((line) => line.trim() !== "");
  expect(lines.length).toBeLessThanOrEqual(15);
});

it("the README's program lets two viewers see a presenter", async () => {
  await mkdir(folder, { recursive: true });
  const text = (await readProgram()).replace("ws://127.0.0.1:8888/kurento", server.url);
  expect(text).toContain(server.url);
  await writeFile(`${folder}program.ts`, text);
  const program = (await import(/* @vite-ignore */ `${folder}program.ts`)) as Program;

  // A page with an address of its own: about:blank gets no camera.
  const presenter = await browser.open(`${server.url.replace("ws:", "http:")}`);
  await take(presenter, await program.present(await offerOf(presenter, "present")));
  for (let index = 0; index < 2; index += 1) {
    const viewer = await browser.open();
    const answer = await program.watch(await offerOf(viewer, "watch"));
    expect(answer).toContain("a=candidate:");
    await take(viewer, answer);
    await expect.poll(() => framesDecoded(viewer), { timeout: 15_000 }).toBeGreaterThan(20);
  }
  await program.end();
});
