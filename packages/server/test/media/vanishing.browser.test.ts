// Peers that vanish and endpoints that end at any moment: states are told in time, and nothing stays behind.

import { readdirSync } from "node:fs";
import { platform } from "node:os";
import type { Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LaunchedBrowser, launchChromium } from "../../../../test/support/browser.ts";
import { PagePeer } from "../../../../test/support/page-peer.ts";
import type { MediaPipeline } from "../../src/elements/media-pipeline.ts";
import type { WebRtcEndpoint } from "../../src/elements/web-rtc-endpoint.ts";
import { answerPeer, join } from "./join.ts";
import { ObjectFixture } from "./object-fixture.ts";

const BOTH = { audio: "sendrecv", video: "sendrecv" } as const;

/** How long it takes until a dead peer is known as one is waited for while the other tests run. */
const killed = new ObjectFixture();
let source: WebRtcEndpoint;
let killedMs = 0;
let browser: LaunchedBrowser;
let page: Page;

beforeAll(async () => {
  browser = await launchChromium();
  page = await browser.open();
});

afterAll(async () => {
  await killed[Symbol.asyncDispose]();
  await browser.close();
});

/** What keeps a process busy: sockets and timers of Node, descriptors and threads of everything. */
function held(): { resources: string[]; descriptors: number; threads: number } {
  const resources = process.getActiveResourcesInfo().filter((name) => /UDP|Timeout|Immediate/.test(name));
  if (platform() !== "linux") return { resources, descriptors: 0, threads: 0 };
  return {
    resources,
    descriptors: readdirSync("/proc/self/fd").length,
    threads: readdirSync("/proc/self/task").length,
  };
}

/** Waits for an event with a state; gives how long after the kill it came. */
async function timeUntil(
  fixture: ObjectFixture,
  endpoint: WebRtcEndpoint,
  type: string,
  state: string,
  limitMs: number,
): Promise<number> {
  const event = await fixture.waitFor(
    (each) =>
      each.source === endpoint &&
      each.type === type &&
      (each.properties["state"] ?? each.properties["newState"]) === state,
    limitMs,
  );
  return event.atMs - killedMs;
}

describe("a presenter whose browser is killed", () => {
  it("is NOT_FLOWING after two seconds, for its viewer as well", async () => {
    const other = await launchChromium();
    const pipeline = killed.create<MediaPipeline>("MediaPipeline");
    const { endpoint, peer: presenter } = await join(killed, pipeline, await other.open(), BOTH);
    const { endpoint: sink, peer: viewer } = await join(killed, pipeline, page);
    source = endpoint;
    source.connect(sink);
    await presenter.when("sends", ({ videoOut }) => videoOut.framesEncoded > 10);
    await viewer.when("plays", ({ videoIn }) => videoIn.framesDecoded > 10);

    killedMs = Date.now();
    other.browser.process()?.kill("SIGKILL");
    const times = await Promise.all([
      timeUntil(killed, source, "MediaFlowOutStateChanged", "NOT_FLOWING", 5_000),
      timeUntil(killed, sink, "MediaFlowInStateChanged", "NOT_FLOWING", 5_000),
    ]);
    for (const tookMs of times) {
      expect(tookMs).toBeGreaterThan(1_700);
      expect(tookMs).toBeLessThan(3_000);
    }
    expect(sink.getConnectionState()).toBe("CONNECTED");
    await viewer.close();
    await other.close().catch(() => {});
  });
});

describe("an endpoint that is released", () => {
  it("in the middle of gathering, ICE or DTLS raises nothing afterwards and ends its side", async () => {
    await using fixture = new ObjectFixture();
    const pipeline = fixture.create<MediaPipeline>("MediaPipeline");
    // Each round lets it come a step further.
    const steps = ["nothing", "IceGatheringDone", "CONNECTING", "CONNECTED"];
    for (const step of steps) {
      const endpoint = fixture.endpoint(pipeline);
      endpoint.connect(endpoint);
      const peer = await PagePeer.open(page, BOTH);
      const joining = answerPeer(fixture, endpoint, peer).catch(() => {});
      if (step !== "nothing") {
        await fixture.waitFor(
          ({ source, type, properties }) => source === endpoint && (type === step || properties["state"] === step),
        );
      }
      const before = fixture.of(endpoint).length;
      await endpoint.release();
      await Promise.race([joining, new Promise((resolve) => setTimeout(resolve, 300))]);
      expect(fixture.of(endpoint).length).toBe(before);
      await peer.close();
    }
    expect(fixture.warnings).toEqual([]);
  });

  it("50 times in a row leaves no socket, timer, descriptor or thread behind", async () => {
    const peer = await PagePeer.open(page, BOTH);
    const offer = await peer.offer();
    const round = async (fixture: ObjectFixture): Promise<void> => {
      const pipeline = fixture.create<MediaPipeline>("MediaPipeline");
      const endpoint = fixture.endpoint(pipeline);
      endpoint.connect(endpoint);
      await endpoint.processOffer(offer);
      endpoint.gatherCandidates();
      await fixture.waitFor(({ source, type }) => source === endpoint && type === "IceGatheringDone");
      await pipeline.release();
    };
    await using fixture = new ObjectFixture();
    for (let count = 0; count < 5; count++) await round(fixture);
    const before = held();
    for (let count = 0; count < 50; count++) await round(fixture);
    // The native library closes its sockets in threads of its own.
    await expect.poll(() => held().descriptors, { timeout: 10_000 }).toBeLessThanOrEqual(before.descriptors + 2);
    const after = held();
    console.log(`before ${JSON.stringify(before)} after ${JSON.stringify(after)}`);
    expect(after.resources.length).toBeLessThanOrEqual(before.resources.length + 1);
    expect(after.threads).toBeLessThanOrEqual(before.threads + 1);
    await peer.close();
  }, 30_000);

  it("after its media played leaves the same", async () => {
    const rounds = async (fixture: ObjectFixture): Promise<void> => {
      const pipeline = fixture.create<MediaPipeline>("MediaPipeline");
      const { endpoint, peer } = await join(fixture, pipeline, page, BOTH);
      endpoint.connect(endpoint);
      await peer.when("plays", ({ videoIn }) => videoIn.framesDecoded > 3);
      await pipeline.release();
      await peer.close();
    };
    await using fixture = new ObjectFixture();
    await rounds(fixture);
    const before = held();
    for (let count = 0; count < 4; count++) await rounds(fixture);
    await expect.poll(() => held().descriptors, { timeout: 10_000 }).toBeLessThanOrEqual(before.descriptors + 2);
    expect(held().resources.filter((name) => name === "Timeout").length).toBeLessThanOrEqual(
      before.resources.filter((name) => name === "Timeout").length + 1,
    );
  }, 30_000);
});

describe("a presenter whose browser was killed half a minute ago", () => {
  it("is DISCONNECTED: its media after 10 s, its connection after 30 s (RFC 7675)", async () => {
    const media = await timeUntil(killed, source, "MediaStateChanged", "DISCONNECTED", 15_000);
    const connection = await timeUntil(killed, source, "ConnectionStateChanged", "DISCONNECTED", 40_000);
    console.log(`media state ${media} ms, connection state ${connection} ms after the kill`);
    expect(media).toBeLessThan(13_000);
    expect(connection).toBeLessThan(40_000);
  }, 60_000);
});
