// A relay between a real browser and a transport of the server: all of the media goes through it, and its loss is seen.
import type { Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answeringSetup } from "../../../packages/server/src/transport/remote-description.ts";
import { makeSide, type Side } from "../../../packages/server/test/transport/transport-pair.ts";
import { type LaunchedBrowser, launchChromium } from "../browser.ts";
import { isMissing } from "../peers.ts";
import { openUdpRelay, type UdpRelay } from "./udp-relay.ts";

declare const peer: RTCPeerConnection;

const attribute = (sdp: string, name: string): string => new RegExp(`^a=${name}:(.*?)\\r?$`, "m").exec(sdp)?.[1] ?? "";

/**
 * The browser offers its fake camera and takes what comes back. Its candidates go nowhere, the server's go to it
 * through the relay. Resolves when connected.
 */
async function connectThrough(relay: UdpRelay, page: Page, side: Side): Promise<void> {
  const offer = await page.evaluate(async () => {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 240 } });
    (globalThis as unknown as { peer: RTCPeerConnection }).peer = new RTCPeerConnection();
    for (const track of stream.getTracks()) peer.addTrack(track, stream);
    await peer.setLocalDescription();
    return peer.localDescription?.sdp ?? "";
  });
  const [algorithm = "", value = ""] = attribute(offer, "fingerprint").split(" ");
  const setup = attribute(offer, "setup") as "actpass";
  const ice = { ufrag: attribute(offer, "ice-ufrag"), pwd: attribute(offer, "ice-pwd") };
  side.transport.setRemote({ type: "offer", ...ice, fingerprint: { algorithm, value }, setup });
  side.transport.open({ bindAddress: "127.0.0.1" });
  await side.heard.until("gathered", (heard) => heard.gatheringDone);
  const mid = attribute(offer, "mid");
  const payloadType = /^a=rtpmap:(\d+) VP8\/90000/m.exec(offer)?.[1] ?? "";
  const { credentials, fingerprint } = side.transport;
  const answer = [
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
    `a=setup:${answeringSetup(setup)}`,
    "a=ssrc:4711 cname:echo",
    "a=ssrc:4711 msid:echo echo",
    ...side.heard.candidates.map((candidate) => `a=${candidate}`),
    "",
  ].join("\r\n");
  await page.evaluate((sdp) => peer.setRemoteDescription({ type: "answer", sdp }), relay.sdpFor(answer));
  await side.heard.untilState("connected");
}

interface Received {
  readonly framesDecoded: number;
  readonly packetsReceived: number;
  readonly packetsLost: number;
}

const received = (page: Page): Promise<Received> =>
  page.evaluate(async () => {
    const reports = [...(await peer.getStats()).values()] as ({ type: string } & Received)[];
    const inbound = reports.find(({ type }) => type === "inbound-rtp");
    return {
      framesDecoded: inbound?.framesDecoded ?? 0,
      packetsReceived: inbound?.packetsReceived ?? 0,
      packetsLost: inbound?.packetsLost ?? 0,
    };
  });

describe.skipIf(isMissing("chromium"))("a relay before Chromium", () => {
  let chromium: LaunchedBrowser;
  beforeAll(async () => {
    chromium = await launchChromium();
  });
  afterAll(() => chromium?.close());

  test("carries all of its media; loss on the way down is what the browser counts, and a cut stops it", async () => {
    await using relay = await openUdpRelay({ seed: 3 });
    const [page, side] = await Promise.all([chromium.open(), makeSide()]);
    side.heard.onPacket = (packet) => {
      const type = (packet[1] ?? 0) & 0x7f;
      if (type >= 64 && type <= 95) return; // RTCP, RFC 5761
      const copy = Buffer.from(packet);
      copy.writeUInt32BE(4711, 8);
      side.transport.send(copy);
    };
    try {
      await connectThrough(relay, page, side);
      await expect.poll(async () => (await received(page)).framesDecoded, { timeout: 10_000 }).toBeGreaterThan(10);
      expect((await received(page)).packetsLost).toBe(0);

      relay.set("down", { loss: 0.2 });
      await expect.poll(async () => (await received(page)).packetsLost, { timeout: 10_000 }).toBeGreaterThan(3);
      expect((await received(page)).packetsLost).toBeLessThanOrEqual(relay.counters("down").dropped.loss);
      expect(relay.counters("up").dropped.loss).toBe(0);

      relay.cut("down");
      while (relay.counters("down").dropped.cut < 20) await new Promise((resolve) => setTimeout(resolve, 10));
      const { packetsReceived } = await received(page);
      const before = relay.counters("down").dropped.cut;
      while (relay.counters("down").dropped.cut < before + 20) await new Promise((resolve) => setTimeout(resolve, 10));
      expect((await received(page)).packetsReceived).toBe(packetsReceived);
    } finally {
      side.transport.close();
      await page.close();
    }
  }, 40_000);
});
