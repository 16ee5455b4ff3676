// A page with a peer connection, joined to an endpoint of the test by offer, answer and trickled candidates.

import type { Page } from "puppeteer-core";
import type { WebRtcEndpoint } from "../../src/elements/web-rtc-endpoint.ts";
import type { ObjectFixture } from "./object-fixture.ts";

/** What a page counts. */
export interface PeerStats {
  readonly framesDecoded: number;
  readonly frameWidth: number;
  readonly freezeCount: number;
  readonly keyFramesDecoded: number;
  readonly audioPackets: number;
  readonly audioEnergy: number;
  readonly packetsLost: number;
  /** Of video, over the last second or more. */
  readonly sentBps: number;
  /** Audio minus video, in ms; NaN before both are known. */
  readonly skewMs: number;
  readonly codec: string;
  /** What the browser's congestion control lets its video encoder use. */
  readonly targetBps: number;
  readonly availableBps: number;
  readonly limitedBy: string;
  readonly sentFps: number;
}

/** What a page sends. */
export interface PeerOptions {
  /** The one video codec to offer, such as `H264`. Default: all. */
  readonly videoCodec?: string;
  /** `noise` is hard to compress, the fake camera's picture is easy. Default: the camera. */
  readonly picture?: "camera" | "noise";
}

/** Reads until the value fits, and gives it. Throws with the last value after the limit. */
export async function until<T>(
  what: string,
  read: () => Promise<T> | T,
  fits: (value: T) => boolean,
  limitMs = 15_000,
): Promise<T> {
  const begin = Date.now();
  for (;;) {
    const value = await read();
    if (fits(value)) return value;
    if (Date.now() - begin > limitMs) throw new Error(`${what}: not in ${limitMs} ms, had ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Makes a peer connection in the page and joins it to the endpoint. `sendrecv` and `sendonly` use the fake camera. */
export async function joinPage(
  page: Page,
  fixture: ObjectFixture,
  endpoint: WebRtcEndpoint,
  direction: "sendrecv" | "sendonly" | "recvonly",
  options: PeerOptions = {},
): Promise<void> {
  await page.exposeFunction("toServer", (candidate: string, sdpMid: string, sdpMLineIndex: number) => {
    endpoint.addIceCandidate({ candidate, sdpMid, sdpMLineIndex });
  });
  const offer = await page.evaluate(openPeer, direction, options.videoCodec ?? "", options.picture ?? "camera");
  const answer = await endpoint.processOffer(offer);
  await page.evaluate(takeAnswer, answer);
  let passed = 0;
  const pass = async (): Promise<void> => {
    const found = fixture.of(endpoint, "IceCandidateFound").slice(passed);
    passed += found.length;
    for (const { properties } of found) await page.evaluate(takeCandidate, JSON.stringify(properties["candidate"]));
  };
  endpoint.gatherCandidates();
  await fixture.waitFor((event) => event.source === endpoint && event.type === "IceGatheringDone");
  await pass();
}

/** Reads the page's counters. */
export async function statsOf(page: Page): Promise<PeerStats> {
  return page.evaluate(readStats);
}

interface PeerWindow extends Window {
  peer: RTCPeerConnection;
  last: { bytes: number; at: number; bps: number };
  toServer(candidate: string, sdpMid: string, sdpMLineIndex: number): Promise<void>;
}

async function openPeer(
  direction: "sendrecv" | "sendonly" | "recvonly",
  videoCodec: string,
  picture: "camera" | "noise",
): Promise<string> {
  const makeNoise = (): MediaStreamTrack => {
    const canvas = document.createElement("canvas");
    canvas.width = 640;
    canvas.height = 480;
    const context = canvas.getContext("2d")!;
    // Cells of 8 pixels: every frame is new, and yet no more than an encoder can do.
    const cells = new OffscreenCanvas(80, 60);
    const cellContext = cells.getContext("2d")!;
    const image = cellContext.createImageData(80, 60);
    const words = new Uint32Array(image.data.buffer);
    setInterval(() => {
      for (let index = 0; index < words.length; index++) words[index] = 0xff000000 | (Math.random() * 0xffffff);
      cellContext.putImageData(image, 0, 0);
      context.drawImage(cells, 0, 0, 640, 480);
    }, 50);
    return canvas.captureStream(20).getVideoTracks()[0]!;
  };
  const self = window as unknown as PeerWindow;
  const peer = new RTCPeerConnection();
  self.peer = peer;
  self.last = { bytes: 0, at: 0, bps: 0 };
  peer.onicecandidate = ({ candidate }) => {
    if (candidate !== null) {
      void self.toServer(candidate.candidate, candidate.sdpMid ?? "", candidate.sdpMLineIndex ?? 0);
    }
  };
  peer.ontrack = ({ track, streams }) => {
    if (track.kind !== "video") return;
    const video = document.createElement("video");
    video.autoplay = true;
    video.muted = true;
    video.srcObject = streams[0] ?? new MediaStream([track]);
    document.body.append(video);
  };
  if (direction === "recvonly") {
    peer.addTransceiver("audio", { direction });
    peer.addTransceiver("video", { direction });
  } else {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 480 } });
    const video = picture === "noise" ? makeNoise() : stream.getVideoTracks()[0]!;
    for (const track of [...stream.getAudioTracks(), video]) {
      const transceiver = peer.addTransceiver(track, { direction, streams: [stream] });
      if (track.kind !== "video" || videoCodec === "") continue;
      const codecs = RTCRtpReceiver.getCapabilities("video")?.codecs ?? [];
      transceiver.setCodecPreferences(codecs.filter(({ mimeType }) => mimeType === `video/${videoCodec}`));
    }
  }
  await peer.setLocalDescription();
  return peer.localDescription?.sdp ?? "";
}

async function takeAnswer(answer: string): Promise<void> {
  const self = window as unknown as PeerWindow;
  await self.peer.setRemoteDescription({ type: "answer", sdp: answer });
}

async function takeCandidate(candidate: string): Promise<void> {
  const self = window as unknown as PeerWindow;
  await self.peer.addIceCandidate(JSON.parse(candidate) as RTCIceCandidateInit);
}

async function readStats(): Promise<PeerStats> {
  const self = window as unknown as PeerWindow;
  const report = await self.peer.getStats();
  const counted = {
    framesDecoded: 0,
    frameWidth: 0,
    freezeCount: 0,
    keyFramesDecoded: 0,
    audioPackets: 0,
    audioEnergy: 0,
    packetsLost: 0,
    sentBps: 0,
    skewMs: Number.NaN,
    codec: "",
    targetBps: 0,
    availableBps: 0,
    limitedBy: "",
    sentFps: 0,
  };
  let audioPlayout = Number.NaN;
  let videoPlayout = Number.NaN;
  for (const stat of report.values()) {
    if (stat.type === "inbound-rtp" && stat.kind === "video") {
      counted.framesDecoded = stat.framesDecoded ?? 0;
      counted.frameWidth = stat.frameWidth ?? 0;
      counted.freezeCount = stat.freezeCount ?? 0;
      counted.keyFramesDecoded = stat.keyFramesDecoded ?? 0;
      counted.packetsLost += stat.packetsLost ?? 0;
      videoPlayout = stat.estimatedPlayoutTimestamp ?? Number.NaN;
      counted.codec = report.get(stat.codecId)?.mimeType ?? "";
    } else if (stat.type === "inbound-rtp" && stat.kind === "audio") {
      counted.audioPackets = stat.packetsReceived ?? 0;
      counted.audioEnergy = stat.totalAudioEnergy ?? 0;
      counted.packetsLost += stat.packetsLost ?? 0;
      audioPlayout = stat.estimatedPlayoutTimestamp ?? Number.NaN;
    } else if (stat.type === "outbound-rtp" && stat.kind === "video") {
      counted.targetBps = stat.targetBitrate ?? 0;
      counted.limitedBy = stat.qualityLimitationReason ?? "";
      counted.sentFps = stat.framesPerSecond ?? 0;
      const elapsed = stat.timestamp - self.last.at;
      if (elapsed > 1000) {
        const bps = self.last.at === 0 ? 0 : ((stat.bytesSent - self.last.bytes) * 8000) / elapsed;
        self.last = { bytes: stat.bytesSent, at: stat.timestamp, bps };
      }
      counted.sentBps = Math.round(self.last.bps);
    } else if (stat.type === "candidate-pair" && stat.nominated === true) {
      counted.availableBps = stat.availableOutgoingBitrate ?? 0;
    }
  }
  counted.skewMs = audioPlayout - videoPlayout;
  return counted;
}
