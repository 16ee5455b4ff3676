// Every codec that Chromium can send, from a presenter to a viewer; and a viewer that lacks the presenter's codec.

import type { Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LaunchedBrowser, launchChromium } from "../../../../test/support/browser.ts";
import type { MediaPipeline } from "../../src/elements/media-pipeline.ts";
import { join } from "./join.ts";
import { ObjectFixture } from "./object-fixture.ts";

let browser: LaunchedBrowser;
let page: Page;

beforeAll(async () => {
  browser = await launchChromium();
  page = await browser.open();
});

afterAll(async () => {
  await browser.close();
});

/** Whether this Chromium can encode a video codec: builds without H264 exist. */
async function canSend(codec: string): Promise<boolean> {
  return page.evaluate(
    (mimeType) => (RTCRtpSender.getCapabilities("video")?.codecs ?? []).some((each) => each.mimeType === mimeType),
    `video/${codec}`,
  );
}

describe("a viewer decodes what a presenter sends", () => {
  for (const [videoCodec, audioCodec] of [
    ["VP8", "opus"],
    ["VP9", "PCMU"],
    ["H264", "PCMA"],
    ["AV1", "opus"],
  ] as const) {
    it(`as ${videoCodec} and ${audioCodec}`, async (context) => {
      if (!(await canSend(videoCodec))) context.skip(`this Chromium has no ${videoCodec}`);
      await using fixture = new ObjectFixture();
      const pipeline = fixture.create<MediaPipeline>("MediaPipeline");
      const sending = { audio: "sendonly", video: "sendonly", sound: "tone", audioCodec, videoCodec } as const;
      const { endpoint: source, peer: presenter } = await join(fixture, pipeline, page, sending);
      const { endpoint: sink, peer: viewer } = await join(fixture, pipeline, page);
      source.connect(sink);
      const { videoIn, audioIn } = await viewer.when(
        "frames and sound",
        (figures) => figures.videoIn.framesDecoded > 20 && figures.audioIn.totalAudioEnergy > 0,
      );
      expect([videoIn.codec, audioIn.codec]).toEqual([videoCodec, audioCodec]);
      expect([videoIn.frameWidth, videoIn.frameHeight]).toEqual([640, 480]);
      expect([videoIn.packetsLost, audioIn.packetsLost, fixture.warnings]).toEqual([0, 0, []]);
      await Promise.all([presenter.close(), viewer.close()]);
    });
  }

  it("but gets nothing when it lacks the codec, with one warning, and the other media plays", async () => {
    await using fixture = new ObjectFixture();
    const pipeline = fixture.create<MediaPipeline>("MediaPipeline");
    const { endpoint: source, peer: presenter } = await join(fixture, pipeline, page, {
      audio: "sendonly",
      video: "sendonly",
      videoCodec: "VP8",
    });
    await presenter.when("sends", ({ videoOut }) => videoOut.framesEncoded > 5);
    const { endpoint: sink, peer: viewer } = await join(fixture, pipeline, page, { videoCodec: "VP9" });
    source.connect(sink);
    const figures = await viewer.when("sound", ({ audioIn }) => audioIn.packetsReceived > 50);
    expect([figures.videoIn.packetsReceived, figures.videoIn.framesDecoded]).toEqual([0, 0]);
    expect(fixture.warnings).toEqual([expect.stringMatching(/VIDEO comes as VP8.*the peer takes VP9/)]);
    expect([sink.isMediaFlowingIn("AUDIO"), sink.isMediaFlowingIn("VIDEO")]).toEqual([true, false]);
    // Once more: the same warning is not repeated.
    source.disconnect(sink);
    source.connect(sink);
    expect(fixture.warnings).toHaveLength(1);
    await Promise.all([presenter.close(), viewer.close()]);
  });
});
