// One incoming SSRC of one codec: counts, holes, keyframes, the cache, and the track that it feeds.

import {
  type KeyframeDetector,
  keyframeDetector,
  NackGenerator,
  type NegotiatedCodec,
  PacketCache,
  ReceiveStream,
  type RtpHeader,
  type SourceClock,
  sequenceDelta,
} from "@kurento-ts/rtp";
import { Track, type TrackFormat, type TrackSource } from "./track.ts";

/** What an incoming stream is made from. */
export interface IncomingStreamOptions {
  readonly mediaType: "AUDIO" | "VIDEO";
  readonly ssrc: number;
  readonly codec: NegotiatedCodec;
  readonly extensions: ReadonlyMap<string, number>;
  readonly clock: SourceClock;
  readonly source: TrackSource;
}

/** Audio is kept for a shorter time in fewer packets: it comes in 50 packets a second. */
const AUDIO_CACHE_PACKETS = 128;

/** Receives one SSRC. */
export class IncomingStream {
  readonly codec: NegotiatedCodec;
  readonly stream: ReceiveStream;
  readonly track: Track;
  /** Undefined when losses are not asked for again. */
  readonly nack: NackGenerator | undefined;
  readonly #cache: PacketCache;
  readonly #isKeyframe: KeyframeDetector | undefined;

  constructor(options: IncomingStreamOptions) {
    const { mediaType, ssrc, codec, extensions, clock } = options;
    const isVideo = mediaType === "VIDEO";
    this.codec = codec;
    this.stream = new ReceiveStream({ ssrc, clockRate: codec.clockRate, clock });
    this.nack = isVideo && codec.feedback.has("nack") ? new NackGenerator() : undefined;
    this.#cache = new PacketCache(isVideo ? {} : { capacity: AUDIO_CACHE_PACKETS });
    this.#isKeyframe = isVideo ? keyframeDetector(codec.name) : undefined;
    const format: TrackFormat = {
      mediaType,
      codec: codec.name,
      payloadType: codec.receivePayloadType,
      clockRate: codec.clockRate,
      channels: codec.channels,
      parameters: codec.parameters,
      extensions,
    };
    this.track = new Track({ format, stream: this.stream, cache: this.#cache, source: options.source });
  }

  /** Whether a packet comes from before the newest one: it is late, whatever else it is. */
  isLate(header: RtpHeader): boolean {
    const highest = this.stream.highestSequenceNumber;
    return highest >= 0 && sequenceDelta(highest & 0xffff, header.sequenceNumber) < 0;
  }

  /**
   * Takes a packet and hands it to the track. `recovered` tells that RTX brought it back. True when it starts a keyframe.
   */
  take(bytes: Uint8Array, header: RtpHeader, nowMs: number, recovered: boolean): boolean {
    const { stream, nack } = this;
    const taken = recovered ? stream.recover(header, bytes.length, nowMs) : stream.receive(header, bytes.length, nowMs);
    if (!taken) return false;
    const number = stream.extendedSequenceNumber;
    nack?.onPacket(number, nowMs);
    const startsKeyframe =
      this.#isKeyframe === undefined || this.#isKeyframe(bytes, header.payloadOffset, header.payloadLength);
    if (startsKeyframe) nack?.onKeyframe(number);
    this.track.push(this.#cache.store(bytes, header, number, nowMs, startsKeyframe), nowMs);
    return startsKeyframe;
  }

  /** The stream has ended. */
  close(): void {
    this.stream.close();
    this.#cache.clear();
  }
}
