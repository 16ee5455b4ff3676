// Ways to agree with a real browser: who offers, which media in which direction, with and without trickle.

import type { Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LaunchedBrowser, launchChromium } from "../../../../test/support/browser.ts";
import { PagePeer } from "../../../../test/support/page-peer.ts";
import { withoutCandidates } from "../../../../test/support/relay/ice-candidate.ts";
import type { MediaPipeline } from "../../src/elements/media-pipeline.ts";
import { answerPeer, completeDescription, join } from "./join.ts";
import { ObjectFixture } from "./object-fixture.ts";

let browser: LaunchedBrowser;
let page: Page;

beforeAll(async () => {
  browser = await launchChromium();
  page = await browser.open();
});

afterAll(async () => {
  expect(browser.pageErrors).toEqual([]);
  await browser.close();
});

/** Directions of the m-lines of a description, as `audio sendrecv`; `0` for a rejected one. */
function directions(sdp: string): string[] {
  return sdp
    .split(/^m=/m)
    .slice(1)
    .map((section) => {
      const [, kind, port] = /^(\w+) (\d+)/.exec(section) ?? [];
      return `${kind} ${port === "0" ? port : /^a=(sendrecv|sendonly|recvonly|inactive)/m.exec(section)?.[1]}`;
    });
}

/** Garbage of the kinds that have been seen, and some that have not. */
const GARBAGE = [
  "",
  "candidate:",
  "candidate:1 1 udp",
  "candidate:1 1 udp 2122260223 999.1.2.3 70000 typ host",
  "candidate:1 1 udp 2122260223 nosuchhost.invalid 5000 typ host",
  "candidate:1 1 tcp 1518280447 127.0.0.1 9 typ host tcptype active",
  "candidate:1 2 udp 2122260223 127.0.0.1 9 typ host",
  `candidate:${"9".repeat(5_000)} 1 udp 1 127.0.0.1 9 typ host`,
  "\u0000\r\nm=video 9 RTP/AVP 0\r\n",
  "candidate:1 1 udp 2122260223 127.0.0.1 9 typ host\r\na=ice-ufrag:evil",
];

describe("when the endpoint offers", () => {
  it("a browser that answers sends and gets media, also when candidates were gathered before the offer", async () => {
    await using fixture = new ObjectFixture();
    const endpoint = fixture.endpoint(fixture.create<MediaPipeline>("MediaPipeline"));
    endpoint.connect(endpoint);
    endpoint.gatherCandidates();
    await endpoint.generateOffer();
    const offer = await completeDescription(fixture, endpoint);
    expect(directions(offer)).toEqual(["audio sendrecv", "video sendrecv"]);
    const peer = await PagePeer.open(page, { audio: "sendrecv", video: "sendrecv" });
    await endpoint.processAnswer(await peer.answer(offer));
    await peer.when("plays", ({ videoIn, audioIn }) => videoIn.framesDecoded > 10 && audioIn.packetsReceived > 20);
    await peer.close();
  });

  it("a browser may reject one m-line and only receive the other", async () => {
    await using fixture = new ObjectFixture();
    const pipeline = fixture.create<MediaPipeline>("MediaPipeline");
    const { endpoint: source, peer: presenter } = await join(fixture, pipeline, page, {
      audio: "sendonly",
      video: "sendonly",
    });
    const sink = fixture.endpoint(pipeline, { sendonly: true });
    source.connect(sink);
    await sink.generateOffer();
    const viewer = await PagePeer.open(page, { audio: "none", video: "recvonly" });
    // Chromium writes a stopped m-line as inactive; others reject it.
    const answer = (await viewer.answer(await completeDescription(fixture, sink))).replace(
      /^m=audio \d+/m,
      "m=audio 0",
    );
    expect(directions(answer)).toEqual(["audio 0", "video recvonly"]);
    await sink.processAnswer(answer);
    const { audioIn } = await viewer.when("plays", ({ videoIn }) => videoIn.framesDecoded > 10);
    expect(audioIn.packetsReceived).toBe(0);
    await Promise.all([presenter.close(), viewer.close()]);
  });

  it("of one media only, nothing else flows", async () => {
    await using fixture = new ObjectFixture();
    const endpoint = fixture.endpoint(fixture.create<MediaPipeline>("MediaPipeline"));
    endpoint.connect(endpoint);
    await endpoint.generateOffer({ offerToReceiveVideo: false });
    const peer = await PagePeer.open(page, { audio: "sendrecv" });
    const answer = await peer.answer(await completeDescription(fixture, endpoint));
    expect(directions(answer)).toEqual(["audio sendrecv"]);
    await endpoint.processAnswer(answer);
    await peer.when("sound", ({ audioIn }) => audioIn.packetsReceived > 20);
    await peer.close();
  });
});

describe("when the browser offers", () => {
  it("audio alone, or video alone, comes back", async () => {
    await using fixture = new ObjectFixture();
    const pipeline = fixture.create<MediaPipeline>("MediaPipeline");
    for (const kind of ["audio", "video"] as const) {
      const other = kind === "audio" ? "video" : "audio";
      const peer = await PagePeer.open(page, { [kind]: "sendrecv", [other]: "none" });
      const endpoint = fixture.endpoint(pipeline);
      endpoint.connect(endpoint);
      await answerPeer(fixture, endpoint, peer);
      await peer.when(`${kind} comes back`, (figures) => figures[`${kind}In`].packetsReceived > 20);
      await peer.close();
    }
  });

  it("an inactive m-line stays silent while the other plays", async () => {
    await using fixture = new ObjectFixture();
    const endpoint = fixture.endpoint(fixture.create<MediaPipeline>("MediaPipeline"));
    endpoint.connect(endpoint);
    const peer = await PagePeer.open(page, { audio: "sendrecv", video: "inactive" });
    await answerPeer(fixture, endpoint, peer);
    expect(directions(endpoint.getLocalSessionDescriptor())).toEqual(["audio sendrecv", "video inactive"]);
    const figures = await peer.when("sound", ({ audioIn }) => audioIn.packetsReceived > 20);
    expect(figures.videoIn.packetsReceived).toBe(0);
    await peer.close();
  });

  it("an endpoint made recvonly sends nothing, one made sendonly takes nothing", async () => {
    await using fixture = new ObjectFixture();
    const pipeline = fixture.create<MediaPipeline>("MediaPipeline");
    const taking = fixture.endpoint(pipeline, { recvonly: true });
    const sending = fixture.endpoint(pipeline, { sendonly: true });
    const both = { audio: "sendrecv", video: "sendrecv" } as const;
    const [presenter, viewer] = [await PagePeer.open(page, both), await PagePeer.open(page, both)];
    await answerPeer(fixture, taking, presenter);
    await answerPeer(fixture, sending, viewer);
    expect(directions(taking.getLocalSessionDescriptor())).toEqual(["audio recvonly", "video recvonly"]);
    expect(directions(sending.getLocalSessionDescriptor())).toEqual(["audio sendonly", "video sendonly"]);
    taking.connect(sending);
    sending.connect(taking);
    await viewer.when("plays", ({ videoIn, audioIn }) => videoIn.framesDecoded > 10 && audioIn.packetsReceived > 20);
    const { videoIn, audioIn } = await presenter.figures();
    expect([videoIn.packetsReceived, audioIn.packetsReceived]).toEqual([0, 0]);
    expect(sending.isMediaFlowingOut("VIDEO")).toBe(false);
    await Promise.all([presenter.close(), viewer.close()]);
  });
});

describe("candidates", () => {
  it("of the peer may come before its offer, among garbage, and none need stand in the descriptions", async () => {
    await using fixture = new ObjectFixture();
    const endpoint = fixture.endpoint(fixture.create<MediaPipeline>("MediaPipeline"));
    endpoint.connect(endpoint);
    const peer = await PagePeer.open(page, { audio: "sendrecv", video: "sendrecv" });
    const offer = withoutCandidates(await peer.offer());
    expect(offer).not.toContain("a=candidate");
    for (const candidate of GARBAGE) endpoint.addIceCandidate({ candidate, sdpMid: "0", sdpMLineIndex: 0 });
    for (const candidate of await peer.candidates()) endpoint.addIceCandidate(candidate);
    endpoint.addIceCandidate({
      candidate: "candidate:1 1 udp 1 127.0.0.1 9 typ host",
      sdpMid: "none",
      sdpMLineIndex: 99,
    });
    const answer = await endpoint.processOffer(offer);
    expect(answer).not.toContain("a=candidate");
    await peer.accept(answer);
    for (const candidate of GARBAGE) endpoint.addIceCandidate({ candidate, sdpMid: "0", sdpMLineIndex: 0 });
    endpoint.gatherCandidates();
    await fixture.waitFor(({ type }) => type === "IceGatheringDone");
    for (const { properties } of fixture.of(endpoint, "IceCandidateFound")) {
      await peer.addCandidate(properties["candidate"]);
    }
    await peer.when("plays", ({ videoIn, audioIn }) => videoIn.framesDecoded > 10 && audioIn.packetsReceived > 20);
    expect(fixture.of(endpoint, "Error")).toEqual([]);
    await peer.close();
  });

  it("gathered before the offer came open the path as soon as it comes", async () => {
    await using fixture = new ObjectFixture();
    const endpoint = fixture.endpoint(fixture.create<MediaPipeline>("MediaPipeline"));
    endpoint.connect(endpoint);
    endpoint.gatherCandidates();
    const peer = await PagePeer.open(page, { audio: "sendrecv", video: "sendrecv" });
    await endpoint.processOffer(await peer.offer());
    await fixture.waitFor(({ type }) => type === "IceGatheringDone");
    await peer.accept(endpoint.getLocalSessionDescriptor());
    await peer.when("plays", ({ videoIn }) => videoIn.framesDecoded > 10);
    await peer.close();
  });
});
