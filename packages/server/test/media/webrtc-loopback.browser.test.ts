// A real Chromium against one WebRtcEndpoint that sends its media back.

import { afterAll, beforeAll, describe, expect } from "vitest";
import { type LaunchedBrowser, launchChromium } from "../../../../test/support/browser.ts";
import { chromiumIt as it } from "../../../../test/support/peers.ts";
import type { MediaPipeline } from "../../src/elements/media-pipeline.ts";
import { joinPage, statsOf, until } from "./browser-peer.ts";
import { ObjectFixture } from "./object-fixture.ts";

let browser: LaunchedBrowser;

beforeAll(async () => {
  browser = await launchChromium();
});

afterAll(async () => {
  await browser.close();
});

/** Kurento's order; what may come at any time between the others is left out of it. */
const ORDER = [
  "MediaSessionStarted",
  "IceComponentStateChanged GATHERING",
  "IceComponentStateChanged CONNECTING",
  "NewCandidatePairSelected",
  "IceComponentStateChanged CONNECTED",
  "DtlsConnectionStateChange NEW",
  "DtlsConnectionStateChange CONNECTING",
  "DtlsConnectionStateChange CONNECTED",
  "ConnectionStateChanged CONNECTED",
  "MediaFlowOutStateChanged FLOWING",
  "MediaTranscodingStateChanged NOT_TRANSCODING",
  "MediaFlowInStateChanged FLOWING",
  "MediaFlowOutStateChanged FLOWING",
  "MediaTranscodingStateChanged NOT_TRANSCODING",
  "MediaFlowInStateChanged FLOWING",
  "MediaStateChanged CONNECTED",
];

describe("a WebRtcEndpoint that is connected to itself", () => {
  it("raises Kurento's events in their order, and tells its states and figures", async () => {
    await using fixture = new ObjectFixture();
    const endpoint = fixture.endpoint(fixture.create<MediaPipeline>("MediaPipeline"));
    endpoint.connect(endpoint);
    expect([endpoint.getMediaState(), endpoint.getConnectionState()]).toEqual(["DISCONNECTED", "DISCONNECTED"]);
    const page = await browser.open();
    await joinPage(page, fixture, endpoint, "sendrecv");
    await fixture.waitFor((event) => event.type === "MediaStateChanged");
    await fixture.waitFor((event) => event.properties["state"] === "READY");
    const order = fixture
      .of(endpoint)
      .map(({ type, properties }) => `${type} ${String(properties["state"] ?? properties["newState"] ?? "")}`.trim())
      // ICE may find a better pair later and tell of it again.
      .filter((line, index, all) => line !== "NewCandidatePairSelected" || all.indexOf(line) === index)
      .filter((line) => !/^(ElementConnected|IceCandidateFound|IceGatheringDone|.* READY)/.test(line));
    expect(order).toEqual(ORDER);

    const candidates = fixture.of(endpoint, "IceCandidateFound").map(({ properties }) => properties["candidate"]);
    expect(candidates.length).toBeGreaterThanOrEqual(2);
    expect(candidates[0]).toMatchObject({ sdpMid: "0", sdpMLineIndex: 0 });
    expect(candidates[1]).toMatchObject({ sdpMid: "1", sdpMLineIndex: 1 });
    expect(endpoint.getIceConnectionState()).toEqual([{ streamId: "1", componentId: 1, state: "READY" }]);
    expect(endpoint.getDtlsConnectionState()).toMatchObject([{ state: "CONNECTED" }]);
    expect(endpoint.getICECandidatePairs()).toMatchObject([{ streamId: "1", componentId: 1 }]);
    expect([endpoint.getMediaState(), endpoint.getConnectionState()]).toEqual(["CONNECTED", "CONNECTED"]);
    expect(endpoint.getLocalSessionDescriptor()).toContain("a=candidate:");
    for (const type of ["AUDIO", "VIDEO"] as const) {
      expect([endpoint.isMediaFlowingIn(type), endpoint.isMediaFlowingOut(type)]).toEqual([true, true]);
    }

    const figures = await until(
      "round trips and reports",
      () => Object.values(endpoint.getStats()),
      (all) => all.some((each) => each.__type__ === "RTCOutboundRTPStreamStats" && each.roundTripTime > 0),
    );
    expect(figures.map((each) => each.type).toSorted()).toEqual([
      "inboundrtp",
      "inboundrtp",
      "outboundrtp",
      "outboundrtp",
    ]);
    for (const each of figures) {
      if (each.__type__ === "RTCInboundRTPStreamStats") {
        expect(each.packetsReceived).toBeGreaterThan(10);
        expect(each.packetsLost).toBe(0);
        expect(each.jitter).toBeLessThan(0.1);
      }
    }
    expect(Object.keys(endpoint.getStats("AUDIO"))).toHaveLength(2);
    expect(fixture.warnings).toEqual([]);
    await page.close();
  });

  it("lets Chromium send its full bitrate within 15 seconds", async () => {
    await using fixture = new ObjectFixture();
    const endpoint = fixture.endpoint(fixture.create<MediaPipeline>("MediaPipeline"));
    endpoint.connect(endpoint);
    const page = await browser.open();
    await joinPage(page, fixture, endpoint, "sendrecv", { picture: "noise" });
    const begin = Date.now();
    const stats = await until(
      "1 Mbit/s",
      () => statsOf(page),
      (each) => each.sentBps >= 1_000_000,
    );
    console.log(`1 Mbit/s after ${Date.now() - begin} ms: ${JSON.stringify(stats)}`);
    expect(stats.framesDecoded).toBeGreaterThan(10);
    expect(stats.audioPackets).toBeGreaterThan(50);
    await page.close();
  }, 30_000);
});
