// The transport against a real browser: media arrives from it, can be sent back to it, and its end is noticed.
import type { Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LaunchedBrowser, launchChromium } from "../../../../test/support/browser.ts";
import { isMissing } from "../../../../test/support/peers.ts";
import { answeringSetup } from "../../src/transport/remote-description.ts";
import { makeSide, rtpPacket, type Side } from "./transport-pair.ts";

const CAMERA_SSRC = 0x1234_5678;

/** The first value of an attribute in an SDP. */
function attribute(sdp: string, name: string): string {
  return new RegExp(`^a=${name}:(.*?)\\r?$`, "m").exec(sdp)?.[1] ?? "";
}

function remoteParameters(sdp: string, type: "offer" | "answer"): Parameters<Side["transport"]["setRemote"]>[0] {
  const [algorithm = "", value = ""] = attribute(sdp, "fingerprint").split(" ");
  const setup = attribute(sdp, "setup") as "actpass" | "active" | "passive";
  return {
    type,
    ufrag: attribute(sdp, "ice-ufrag"),
    pwd: attribute(sdp, "ice-pwd"),
    fingerprint: { algorithm, value },
    setup,
  };
}

/** Our SDP of one VP8 m-line, without candidates. */
function describeSide(side: Side, mid: string, payloadType: string, setup: string): string {
  const { credentials, fingerprint } = side.transport;
  return [
    "v=0",
    "o=- 1 1 IN IP4 127.0.0.1",
    "s=-",
    "t=0 0",
    `a=group:BUNDLE ${mid}`,
    `m=video 9 UDP/TLS/RTP/SAVPF ${payloadType}`,
    "c=IN IP4 0.0.0.0",
    `a=mid:${mid}`,
    "a=sendrecv",
    "a=rtcp-mux",
    `a=rtpmap:${payloadType} VP8/90000`,
    `a=ice-ufrag:${credentials.ufrag}`,
    `a=ice-pwd:${credentials.pwd}`,
    `a=fingerprint:${fingerprint.algorithm} ${fingerprint.value}`,
    `a=setup:${setup}`,
    `a=ssrc:${CAMERA_SSRC} cname:echo`,
    `a=ssrc:${CAMERA_SSRC} msid:echo echo`,
    "",
  ].join("\r\n");
}

/** Starts a peer connection with the fake camera in the page; its candidates go to `side`. */
async function startPeer(page: Page, side: Side): Promise<void> {
  await page.exposeFunction("toServer", (candidate: string) => void side.transport.addRemoteCandidate(candidate));
  await page.evaluate(async () => {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 240 } });
    const peer = new RTCPeerConnection();
    const scope = globalThis as unknown as { peer: RTCPeerConnection; toServer(candidate: string): void };
    scope.peer = peer;
    peer.onicecandidate = ({ candidate }) => candidate && scope.toServer(candidate.candidate);
    for (const track of stream.getTracks()) peer.addTrack(track, stream);
  });
  side.heard.relay = (candidate) => {
    page.evaluate((text) => peer.addIceCandidate({ candidate: text, sdpMLineIndex: 0 }), candidate).catch(() => {});
  };
}
declare const peer: RTCPeerConnection;

/** What the page's `peer` says in its statistics of received video. */
function inboundVideo(page: Page): Promise<{ framesDecoded: number }> {
  return page.evaluate(async () => {
    const reports = [...(await peer.getStats()).values()] as { type: string; framesDecoded?: number }[];
    for (const { type, framesDecoded = 0 } of reports) if (type === "inbound-rtp") return { framesDecoded };
    return { framesDecoded: 0 };
  });
}

/** Sends every RTP packet back under another SSRC. */
function echo(side: Side): void {
  side.heard.onPacket = (packet) => {
    side.heard.packets.push(packet);
    if (((packet[1] ?? 0) & 0x7f) >= 64 && ((packet[1] ?? 0) & 0x7f) <= 95) return; // RTCP, RFC 5761
    const copy = Buffer.from(packet);
    copy.writeUInt32BE(CAMERA_SSRC, 8);
    side.transport.send(copy);
  };
}

/** The browser offers, we answer; resolves when connected. */
async function answerPage(page: Page, side: Side): Promise<void> {
  await startPeer(page, side);
  const offer = await page.evaluate(async () => {
    await peer.setLocalDescription();
    return peer.localDescription?.sdp ?? "";
  });
  const remote = remoteParameters(offer, "offer");
  side.transport.setRemote(remote);
  const payloadType = /^a=rtpmap:(\d+) VP8\/90000/m.exec(offer)?.[1] ?? "";
  const answer = describeSide(side, attribute(offer, "mid"), payloadType, answeringSetup(remote.setup));
  await page.evaluate((sdp) => peer.setRemoteDescription({ type: "answer", sdp }), answer);
  side.transport.open();
  await side.heard.untilState("connected");
}

describe.skipIf(isMissing("chromium"))("with Chromium", () => {
  let chromium: LaunchedBrowser;
  beforeAll(async () => {
    chromium = await launchChromium();
  });
  afterAll(() => chromium?.close());

  test("the browser offers: its video arrives, and decodes when it is sent back", async () => {
    const [page, side] = await Promise.all([chromium.open(), makeSide()]);
    echo(side);
    await answerPage(page, side);
    await expect.poll(async () => (await inboundVideo(page)).framesDecoded, { timeout: 10_000 }).toBeGreaterThan(20);
    expect(side.heard.warnings).toEqual([]);
    side.transport.close();
    await page.close();
  });

  test("we offer: the browser's video arrives, and decodes when it is sent back", async () => {
    const [page, side] = await Promise.all([chromium.open(), makeSide()]);
    echo(side);
    await startPeer(page, side);
    side.transport.open(); // candidates reach the page before our offer does, so they wait for it
    const lines = side.heard.relay;
    const early: string[] = [];
    side.heard.relay = (candidate) => early.push(candidate);
    await side.heard.until("gathered", (heard) => heard.gatheringDone);
    const answer = await page.evaluate(
      async (sdp) => {
        await peer.setRemoteDescription({ type: "offer", sdp });
        await peer.setLocalDescription();
        return peer.localDescription?.sdp ?? "";
      },
      describeSide(side, "0", "96", "actpass"),
    );
    for (const candidate of early) lines?.(candidate);
    side.transport.setRemote(remoteParameters(answer, "answer"));
    await side.heard.untilState("connected");
    await expect.poll(async () => (await inboundVideo(page)).framesDecoded, { timeout: 10_000 }).toBeGreaterThan(20);
    side.transport.close();
    await page.close();
  });

  test.each([
    ["closes its connection", (page: Page) => page.evaluate(() => peer.close())],
    ["reloads", (page: Page) => page.reload()],
  ])("a browser that %s is noticed at once", async (_how, leave) => {
    const [page, side] = await Promise.all([chromium.open(), makeSide()]);
    await answerPage(page, side);
    await side.heard.until("video", (heard) => heard.packets.length > 10);
    await leave(page);
    await side.heard.untilState("disconnected", 2_000);
    expect(side.transport.send(rtpPacket(96, 1, 1))).toBe(false);
    side.transport.close();
    await page.close();
  });
});
