// The yardstick: the least a Node process can do to forward one presenter to viewers with node-datachannel.
import { PeerConnection, type Track, Video } from "node-datachannel";
import { writeRemoteDescription } from "../../packages/server/src/transport/remote-description.ts";
import { type Role, readTransport } from "./peer-sdp.ts";
import type { ForwarderOrder, ForwarderReport } from "./subject.ts";
import { isRtcp, VIDEO } from "./test-media.ts";

interface Viewer {
  readonly track: Track;
  open: boolean;
  videoSequence: number;
  audioSequence: number;
}

const viewers: Viewer[] = [];
/** Held on to: what the garbage collector takes falls silent. */
const kept: (PeerConnection | Track)[] = [];
const scratch = Buffer.alloc(2048);

function tell(report: ForwarderReport): void {
  process.send?.(report);
}

/** Rewrites what differs from viewer to viewer, and sends. */
function forward(packet: Buffer): void {
  if (isRtcp(packet)) return;
  const copy = scratch.subarray(0, packet.copy(scratch));
  const marker = copy.readUInt8(1) & 0x80;
  const payloadType = copy.readUInt8(1) & 0x7f;
  const isVideo = payloadType === VIDEO.payloadType;
  for (const viewer of viewers) {
    if (!viewer.open) continue;
    const sequence = isVideo ? viewer.videoSequence++ : viewer.audioSequence++;
    copy[1] = marker | payloadType;
    copy.writeUInt16BE(sequence & 0xffff, 2);
    copy.writeUInt32BE(isVideo ? 0x2222_0001 : 0x2222_0002, 8);
    viewer.track.sendMessageBinary(copy);
  }
}

function answer(seq: number, role: Role, offer: string): void {
  const { candidates, ...remote } = readTransport(offer, "offer");
  const connection = new PeerConnection("", {
    iceServers: [],
    disableAutoNegotiation: true,
    forceMediaTransport: true,
  });
  const media = new Video("0", "SendRecv");
  media.addVP8Codec(96);
  const track = connection.addTrack(media);
  kept.push(connection, track);
  if (role === "presenter") track.onMessage(forward);
  else {
    const viewer: Viewer = { track, open: false, videoSequence: 0, audioSequence: 0 };
    track.onMessage(() => {}); // a viewer's reports
    track.onOpen(() => {
      viewer.open = true;
    });
    viewers.push(viewer);
  }
  connection.onGatheringStateChange((state) => {
    if (state === "complete") tell({ kind: "answer", seq, sdp: connection.localDescription()?.sdp ?? "" });
  });
  connection.setRemoteDescription(writeRemoteDescription(remote, "offer"), "offer");
  connection.setLocalDescription("answer");
  for (const candidate of candidates) connection.addRemoteCandidate(`a=${candidate}`, "0");
}

process.on("message", ({ seq, role, offer }: ForwarderOrder) => answer(seq, role, offer));
process.on("disconnect", () => process.exit());
tell({ kind: "ready" });
