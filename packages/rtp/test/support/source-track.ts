// A source as a server sees it: packets parsed, counted and cached, ready for forward streams.
import { keyframeDetector } from "../../src/rtp/keyframe.ts";
import { parseRtpHeader, RtpHeader } from "../../src/rtp/rtp-header.ts";
import type { RtpPacket } from "../../src/rtp/rtp-packet.ts";
import { PacketCache } from "../../src/stream/packet-cache.ts";
import { ReceiveStream } from "../../src/stream/receive-stream.ts";
import type { SourceClock } from "../../src/stream/source-clock.ts";
import { type RtpFields, rtpBytes } from "./rtp-bytes.ts";

export interface SourceTrackOptions {
  readonly ssrc?: number;
  readonly codec?: string;
  readonly clockRate?: number;
  readonly clock?: SourceClock;
}

export class SourceTrack {
  readonly cache: PacketCache = new PacketCache();
  readonly stream: ReceiveStream;
  readonly #header: RtpHeader = new RtpHeader();
  readonly #codec: string;

  constructor(options: SourceTrackOptions = {}) {
    this.#codec = options.codec ?? "VP8";
    this.stream = new ReceiveStream({
      ssrc: options.ssrc ?? 0x11223344,
      clockRate: options.clockRate ?? 90_000,
      ...(options.clock === undefined ? {} : { clock: options.clock }),
    });
  }

  /** A packet made of its fields, taken at `nowMs`. Throws when the stream refuses it. */
  take(fields: RtpFields, nowMs: number): RtpPacket {
    const packet = this.takeBytes(rtpBytes({ ssrc: this.stream.ssrc, ...fields }), nowMs);
    if (packet === undefined) throw new Error(`the stream refused packet ${fields.sequenceNumber}`);
    return packet;
  }

  /** A received packet; undefined when it is a duplicate. */
  takeBytes(bytes: Uint8Array, nowMs: number, isRecovered: boolean = false): RtpPacket | undefined {
    const header = this.#header;
    if (!parseRtpHeader(bytes, header)) throw new Error("not RTP");
    const isNew = isRecovered
      ? this.stream.recover(header, bytes.length, nowMs)
      : this.stream.receive(header, bytes.length, nowMs);
    if (!isNew) return undefined;
    const startsKeyframe = keyframeDetector(this.#codec)?.(bytes, header.payloadOffset, header.payloadLength) ?? false;
    return this.cache.store(bytes, header, this.stream.extendedSequenceNumber, nowMs, startsKeyframe);
  }
}
