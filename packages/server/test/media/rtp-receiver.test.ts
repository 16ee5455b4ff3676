// What a peer may do with its streams on one m-line: other SSRCs, other codecs, retransmissions, goodbyes.

import {
  HEADER_EXTENSIONS,
  type NegotiatedCodec,
  type NegotiatedMedia,
  parseRtpHeader,
  RtcpReader,
  RtpHeader,
  SourceClock,
  writeRtpHeader,
} from "@kurento-ts/rtp";
import { describe, expect, it } from "vitest";
import { RtpReceiver } from "../../src/media/rtp-receiver.ts";
import type { Track } from "../../src/media/track.ts";

function codec(
  name: string,
  payloadType: number,
  rtxPayloadType: number,
  feedback: readonly string[],
): NegotiatedCodec {
  return {
    name,
    clockRate: 90_000,
    channels: undefined,
    receivePayloadType: payloadType,
    sendPayloadType: payloadType,
    rtx: { receivePayloadType: rtxPayloadType, sendPayloadType: rtxPayloadType },
    parameters: new Map(),
    feedback: new Set(feedback),
  };
}

function video(feedback: readonly string[]): Pick<NegotiatedMedia, "codecs" | "extensions" | "remote"> {
  return {
    codecs: [codec("VP8", 96, 97, feedback), codec("VP9", 98, 99, feedback)],
    extensions: new Map([[HEADER_EXTENSIONS.videoOrientation, 13]]),
    remote: {
      sources: [{ ssrc: 1, rtxSsrc: 1001, cname: undefined }],
      simulcastSsrcs: [],
      rids: [],
      simulcast: undefined,
      streamId: undefined,
      trackId: undefined,
      maxBitrateBps: undefined,
    },
  };
}

class Rig {
  readonly tracks: (Track | undefined)[] = [];
  readonly got: number[] = [];
  readonly asked: string[] = [];
  readonly receiver: RtpReceiver;
  readonly #header = new RtpHeader();

  constructor(feedback: readonly string[] = ["nack", "nack pli", "ccm fir"]) {
    const reader = new RtcpReader();
    this.receiver = new RtpReceiver({
      mediaType: "VIDEO",
      media: video(feedback) as NegotiatedMedia,
      clock: new SourceClock(),
      localSsrc: 77,
      cname: "test",
      sendRtcp: (packet) =>
        reader.read(packet, {
          nack: (_sender, media, number) => this.asked.push(`nack ${media} ${number}`),
          pictureLossIndication: (_sender, media) => this.asked.push(`pli ${media}`),
          fullIntraRequest: (_sender, media) => this.asked.push(`fir ${media}`),
        }),
      onTrack: (track) => {
        this.tracks.push(track);
        track?.addSender({ open: true, forward: (packet) => this.got.push(packet.header.sequenceNumber) });
      },
    });
  }

  /** One packet with a payload of three bytes, or what is given. */
  send(ssrc: number, payloadType: number, sequenceNumber: number, nowMs: number, payload = [0x90, 0x80, 1]): void {
    const bytes = new Uint8Array(12 + payload.length);
    writeRtpHeader(bytes, 0, false, payloadType, sequenceNumber, sequenceNumber * 3000, ssrc);
    bytes.set(payload, 12);
    if (!parseRtpHeader(bytes, this.#header)) throw new Error("no RTP");
    this.receiver.onPacket(bytes, this.#header, nowMs);
  }
}

describe("the receiver of one m-line", () => {
  it("follows a peer that goes on with other SSRCs, however often", () => {
    const rig = new Rig();
    for (let round = 1; round <= 20; round++) rig.send(round, 96, round, round * 6000);
    expect(rig.got).toHaveLength(20);
    expect(new Set(rig.tracks.filter((track) => track !== undefined)).size).toBe(20);
    expect([...rig.receiver.streams].length).toBeLessThanOrEqual(8);
  });

  it("keeps to the first of several streams that come at the same time", () => {
    const rig = new Rig();
    for (let number = 1; number <= 10; number++) {
      rig.send(1, 96, number, number * 20);
      rig.send(2, 96, 500 + number, number * 20 + 5);
    }
    expect(rig.tracks).toHaveLength(1);
    expect(rig.got).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it("makes another track when the codec changes, and ignores what is late of the former one", () => {
    const rig = new Rig();
    rig.send(1, 96, 10, 0);
    rig.send(1, 98, 12, 20);
    rig.send(1, 96, 11, 25);
    rig.send(1, 98, 13, 40);
    expect(rig.tracks.map((track) => track?.format.codec)).toEqual(["VP8", "VP9"]);
    expect(rig.got).toEqual([10, 12, 13]);
  });

  it("asks for what is missing and takes it from the retransmission stream", () => {
    const rig = new Rig();
    rig.send(1, 96, 10, 0);
    rig.send(1, 96, 12, 20);
    rig.send(1, 96, 13, 40);
    expect(rig.asked).toEqual(["nack 1 11"]);
    rig.send(1001, 97, 7000, 60, [0, 11, 0x90, 0x80, 1]);
    rig.send(1001, 97, 7001, 61, [0, 11, 0x90, 0x80, 1]);
    expect(rig.got).toEqual([10, 12, 13, 11]);
    rig.receiver.tick(400);
    expect(rig.asked).toHaveLength(1);
  });

  it("takes a retransmission that only pads for nothing", () => {
    const rig = new Rig();
    rig.send(1, 96, 10, 0);
    rig.send(1001, 97, 7000, 5, []);
    rig.send(1001, 97, 7001, 6, [0]);
    expect(rig.got).toEqual([10]);
  });

  it("ends the track at a goodbye, and begins another when media comes again", () => {
    const rig = new Rig();
    rig.send(1, 96, 10, 0);
    rig.receiver.onBye(99);
    rig.receiver.onBye(1);
    expect(rig.tracks.at(-1)).toBeUndefined();
    rig.send(1, 96, 11, 20);
    expect(rig.tracks).toHaveLength(3);
    expect(rig.got).toEqual([10, 11]);
  });

  it("asks for keyframes by PLI, or by FIR when the peer knows only that, once for many wishes", () => {
    const both = new Rig();
    both.receiver.requestKeyframe();
    expect(both.asked).toEqual([]);
    both.send(1, 96, 10, 0);
    for (let wish = 0; wish < 5; wish++) both.receiver.requestKeyframe();
    expect(both.asked).toEqual(["pli 1"]);
    const onlyFir = new Rig(["ccm fir"]);
    onlyFir.send(1, 96, 10, 0);
    onlyFir.receiver.requestKeyframe();
    expect(onlyFir.asked).toEqual(["fir 1"]);
    expect(onlyFir.receiver.requests).toEqual({ nack: 0, pli: 0, fir: 1 });
  });
});
