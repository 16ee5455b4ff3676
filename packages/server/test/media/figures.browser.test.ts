// The figures of getStats against those of the browser at the other end, and the limits of what it is told to send.

import { spawnSync } from "node:child_process";
import type { AnyStats, MediaType } from "@kurento-ts/protocol";
import type { Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LaunchedBrowser, launchChromium } from "../../../../test/support/browser.ts";
import type { PagePeer, PeerFigures } from "../../../../test/support/page-peer.ts";
import type { MediaPipeline } from "../../src/elements/media-pipeline.ts";
import type { WebRtcEndpoint } from "../../src/elements/web-rtc-endpoint.ts";
import { join } from "./join.ts";
import { ObjectFixture } from "./object-fixture.ts";

/** Packets that may be between the browser's count and ours on a busy machine. */
const UNDER_WAY = 10;

let browser: LaunchedBrowser;
let page: Page;

beforeAll(async () => {
  browser = await launchChromium();
  page = await browser.open();
});

afterAll(async () => {
  await browser.close();
});

type Inbound = Extract<AnyStats, { readonly __type__: "RTCInboundRTPStreamStats" }>;
type Outbound = Extract<AnyStats, { readonly __type__: "RTCOutboundRTPStreamStats" }>;

function inbound(endpoint: WebRtcEndpoint, mediaType: MediaType): Inbound {
  const found = Object.values(endpoint.getStats(mediaType)).find(({ type }) => type === "inboundrtp");
  return found as Inbound;
}

function outbound(endpoint: WebRtcEndpoint, mediaType: MediaType): Outbound {
  const found = Object.values(endpoint.getStats(mediaType)).find(({ type }) => type === "outboundrtp");
  return found as Outbound;
}

/** Our figures between two readings of the browser's, whose figures are up to 50 ms old. */
async function around(
  peer: PagePeer,
  endpoint: WebRtcEndpoint,
): Promise<{ sooner: PeerFigures; ours: { AUDIO: Inbound; VIDEO: Inbound }; later: PeerFigures }> {
  const sooner = await peer.figures();
  const ours = { AUDIO: inbound(endpoint, "AUDIO"), VIDEO: inbound(endpoint, "VIDEO") };
  const later = await peer.when("newer figures", ({ atMs }) => atMs > sooner.atMs + 150);
  return { sooner, ours, later };
}

/** Waits until the browser's figures no longer move. */
async function settled(
  read: () => Promise<PeerFigures>,
  moving: (figures: PeerFigures) => number,
): Promise<PeerFigures> {
  let last = await read();
  await expect
    .poll(
      async () => {
        const before = moving(last);
        last = await read();
        return moving(last) - before;
      },
      { interval: 200, timeout: 5_000 },
    )
    .toBe(0);
  return last;
}

describe("the figures of an endpoint", () => {
  it("are those of the browser: packets, bytes, losses and requests, both ways", async () => {
    await using fixture = new ObjectFixture();
    const pipeline = fixture.create<MediaPipeline>("MediaPipeline");
    const { endpoint: source, peer: presenter } = await join(fixture, pipeline, page, {
      audio: "sendonly",
      video: "sendonly",
    });
    await presenter.when("sends", ({ videoOut, audioOut }) => videoOut.packetsSent > 5 && audioOut.packetsSent > 5);
    await expect.poll(() => inbound(source, "AUDIO")?.packetsReceived ?? 0).toBeGreaterThan(5);
    const begin = await around(presenter, source);
    const { endpoint: sink, peer: viewer } = await join(fixture, pipeline, page);
    await viewer.when("connected", ({ connectionState }) => connectionState === "connected");
    source.connect(sink);
    await viewer.when("plays", ({ videoIn, audioIn }) => videoIn.framesDecoded > 40 && audioIn.packetsReceived > 80);
    sink.requestKeyframe();
    await viewer.when("another keyframe", ({ videoIn }) => videoIn.keyFramesDecoded > 1);
    source.disconnect(sink);
    const seen = await settled(
      () => viewer.figures(),
      ({ videoIn, audioIn }) => videoIn.packetsReceived + audioIn.packetsReceived,
    );
    for (const [kind, of] of [
      ["AUDIO", seen.audioIn],
      ["VIDEO", seen.videoIn],
    ] as const) {
      const ours = outbound(sink, kind);
      expect({ ...ours, kind }).toMatchObject({
        kind,
        ssrc: String(of.ssrc),
        packetsLost: 0,
        nackCount: of.nackCount,
        pliCount: of.pliCount,
      });
      // A browser leaves out the first packets now and then, when it is not ready for them.
      const uncounted = ours.packetsSent - of.packetsReceived;
      expect(uncounted).toBeGreaterThanOrEqual(0);
      expect(uncounted).toBeLessThanOrEqual(5);
      expect(ours.bytesSent - of.bytesReceived).toBeGreaterThanOrEqual(0);
      expect(ours.bytesSent - of.bytesReceived).toBeLessThanOrEqual(uncounted * 1_200);
    }

    // The presenter goes on, and it counts from before its path was open: what is compared is how much came since.
    const sooner = await presenter.figures();
    for (const [kind, side] of [
      ["AUDIO", "audioOut"],
      ["VIDEO", "videoOut"],
    ] as const) {
      const before = begin.ours[kind];
      const received = (): number => inbound(source, kind).packetsReceived - before.packetsReceived;
      const least = sooner[side].packetsSent - begin.later[side].packetsSent;
      expect(least).toBeGreaterThan(40);
      await expect.poll(received).toBeGreaterThanOrEqual(least);
      const ours = inbound(source, kind);
      const later = await presenter.when("newer figures", ({ atMs }) => atMs > sooner.atMs + 150);
      const { nackCount, pliCount, ssrc } = later[side];
      // What was under way in the beginning may be counted on one side alone.
      const most = later[side].packetsSent - begin.sooner[side].packetsSent + UNDER_WAY;
      expect(ours.packetsReceived - before.packetsReceived).toBeLessThanOrEqual(most);
      const mostBytes = later[side].bytesSent - begin.sooner[side].bytesSent + UNDER_WAY * 1_200;
      const leastBytes = sooner[side].bytesSent - begin.later[side].bytesSent - UNDER_WAY * 1_200;
      expect(ours.bytesReceived - before.bytesReceived).toBeLessThanOrEqual(mostBytes);
      expect(ours.bytesReceived - before.bytesReceived).toBeGreaterThanOrEqual(leastBytes);
      expect(ours).toMatchObject({ ssrc: String(ssrc), packetsLost: 0, nackCount, pliCount });
    }
    const [audio, video] = [inbound(source, "AUDIO"), inbound(source, "VIDEO")];
    expect(video.pliCount).toBeGreaterThan(0);
    expect(video.remb).toBeGreaterThan(0);
    expect([audio.jitter, video.jitter].every((jitter) => jitter < 0.1)).toBe(true);
    await Promise.all([presenter.close(), viewer.close()]);
  });

  it("draw the pipeline so that Graphviz renders it", async (context) => {
    await using fixture = new ObjectFixture();
    const pipeline = fixture.create<MediaPipeline>("MediaPipeline");
    const [a, b] = [fixture.endpoint(pipeline), fixture.endpoint(pipeline)];
    a.setName('a "name" \\ with\nall\tof <it> & {more}');
    a.connect(b);
    a.connect(a, "VIDEO", "one", "two");
    const rendered = spawnSync("dot", ["-Tsvg"], { input: pipeline.getGstreamerDot(), encoding: "utf8" });
    if (rendered.error !== undefined) context.skip("there is no `dot` (package graphviz)");
    expect([rendered.status, rendered.stderr]).toEqual([0, ""]);
    expect(rendered.stdout).toContain("</svg>");
  });
});

describe("what a presenter is told to send", () => {
  it("keeps within minVideoRecvBandwidth and maxVideoRecvBandwidth, also when they change while media plays", async () => {
    await using fixture = new ObjectFixture();
    const pipeline = fixture.create<MediaPipeline>("MediaPipeline");
    const { endpoint, peer } = await join(fixture, pipeline, page, { audio: "none", video: "sendonly" });
    const remb = (): number => inbound(endpoint, "VIDEO")?.remb ?? 0;
    await expect.poll(remb, { timeout: 5_000 }).toBeGreaterThan(0);
    endpoint.setMaxVideoRecvBandwidth(250);
    await expect.poll(remb, { timeout: 5_000 }).toBe(250_000);
    await peer.when("obeys", ({ videoOut }) => videoOut.targetBitrate > 0 && videoOut.targetBitrate <= 250_000);
    endpoint.setMaxVideoRecvBandwidth(0);
    endpoint.setMinVideoRecvBandwidth(3_000);
    await expect.poll(remb, { timeout: 5_000 }).toBeGreaterThanOrEqual(3_000_000);
    await peer.close();
  });
});
