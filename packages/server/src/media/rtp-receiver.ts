// What comes in on one m-line: streams by SSRC and codec, retransmissions, and what is asked of the sender.

import {
  KeyframeRequester,
  type NegotiatedCodec,
  type NegotiatedMedia,
  parseRtpHeader,
  type ReceiveStream,
  RtpHeader,
  restoreFromRtx,
  type SourceClock,
  writeFullIntraRequest,
  writeNack,
  writePictureLossIndication,
} from "@kurento-ts/rtp";
import { nowMs } from "./clock.ts";
import { IncomingStream } from "./incoming-stream.ts";
import { beginFeedback, rtcpBuffer } from "./rtcp-buffer.ts";
import type { Track, TrackSource } from "./track.ts";

/** What a receiver is made from. */
export interface RtpReceiverOptions {
  readonly mediaType: "AUDIO" | "VIDEO";
  readonly media: NegotiatedMedia;
  /** The peer's clock, the same for all its media. */
  readonly clock: SourceClock;
  /** Our SSRC and name in RTCP. */
  readonly localSsrc: number;
  readonly cname: string;
  readonly sendRtcp: (packet: Uint8Array) => void;
  /** Another track comes out, or none any more. */
  readonly onTrack: (track: Track | undefined) => void;
}

/** Counters of what was asked of the sender. */
export interface RequestCounts {
  nack: number;
  pli: number;
  fir: number;
}

/** A stream that was silent so long gives way to another one of the same m-line. */
const TAKE_OVER_MS = 300;
/** SSRCs that are counted per m-line; another one takes the place of one that has fallen silent, or is ignored. */
const MAX_STREAMS = 8;
/** A stream that was silent so long may be forgotten. */
const FORGET_MS = 5000;

const rtxHeader = new RtpHeader();
const missing = new Uint16Array(256);

/** Receives one m-line. One stream at a time feeds the track; others are counted only. */
export class RtpReceiver implements TrackSource {
  readonly mediaType: "AUDIO" | "VIDEO";
  readonly requests: RequestCounts = { nack: 0, pli: 0, fir: 0 };
  readonly #options: RtpReceiverOptions;
  readonly #codecs = new Map<number, NegotiatedCodec>();
  readonly #repaired = new Map<number, NegotiatedCodec>();
  readonly #streams = new Map<number, IncomingStream>();
  /** SSRC of a stream by the SSRC of its retransmissions, as signalled. */
  readonly #pairs = new Map<number, number>();
  readonly #keyframes = new KeyframeRequester();
  #current: IncomingStream | undefined;
  #firNumber = 0;

  constructor(options: RtpReceiverOptions) {
    this.#options = options;
    this.mediaType = options.mediaType;
    for (const codec of options.media.codecs) {
      this.#codecs.set(codec.receivePayloadType, codec);
      if (codec.rtx !== undefined) this.#repaired.set(codec.rtx.receivePayloadType, codec);
    }
    for (const { ssrc, rtxSsrc } of options.media.remote.sources) {
      if (rtxSsrc !== undefined) this.#pairs.set(rtxSsrc, ssrc);
    }
  }

  /** The streams that report blocks and figures are about. */
  get streams(): Iterable<IncomingStream> {
    return this.#streams.values();
  }

  /** The stream that feeds the track. */
  get current(): IncomingStream | undefined {
    return this.#current;
  }

  /** Whether a payload type belongs to this m-line. */
  hasPayloadType(payloadType: number): boolean {
    return this.#codecs.has(payloadType) || this.#repaired.has(payloadType);
  }

  /** The stream of an SSRC, for its sender reports. */
  streamOf(ssrc: number): ReceiveStream | undefined {
    return this.#streams.get(ssrc)?.stream;
  }

  /** Takes an RTP packet of this m-line; what does not belong here is ignored. */
  onPacket(bytes: Uint8Array, header: RtpHeader, now: number): void {
    const codec = this.#codecs.get(header.payloadType);
    if (codec === undefined) {
      this.#onRetransmission(bytes, header, now);
      return;
    }
    let stream = this.#streams.get(header.ssrc);
    if (stream === undefined || stream.codec !== codec) {
      if (stream !== undefined && stream.isLate(header)) return;
      stream = this.#begin(header.ssrc, codec, stream, now);
      if (stream === undefined) return;
    }
    if (stream !== this.#current && !this.#takeOver(stream, now)) {
      stream.stream.receive(header, bytes.length, now);
      return;
    }
    this.#take(stream, bytes, header, now, false);
  }

  /** A source says that it leaves. */
  onBye(ssrc: number): void {
    const stream = this.#streams.get(ssrc);
    if (stream === undefined) return;
    this.#streams.delete(ssrc);
    stream.close();
    if (stream === this.#current) this.#setCurrent(undefined);
  }

  /** Asks the sender for a keyframe, not more often than every 500 ms. */
  requestKeyframe(): void {
    if (this.mediaType === "VIDEO" && this.#current !== undefined && this.#keyframes.request(nowMs())) {
      this.#sendKeyframeRequest();
    }
  }

  /** Repeats what was asked for and did not come. */
  tick(now: number): void {
    const current = this.#current;
    if (current === undefined) return;
    this.#sendNacks(current, now);
    if (now >= this.#keyframes.deadlineMs && this.#keyframes.poll(now)) this.#sendKeyframeRequest();
  }

  /** Nothing comes in any more. */
  close(): void {
    for (const stream of this.#streams.values()) stream.close();
    this.#streams.clear();
    this.#setCurrent(undefined);
  }

  #begin(
    ssrc: number,
    codec: NegotiatedCodec,
    former: IncomingStream | undefined,
    now: number,
  ): IncomingStream | undefined {
    if (former === undefined && this.#streams.size >= MAX_STREAMS && !this.#forgetSilent(now)) return undefined;
    former?.close();
    const { mediaType, media, clock } = this.#options;
    const stream = new IncomingStream({ mediaType, ssrc, codec, extensions: media.extensions, clock, source: this });
    this.#streams.set(ssrc, stream);
    if (former !== undefined && former === this.#current) this.#setCurrent(stream);
    return stream;
  }

  /** Makes room for another stream: the one that has been silent for longest goes, if that is long enough. */
  #forgetSilent(now: number): boolean {
    let silent: IncomingStream | undefined;
    for (const each of this.#streams.values()) {
      if (silent === undefined || each.stream.lastPacketMs < silent.stream.lastPacketMs) silent = each;
    }
    if (silent === undefined || now - silent.stream.lastPacketMs < FORGET_MS) return false;
    this.onBye(silent.stream.ssrc);
    return true;
  }

  /** Whether a stream may feed the track from now on: nobody does, or the one that did is silent. */
  #takeOver(stream: IncomingStream, now: number): boolean {
    const current = this.#current;
    if (current !== undefined && now - current.stream.lastPacketMs < TAKE_OVER_MS) return false;
    this.#setCurrent(stream);
    return true;
  }

  #setCurrent(stream: IncomingStream | undefined): void {
    if (stream === this.#current) return;
    this.#current = stream;
    this.#keyframes.cancel();
    this.#options.onTrack(stream?.track);
  }

  #take(stream: IncomingStream, bytes: Uint8Array, header: RtpHeader, now: number, recovered: boolean): void {
    if (stream.take(bytes, header, now, recovered) && this.mediaType === "VIDEO") this.#keyframes.onKeyframe();
    this.#sendNacks(stream, now);
  }

  #onRetransmission(bytes: Uint8Array, header: RtpHeader, now: number): void {
    const codec = this.#repaired.get(header.payloadType);
    if (codec === undefined) return;
    const ssrc = this.#pairs.get(header.ssrc);
    const stream = ssrc === undefined ? this.#current : this.#streams.get(ssrc);
    if (stream === undefined || stream !== this.#current || stream.codec !== codec) return;
    const original = restoreFromRtx(bytes, header, stream.stream.ssrc, codec.receivePayloadType);
    if (original === undefined || !parseRtpHeader(original, rtxHeader)) return;
    this.#take(stream, original, rtxHeader, now, true);
  }

  #sendNacks(stream: IncomingStream, now: number): void {
    const { nack } = stream;
    if (nack === undefined || now < nack.deadlineMs) return;
    const count = nack.poll(now, missing);
    if (count > 0) {
      const { localSsrc, cname, sendRtcp } = this.#options;
      const offset = beginFeedback(localSsrc, cname);
      const end = writeNack(rtcpBuffer, offset, localSsrc, stream.stream.ssrc, missing, count);
      this.requests.nack++;
      sendRtcp(rtcpBuffer.subarray(0, end));
    }
    if (nack.takeKeyframeRequest()) this.requestKeyframe();
  }

  #sendKeyframeRequest(): void {
    const current = this.#current;
    if (current === undefined) return;
    const { localSsrc, cname, sendRtcp } = this.#options;
    const offset = beginFeedback(localSsrc, cname);
    const { feedback } = current.codec;
    const { ssrc } = current.stream;
    if (feedback.has("ccm fir") && !feedback.has("nack pli")) {
      this.#firNumber = (this.#firNumber + 1) & 0xff;
      this.requests.fir++;
      sendRtcp(rtcpBuffer.subarray(0, writeFullIntraRequest(rtcpBuffer, offset, localSsrc, ssrc, this.#firNumber)));
      return;
    }
    this.requests.pli++;
    sendRtcp(rtcpBuffer.subarray(0, writePictureLossIndication(rtcpBuffer, offset, localSsrc, ssrc)));
  }
}
