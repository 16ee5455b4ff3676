// Offers and answers against real browsers: ours are taken by Chromium and by Firefox, and theirs by us.
import {
  answerOffer,
  applyAnswer,
  type IceCandidate,
  type LocalSession,
  makeOffer,
  type NegotiatedMedia,
  parseCandidate,
  parseSdp,
  reverseDirection,
  type SdpDirection,
  withCandidates,
  writeCandidate,
  writeSdp,
} from "@kurento-ts/rtp";
import type { Page } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type LaunchedBrowser, launchChromium, launchFirefox } from "../../../../test/support/browser.ts";
import { isMissing } from "../../../../test/support/peers.ts";
import { LOCAL, localWithout } from "./sample-session.ts";

/** What a page makes its offer from. */
interface OfferPlan {
  readonly audio?: SdpDirection;
  readonly video?: SdpDirection;
  readonly rids?: readonly string[];
  readonly data?: boolean;
}

/** What a page made of our description. */
interface PageState {
  readonly sdp: string;
  readonly signalingState: RTCSignalingState;
  /** In the order of the m-lines, data channels left out. */
  readonly directions: readonly (RTCRtpTransceiverDirection | null)[];
}

const BROWSERS = [
  { name: "Chromium", peer: "chromium", launch: launchChromium, variable: "CHROMIUM_PATH" },
  { name: "Firefox", peer: "firefox", launch: launchFirefox, variable: "FIREFOX_PATH" },
] as const;

const OFFERS: readonly (readonly [string, OfferPlan])[] = [
  ["sends and receives", { audio: "sendrecv", video: "sendrecv" }],
  ["only sends", { audio: "sendonly", video: "sendonly" }],
  ["only receives", { audio: "recvonly", video: "recvonly" }],
  ["has audio alone", { audio: "sendrecv" }],
  ["has video alone", { video: "sendonly" }],
  ["has a data channel alone", { data: true }],
  ["has everything", { audio: "sendrecv", video: "sendrecv", data: true }],
  ["sends layers of simulcast", { video: "sendonly", rids: ["l", "m", "h"] }],
];

const CANDIDATE: IceCandidate = parseCandidate("candidate:1 1 udp 2130706431 127.0.0.1 9 typ host")!;

/** The page's connection is `window.peer` until it is closed. */
declare global {
  interface Window {
    peer: RTCPeerConnection | undefined;
  }
}

async function makePageOffer(page: Page, plan: OfferPlan): Promise<string> {
  return page.evaluate(async (wanted: OfferPlan) => {
    const peer = new RTCPeerConnection();
    window.peer = peer;
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
    for (const kind of ["audio", "video"] as const) {
      const direction = wanted[kind];
      if (direction === undefined) continue;
      const track = stream.getTracks().find((each) => each.kind === kind);
      const encodings = kind === "video" && wanted.rids !== undefined ? wanted.rids.map((rid) => ({ rid })) : undefined;
      const init = { direction, streams: [stream], ...(encodings === undefined ? {} : { sendEncodings: encodings }) };
      peer.addTransceiver(direction === "recvonly" || track === undefined ? kind : track, init);
    }
    if (wanted.data === true) peer.createDataChannel("chat");
    await peer.setLocalDescription(await peer.createOffer());
    return peer.localDescription?.sdp ?? "";
  }, plan);
}

async function takeAnswer(page: Page, sdp: string, candidate: string, mid: string): Promise<PageState> {
  return page.evaluate(
    async (answer: string, line: string, sdpMid: string) => {
      const { peer } = window;
      if (peer === undefined) throw new Error("the page has no connection");
      await peer.setRemoteDescription({ type: "answer", sdp: answer });
      if (line !== "") await peer.addIceCandidate({ candidate: line, sdpMid });
      return {
        sdp: peer.remoteDescription?.sdp ?? "",
        signalingState: peer.signalingState,
        directions: peer.getTransceivers().map(({ currentDirection }) => currentDirection),
      };
    },
    sdp,
    candidate,
    mid,
  );
}

/** The page answers our offer with its camera and microphone, as far as our direction lets it. */
async function makePageAnswer(page: Page, sdp: string, isSending: boolean): Promise<PageState> {
  return page.evaluate(
    async (offer: string, sending: boolean) => {
      const peer = new RTCPeerConnection();
      window.peer = peer;
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
      if (sending) for (const track of stream.getTracks()) peer.addTrack(track, stream);
      await peer.setRemoteDescription({ type: "offer", sdp: offer });
      await peer.setLocalDescription(await peer.createAnswer());
      return {
        sdp: peer.localDescription?.sdp ?? "",
        signalingState: peer.signalingState,
        directions: peer.getTransceivers().map(({ currentDirection }) => currentDirection),
      };
    },
    sdp,
    isSending,
  );
}

function accepted(media: readonly NegotiatedMedia[]): string[] {
  return media.filter(({ rejected }) => !rejected).map(({ kind, direction }) => `${kind} ${direction}`);
}

for (const { name, peer, launch, variable } of BROWSERS) {
  const missing = isMissing(peer);
  const title = missing ? `${name} (skipped: it is not installed, and ${variable} is not set)` : name;
  describe.skipIf(missing)(title, () => {
    let browser: LaunchedBrowser;
    let page: Page;
    beforeAll(async () => {
      browser = await launch();
      page = await browser.open();
    }, 90_000);
    afterAll(() => browser?.close());
    afterEach(async () => {
      await page.evaluate(() => {
        for (const { sender } of window.peer?.getTransceivers() ?? []) sender.track?.stop();
        window.peer?.close();
        window.peer = undefined;
      });
      expect(browser.pageErrors).toEqual([]);
    });

    it.each(OFFERS)("takes our answer when it %s", async (_what, plan) => {
      const result = answerOffer(parseSdp(await makePageOffer(page, plan)), LOCAL);
      const state = await takeAnswer(
        page,
        writeSdp(result.description),
        writeCandidate(CANDIDATE),
        result.media[0]?.mid ?? "",
      );
      const wanted = [plan.audio, plan.video].filter((direction) => direction !== undefined);
      expect(state.signalingState).toBe("stable");
      expect(state.directions).toEqual(wanted);
      expect(accepted(result.media)).toEqual([
        ...(plan.audio === undefined ? [] : [`audio ${reverseDirection(plan.audio)}`]),
        ...(plan.video === undefined ? [] : [`video ${reverseDirection(plan.video)}`]),
        ...(plan.data === undefined ? [] : ["application sendrecv"]),
      ]);
      const video = result.media.find(({ kind }) => kind === "video");
      if (video === undefined) return;
      expect(video.codecs.map((codec) => codec.name)).toContain("VP8");
      expect(video.codecs.find((codec) => codec.name === "VP8")).toMatchObject({ rtx: expect.anything() });
      expect([...(video.codecs[0]?.feedback ?? [])]).toEqual(expect.arrayContaining(["nack", "nack pli", "ccm fir"]));
    });

    it("takes an answer that rejects video, and one that rejects everything", async () => {
      for (const local of [localWithout("video"), localWithout("audio", "video", "data")]) {
        const offer = parseSdp(await makePageOffer(page, { audio: "sendrecv", video: "sendrecv", data: true }));
        const { description, media } = answerOffer(offer, local);
        const { signalingState, directions } = await takeAnswer(page, writeSdp(description), "", "0");
        expect(signalingState).toBe("stable");
        // A rejected m-line stops its transceiver, which is then no longer among them or says so.
        const inUse = directions.filter((direction) => direction !== null && direction !== "stopped");
        expect(inUse).toEqual(local.audio === undefined ? [] : ["sendrecv"]);
        expect(media[1]?.rejected).toBe(true);
        await page.evaluate(() => window.peer?.close());
      }
    });

    it("takes an answer with all its candidates in it", async () => {
      const offer = parseSdp(await makePageOffer(page, { audio: "sendrecv", video: "sendrecv" }));
      const description = withCandidates(answerOffer(offer, LOCAL).description, [CANDIDATE], true);
      const { signalingState, sdp } = await takeAnswer(page, writeSdp(description), "", "0");
      expect(signalingState).toBe("stable");
      expect(sdp).toContain("127.0.0.1 9 typ host");
    });

    const sessions: readonly (readonly [string, LocalSession, boolean, readonly string[]])[] = [
      ["sends and receives", LOCAL, true, ["audio sendrecv", "video sendrecv", "application sendrecv"]],
      [
        "only sends",
        { ...LOCAL, direction: "sendonly" },
        true,
        ["audio sendonly", "video sendonly", "application sendrecv"],
      ],
      [
        "only receives",
        { ...LOCAL, direction: "recvonly" },
        true,
        ["audio recvonly", "video recvonly", "application sendrecv"],
      ],
      [
        "sends and receives, to a page without tracks",
        LOCAL,
        false,
        ["audio sendonly", "video sendonly", "application sendrecv"],
      ],
      ["has audio alone", localWithout("video", "data"), true, ["audio sendrecv"]],
      ["has data channels alone", localWithout("audio", "video"), false, ["application sendrecv"]],
    ];
    it.each(sessions)("answers our offer that %s", async (_what, local, isSending, expected) => {
      const offer = makeOffer(local);
      const state = await makePageAnswer(page, writeSdp(offer), isSending);
      expect(state.signalingState).toBe("stable");
      const { media, transport, dtlsRole } = applyAnswer(offer, parseSdp(state.sdp), local);
      expect(accepted(media)).toEqual(expected);
      expect(dtlsRole).toBe("passive");
      expect(transport?.fingerprints[0]?.algorithm).toBe("sha-256");
      for (const { kind, codecs, extensions, rtcpMux, bundled } of media) {
        expect(bundled).toBe(true);
        if (kind === "application") continue;
        expect(rtcpMux).toBe(true);
        expect(codecs.map((codec) => codec.name)).toContain(kind === "audio" ? "opus" : "VP8");
        expect(extensions.size).toBeGreaterThan(0);
        for (const codec of codecs) {
          const ours = offer.media.flatMap((each) => each.codecs);
          expect(ours.map(({ payloadType }) => payloadType)).toContain(codec.receivePayloadType);
        }
      }
    });
  });
}
