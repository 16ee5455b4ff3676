// A browser page as a WebRTC peer that does not trickle: it makes an offer with all candidates inside and takes an answer.

import type { Page } from "puppeteer-core";

declare global {
  interface Window {
    programPeer: RTCPeerConnection;
  }
}

/** Makes the page's offer: to send camera and microphone, or to receive. The page's video is 640x480. */
export async function makeOffer(page: Page, role: "send" | "receive"): Promise<string> {
  return await page.evaluate(async (sends) => {
    const peer = new RTCPeerConnection();
    window.programPeer = peer;
    if (sends) {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 480 } });
      for (const track of stream.getTracks()) peer.addTrack(track, stream);
    } else {
      for (const kind of ["audio", "video"]) peer.addTransceiver(kind, { direction: "recvonly" });
    }
    const gathered = new Promise<void>((resolve) => {
      peer.addEventListener("icegatheringstatechange", () => peer.iceGatheringState === "complete" && resolve());
    });
    await peer.setLocalDescription();
    await gathered;
    return peer.localDescription?.sdp ?? "";
  }, role === "send");
}

/** Gives the page the answer to its offer. */
export async function takeAnswer(page: Page, sdp: string): Promise<void> {
  await page.evaluate(
    async (answer) => await window.programPeer.setRemoteDescription({ type: "answer", sdp: answer }),
    sdp,
  );
}

/** What the page has received. */
export interface Received {
  readonly framesDecoded: number;
  readonly frameWidth: number;
  readonly audioPackets: number;
}

/** Reads what the page has received so far. */
export async function readReceived(page: Page): Promise<Received> {
  return await page.evaluate(async () => {
    const received = { framesDecoded: 0, frameWidth: 0, audioPackets: 0 };
    for (const report of (await window.programPeer.getStats()).values()) {
      if (report.type !== "inbound-rtp") continue;
      if (report.kind === "audio") received.audioPackets = report.packetsReceived;
      else {
        received.framesDecoded = report.framesDecoded ?? 0;
        received.frameWidth = report.frameWidth ?? 0;
      }
    }
    return received;
  });
}
