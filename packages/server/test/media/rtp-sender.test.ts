// What a viewer gets of a track: its own numbers, payload types and extensions, whatever the source's are.

import {
  findHeaderExtension,
  HEADER_EXTENSIONS,
  type LocalSource,
  type NegotiatedMedia,
  PacketCache,
  parseRtpHeader,
  ReceiveStream,
  RtpHeader,
  writeRtpHeader,
} from "@kurento-ts/rtp";
import { describe, expect, it } from "vitest";
import { RtpSender } from "../../src/media/rtp-sender.ts";
import { Track } from "../../src/media/track.ts";

const KEYFRAME = [0x10, 0x00, 0x00, 0x00, 0x9d, 0x01, 0x2a];
const LOCAL: LocalSource = { ssrc: 42, rtxSsrc: 43, cname: "us", streamId: "s", trackId: "video" };

function viewerMedia(codec: string, extensions: ReadonlyMap<string, number>): NegotiatedMedia {
  const vp8 = {
    name: codec,
    clockRate: 90_000,
    channels: undefined,
    receivePayloadType: 120,
    sendPayloadType: 120,
    rtx: { receivePayloadType: 121, sendPayloadType: 121 },
    parameters: new Map(),
    feedback: new Set(["nack"]),
  };
  return { codecs: [vp8], extensions } as unknown as NegotiatedMedia;
}

interface Source {
  readonly track: Track;
  readonly keyframeRequests: () => number;
  send(sequenceNumber: number, nowMs: number, startsKeyframe: boolean): void;
}

/** A source whose packets carry the orientation of a phone held upright under id 13, and a mid under id 4. */
function phone(): Source {
  const cache = new PacketCache();
  const header = new RtpHeader();
  let requests = 0;
  const track = new Track({
    format: {
      mediaType: "VIDEO",
      codec: "VP8",
      payloadType: 96,
      clockRate: 90_000,
      channels: undefined,
      parameters: new Map(),
      extensions: new Map([
        [HEADER_EXTENSIONS.videoOrientation, 13],
        [HEADER_EXTENSIONS.mid, 4],
      ]),
    },
    stream: new ReceiveStream({ ssrc: 1, clockRate: 90_000 }),
    cache,
    source: { requestKeyframe: () => requests++ },
  });
  return {
    track,
    keyframeRequests: () => requests,
    send(sequenceNumber, nowMs, startsKeyframe) {
      const bytes = new Uint8Array([...new Uint8Array(12), 0xbe, 0xde, 0, 1, 0xd0, 0x03, 0x40, 0x31, ...KEYFRAME]);
      writeRtpHeader(bytes, 0, true, 96, sequenceNumber, sequenceNumber * 3000, 1, true);
      if (!parseRtpHeader(bytes, header)) throw new Error("no RTP");
      track.push(cache.store(bytes, header, 0x10000 + sequenceNumber, nowMs, startsKeyframe), nowMs);
    },
  };
}

function viewer(media: NegotiatedMedia): { sender: RtpSender; sent: Uint8Array[]; unsupported: string[] } {
  const sent: Uint8Array[] = [];
  const unsupported: string[] = [];
  const sender = new RtpSender({
    mediaType: "VIDEO",
    media,
    local: LOCAL,
    send: (packet) => sent.push(packet.slice()) > 0,
    onUnsupported: (format, codecs) => unsupported.push(`${format.codec} for ${codecs.map((c) => c.name).join()}`),
  });
  return { sender, sent, unsupported };
}

function read(packet: Uint8Array | undefined): { header: RtpHeader; bytes: Uint8Array } {
  const header = new RtpHeader();
  if (packet === undefined || !parseRtpHeader(packet, header)) throw new Error("no RTP");
  return { header, bytes: packet };
}

describe("the sender of one m-line", () => {
  it("gives a viewer its own payload type, SSRC and extension ids, and a phone's orientation with them", () => {
    const source = phone();
    const { sender, sent } = viewer(viewerMedia("VP8", new Map([[HEADER_EXTENSIONS.videoOrientation, 7]])));
    sender.setTrack(source.track);
    sender.setPathOpen(true);
    source.send(100, 1000, true);
    source.send(101, 1020, false);
    expect(sent).toHaveLength(2);
    const { header, bytes } = read(sent[0]);
    expect([header.ssrc, header.payloadType, header.marker]).toEqual([42, 120, true]);
    expect(bytes[findHeaderExtension(bytes, header, 7)]).toBe(3);
    expect(findHeaderExtension(bytes, header, 4)).toBe(-1);
    expect([...bytes.subarray(header.payloadOffset)]).toEqual(KEYFRAME);
    expect(read(sent[1]).header.sequenceNumber).toBe(header.sequenceNumber + 1);
  });

  it("asks for a keyframe when the path opens and sends nothing before one comes", () => {
    const source = phone();
    const { sender, sent } = viewer(viewerMedia("VP8", new Map()));
    sender.setTrack(source.track);
    expect(source.keyframeRequests()).toBe(0);
    source.send(100, 1000, true);
    expect(sent).toEqual([]);
    sender.setPathOpen(true);
    expect(source.keyframeRequests()).toBe(1);
    source.send(101, 1020, false);
    expect(sent).toEqual([]);
    source.send(102, 1040, true);
    expect(sent).toHaveLength(1);
  });

  it("answers a NACK from the track's cache, on the retransmission stream", () => {
    const source = phone();
    const { sender, sent } = viewer(viewerMedia("VP8", new Map()));
    sender.setTrack(source.track);
    sender.setPathOpen(true);
    source.send(100, 1000, true);
    const { sequenceNumber } = read(sent[0]).header;
    sender.onNack(sequenceNumber, 1100);
    const { header, bytes } = read(sent[1]);
    expect([header.ssrc, header.payloadType]).toEqual([43, 121]);
    expect(Buffer.from(bytes).readUInt16BE(header.payloadOffset)).toBe(sequenceNumber);
  });

  it("goes on with another source in the same stream, and leaves the former one alone", () => {
    const [first, second] = [phone(), phone()];
    const { sender, sent } = viewer(viewerMedia("VP8", new Map()));
    sender.setTrack(first.track);
    sender.setPathOpen(true);
    first.send(100, 1000, true);
    sender.setTrack(second.track);
    expect(second.keyframeRequests()).toBe(1);
    first.send(101, 1020, true);
    second.send(9000, 1040, true);
    const numbers = sent.map((packet) => read(packet).header.sequenceNumber);
    expect(numbers).toEqual([numbers[0], (numbers[0] ?? 0) + 1]);
    sender.close();
    second.send(9001, 1060, true);
    expect(sent).toHaveLength(2);
  });

  it("sends nothing of a codec that the viewer lacks, and says both names", () => {
    const source = phone();
    const { sender, sent, unsupported } = viewer(viewerMedia("H264", new Map()));
    sender.setTrack(source.track);
    sender.setPathOpen(true);
    source.send(100, 1000, true);
    expect(sender.open).toBe(false);
    expect(sent).toEqual([]);
    expect(unsupported).toEqual(["VP8 for H264"]);
    expect(source.keyframeRequests()).toBe(0);
  });
});
