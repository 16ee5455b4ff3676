// Connecting and disconnecting while media plays: per type, between sources, late joiners, and a storm of keyframe requests.

import type { Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LaunchedBrowser, launchChromium } from "../../../../test/support/browser.ts";
import { lipSkewMs } from "../../../../test/support/page-peer.ts";
import type { MediaPipeline } from "../../src/elements/media-pipeline.ts";
import { type Joined, join } from "./join.ts";
import { ObjectFixture } from "./object-fixture.ts";

/** Two presenters for all tests of this file; viewers come and go. */
const PRESENTS = { audio: "sendonly", video: "sendonly" } as const;

let browser: LaunchedBrowser;
let page: Page;
let fixture: ObjectFixture;
let pipeline: MediaPipeline;
let first: Joined;
let second: Joined;

beforeAll(async () => {
  browser = await launchChromium();
  page = await browser.open();
  fixture = new ObjectFixture();
  pipeline = fixture.create<MediaPipeline>("MediaPipeline");
  first = await join(fixture, pipeline, page, PRESENTS);
  second = await join(fixture, pipeline, page, PRESENTS);
  for (const { peer } of [first, second]) await peer.when("sends", ({ videoOut }) => videoOut.framesEncoded > 20);
});

afterAll(async () => {
  expect(fixture?.warnings).toEqual([]);
  await fixture?.[Symbol.asyncDispose]();
  await browser?.close();
});

describe("while media plays", () => {
  it("a viewer that joins late sees its first picture within a second, and lips come in sync", {
    timeout: 40_000,
  }, async () => {
    for (let round = 0; round < 3; round++) {
      const { endpoint, peer } = await join(fixture, pipeline, page);
      first.endpoint.connect(endpoint);
      const { firstPictureAfterMs } = await peer.when("first picture", (figures) => figures.firstPictureAfterMs > 0);
      console.log(`first picture ${firstPictureAfterMs.toFixed()} ms after the answer`);
      expect(firstPictureAfterMs).toBeLessThan(1_000);
      if (round === 2) {
        // How fast is up to the browser, which moves its playout step by step.
        const { atMs } = await peer.figures();
        const settled = await peer.when("lips in sync", (now) => Math.abs(lipSkewMs(now)) <= 80, 25_000);
        console.log(`skew ${lipSkewMs(settled).toFixed()} ms after ${(settled.atMs - atMs).toFixed()} ms`);
      }
      await peer.close();
      await endpoint.release();
    }
  });

  it("audio and video are disconnected and connected again one by one, without a loss", async () => {
    const { endpoint, peer } = await join(fixture, pipeline, page);
    first.endpoint.connect(endpoint);
    await peer.when("plays", ({ videoIn, audioIn }) => videoIn.framesDecoded > 10 && audioIn.packetsReceived > 20);

    first.endpoint.disconnect(endpoint, "AUDIO");
    const begin = await peer.figures();
    const silent = await peer.when(
      "video alone",
      (now) => now.videoIn.framesDecoded > begin.videoIn.framesDecoded + 10,
    );
    expect(silent.audioIn.packetsReceived - begin.audioIn.packetsReceived).toBeLessThan(5);
    first.endpoint.connect(endpoint, "AUDIO");
    await peer.when("audio again", (now) => now.audioIn.packetsReceived > silent.audioIn.packetsReceived + 20);

    first.endpoint.disconnect(endpoint, "VIDEO");
    const dark = await peer.figures();
    const heard = await peer.when(
      "audio alone",
      (now) => now.audioIn.packetsReceived > dark.audioIn.packetsReceived + 25,
    );
    expect(heard.videoIn.framesDecoded - dark.videoIn.framesDecoded).toBeLessThan(5);
    first.endpoint.connect(endpoint, "VIDEO");
    const end = await peer.when("video again", (now) => now.videoIn.framesDecoded > heard.videoIn.framesDecoded + 10);
    expect([end.videoIn.packetsLost, end.audioIn.packetsLost, end.videoIn.pliCount]).toEqual([0, 0, 0]);
    await peer.close();
    await endpoint.release();
  });

  // Twice if need be: a machine that has no time for the browser for 200 ms freezes pictures as well.
  it("a viewer is switched between presenters: no freeze, no loss, the same stream for its decoder, lips in sync", {
    retry: 1,
    timeout: 40_000,
  }, async () => {
    const { endpoint, peer } = await join(fixture, pipeline, page);
    first.endpoint.connect(endpoint);
    const begin = await peer.when("plays", ({ videoIn }) => videoIn.framesDecoded > 30);
    let last = begin;
    for (const source of [second, first, second, first]) {
      source.endpoint.connect(endpoint);
      const { framesDecoded, keyFramesDecoded } = last.videoIn;
      last = await peer.when(
        "plays on",
        ({ videoIn }) => videoIn.framesDecoded > framesDecoded + 20 && videoIn.keyFramesDecoded > keyFramesDecoded,
      );
    }
    const { videoIn, audioIn } = last;
    console.log(`after 4 switches: ${JSON.stringify(videoIn)}`);
    expect([videoIn.ssrc, audioIn.ssrc]).toEqual([begin.videoIn.ssrc, begin.audioIn.ssrc]);
    expect([videoIn.packetsLost, audioIn.packetsLost, videoIn.pliCount, videoIn.nackCount]).toEqual([0, 0, 0, 0]);
    expect(videoIn.freezeCount).toBe(0);
    const settled = await peer.when("lips in sync", (figures) => Math.abs(lipSkewMs(figures)) <= 80, 25_000);
    console.log(`skew after the switches ${lipSkewMs(settled).toFixed()} ms`);
    await peer.close();
    await endpoint.release();
  });

  it("a storm of keyframe requests of many viewers reaches the presenter at most every 500 ms", async () => {
    const viewers: Joined[] = [];
    for (let count = 0; count < 3; count++) {
      const viewer = await join(fixture, pipeline, page);
      second.endpoint.connect(viewer.endpoint);
      viewers.push(viewer);
    }
    for (const { peer } of viewers) await peer.when("plays", ({ videoIn }) => videoIn.framesDecoded > 5);
    const begin = await second.peer.figures();
    const asking = setInterval(() => {
      for (const { endpoint } of viewers) endpoint.requestKeyframe();
    }, 5);
    const end = await second.peer
      .when("3 s of the storm", ({ atMs }) => atMs - begin.atMs >= 3_000)
      .finally(() => clearInterval(asking));
    const asked = end.videoOut.pliCount - begin.videoOut.pliCount + end.videoOut.firCount - begin.videoOut.firCount;
    console.log(`${asked} requests reached the presenter in ${(end.atMs - begin.atMs).toFixed()} ms`);
    expect(asked).toBeGreaterThanOrEqual(3);
    expect(asked).toBeLessThanOrEqual((end.atMs - begin.atMs) / 500 + 1);
    for (const { peer, endpoint } of viewers) {
      await peer.close();
      await endpoint.release();
    }
  });
});
