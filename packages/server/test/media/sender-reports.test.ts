// When a viewer gets sender reports: as soon as they can say how audio and video of the source belong together.

import {
  isRtcp,
  type NegotiatedCodec,
  type NegotiatedMedia,
  PacketCache,
  ReceiveStream,
  RtpHeader,
  SourceClock,
} from "@kurento-ts/rtp";
import { describe, expect, it } from "vitest";
import { nowMs } from "../../src/media/clock.ts";
import { RtpSender } from "../../src/media/rtp-sender.ts";
import { Track } from "../../src/media/track.ts";

const OPUS: NegotiatedCodec = {
  name: "opus",
  clockRate: 48_000,
  channels: 2,
  receivePayloadType: 111,
  sendPayloadType: 111,
  rtx: undefined,
  parameters: new Map(),
  feedback: new Set(),
};
const LOCAL = { ssrc: 5, rtxSsrc: undefined, cname: "show", streamId: "show", trackId: "audio" };
const MEDIA: NegotiatedMedia = {
  index: 0,
  mid: "0",
  kind: "audio",
  rejected: false,
  rejectedBecause: undefined,
  direction: "sendonly",
  remoteDirection: "recvonly",
  codecs: [OPUS],
  extensions: new Map(),
  bundled: true,
  rtcpMux: true,
  rtcpReducedSize: true,
  local: LOCAL,
  remote: {
    sources: [],
    simulcastSsrcs: [],
    rids: [],
    simulcast: undefined,
    streamId: undefined,
    trackId: undefined,
    maxBitrateBps: undefined,
  },
  sctp: undefined,
};

/** A viewer of the audio of a source that also has video, and a packet already on its way. */
function rig() {
  const beganMs = nowMs();
  const clock = new SourceClock();
  const audio = new ReceiveStream({ ssrc: 1, clockRate: 48_000, clock });
  const video = new ReceiveStream({ ssrc: 2, clockRate: 90_000, clock });
  const cache = new PacketCache();
  const track = new Track({
    format: {
      mediaType: "AUDIO",
      codec: "opus",
      payloadType: 111,
      clockRate: 48_000,
      channels: 2,
      parameters: new Map(),
      extensions: new Map(),
    },
    stream: audio,
    cache,
    source: { requestKeyframe: () => {} },
  });
  const reportsAtMs: number[] = [];
  let atMs = 0;
  const sender = new RtpSender({
    mediaType: "AUDIO",
    media: MEDIA,
    local: LOCAL,
    onUnsupported: () => {},
    send: (packet) => {
      if (isRtcp(packet)) reportsAtMs.push(atMs);
      return true;
    },
  });
  sender.setTrack(track);
  sender.setPathOpen(true);
  const bytes = new Uint8Array(20);
  bytes[0] = 0x80;
  bytes[1] = 111;
  const header = Object.assign(new RtpHeader(), { payloadType: 111, ssrc: 1, payloadOffset: 12, payloadLength: 8 });
  audio.receive(header, bytes.length, beganMs);
  track.push(cache.store(bytes, header, audio.extendedSequenceNumber, beganMs, true), beganMs);
  /** Lets time pass, in steps of the ticker. */
  const passUntil = (untilMs: number): void => {
    for (; atMs < untilMs; atMs += 50) sender.tick(beganMs + atMs);
  };
  const report = (stream: ReceiveStream): void => stream.onSenderReport(3_900_000_000, 0, 0, beganMs + atMs);
  return { audio, video, reportsAtMs, passUntil, report };
}

describe("sender reports to a viewer", () => {
  it("begin when the source has reported on all its media, four times in a row and then every second", () => {
    const { audio, video, reportsAtMs, passUntil, report } = rig();
    passUntil(500);
    report(video);
    passUntil(2_500);
    expect(reportsAtMs).toEqual([]);
    report(audio);
    passUntil(5_400);
    expect(reportsAtMs).toEqual([2_500, 2_700, 2_900, 3_100, 3_300, 4_300, 5_300]);
  });

  it("come after seven seconds all the same when the source never reports", () => {
    const { reportsAtMs, passUntil } = rig();
    passUntil(8_000);
    expect(reportsAtMs[0]).toBeGreaterThanOrEqual(6_900);
    expect(reportsAtMs[0]).toBeLessThanOrEqual(7_100);
  });
});
