// A process with some of the benchmark's WebRTC peers: a presenter that sends, or viewers that count what they get.
import { processCertificate } from "../../packages/server/src/transport/certificate.ts";
import { WebRtcTransport } from "../../packages/server/src/transport/webrtc-transport.ts";
import type { PeerOrder, PeerReport } from "./peer-messages.ts";
import { type Role, readTransport, writeOffer } from "./peer-sdp.ts";
import {
  AUDIO,
  asksForKeyframe,
  frameOf,
  isRtcp,
  machineNowMs,
  PacketMaker,
  senderReport,
  sentAtMs,
  type TestStream,
  VIDEO,
  viewerReport,
} from "./test-media.ts";

/** One packet in so many is timed. */
const SAMPLE_EVERY = 13;

const peers = new Map<number, WebRtcTransport>();
const viewers = new Set<WebRtcTransport>();
let presenter: WebRtcTransport | undefined;
const video = new PacketMaker(VIDEO);
const audio = new PacketMaker(AUDIO);
const certificate = await processCertificate();

let [packets, frames, sampled] = [0, 0, 0];
let [sentBefore, framesBefore] = [0, 0];
let delaysMs: number[] = [];
let presenting: NodeJS.Timeout | undefined;

function tell(report: PeerReport): void {
  process.send?.(report);
}

function make(peer: number, role: Role): void {
  let onPacket: (packet: Buffer) => void = countingViewer();
  if (role === "presenter") {
    onPacket = (packet) => {
      if (isRtcp(packet) && asksForKeyframe(packet)) video.keyframeWanted = true;
    };
  }
  const transport = new WebRtcTransport(
    { certificate },
    {
      onPacket,
      onState: (state) => {
        if (state === "connected") tell({ kind: "connected", peer });
        if (state === "failed" || state === "disconnected") tell({ kind: "failed", peer, reason: state });
      },
      onGatheringDone: () => tell({ kind: "offer", peer, sdp: writeOffer(transport, role) }),
      onIceState: () => {},
      onCandidate: () => {},
      onSelectedPair: () => {},
      onWarning: (message, error) => console.error(`peer ${peer}: ${message}`, error ?? ""),
    },
  );
  peers.set(peer, transport);
  if (role === "presenter") presenter = transport;
  else viewers.add(transport);
  transport.open();
}

/** Does little, because the machine is the server's as well: counts, and times one packet in a few. */
function countingViewer(): (packet: Buffer) => void {
  let [frame, have] = [-1, 0];
  return (packet) => {
    if (isRtcp(packet)) return;
    const payloadType = (packet[1] ?? 0) & 0x7f;
    if (payloadType === VIDEO.payloadType) {
      const its = frameOf(packet);
      have = its === frame ? have + 1 : 1;
      frame = its;
      if (have === VIDEO.packetsPerFrame) frames += 1;
    } else if (payloadType !== AUDIO.payloadType) return;
    packets += 1;
    if (++sampled % SAMPLE_EVERY === 0) delaysMs.push(machineNowMs() - sentAtMs(packet));
  };
}

function takeAnswer(peer: number, sdp: string): void {
  const transport = peers.get(peer);
  if (transport === undefined) return;
  const { candidates, ...remote } = readTransport(sdp, "answer");
  transport.setRemote(remote);
  for (const candidate of candidates) transport.addRemoteCandidate(candidate);
}

/** Sends every stream at its pace until paused; what a late timer missed is made up for at once. */
function startPresenting(): void {
  clearInterval(presenting);
  const started = performance.now();
  const before = new Map([video, audio].map((maker) => [maker, maker.sent]));
  const sendDue = (stream: TestStream, maker: PacketMaker): void => {
    const due = (before.get(maker) ?? 0) + ((performance.now() - started) / 1000) * stream.packetsPerSecond;
    while (maker.sent < due) presenter?.send(maker.next());
  };
  presenting = setInterval(() => {
    sendDue(VIDEO, video);
    sendDue(AUDIO, audio);
  }, 5);
}

function count(): void {
  const [sent, sentFrames] = [video.sent + audio.sent, video.frames];
  tell({
    kind: "count",
    count: { sentPackets: sent - sentBefore, sentFrames: sentFrames - framesBefore, packets, frames, delaysMs },
  });
  [sentBefore, framesBefore] = [sent, sentFrames];
  [packets, frames] = [0, 0];
  delaysMs = [];
}

process.on("message", (order: PeerOrder) => {
  switch (order.kind) {
    case "make":
      return make(order.peer, order.role);
    case "answer":
      return takeAnswer(order.peer, order.sdp);
    case "start":
      return startPresenting();
    case "pause":
      return clearInterval(presenting);
    case "count":
      return count();
  }
});
process.on("disconnect", () => process.exit());
setInterval(() => {
  const report = viewerReport();
  for (const viewer of viewers) viewer.send(report);
  presenter?.send(senderReport(VIDEO, video));
  presenter?.send(senderReport(AUDIO, audio));
}, 1_000);
tell({ kind: "ready" });
