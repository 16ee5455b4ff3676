// One media on its way to one receiver: every packet of the source rewritten as the receiver's own stream.
import { ntpFraction, ntpMiddle, ntpSeconds } from "../rtcp/ntp-time.ts";
import type { ReportBlock } from "../rtcp/rtcp-reader.ts";
import { writeSenderReport, writeSourceDescription } from "../rtcp/rtcp-writer.ts";
import { writeUint16 } from "../rtp/byte-order.ts";
import type { PacketBuffer } from "../rtp/packet-buffer.ts";
import { FIXED_HEADER_LENGTH, writeRtpHeader } from "../rtp/rtp-header.ts";
import type { RtpPacket } from "../rtp/rtp-packet.ts";
import { RTX_HEADER_LENGTH } from "../rtp/rtx.ts";
import { addToTimestamp, timestampDelta } from "../rtp/sequence-number.ts";
import type { ForwardRoute } from "./forward-route.ts";
import type { PacketCache } from "./packet-cache.ts";
import { RateWindow } from "./rate-window.ts";
import { roundTripMs } from "./receive-stream.ts";
import { RetransmissionLimiter } from "./retransmission-limiter.ts";
import { SequenceRewriter } from "./sequence-rewriter.ts";

/** Settings of a {@link ForwardStream}. */
export interface ForwardStreamOptions {
  /** The SSRC that the receiver was told. */
  readonly ssrc: number;
  /** The SSRC of retransmissions, when RTX was negotiated. */
  readonly rtxSsrc?: number;
  /** Goes out with every sender report; the same for all streams that play in sync. */
  readonly cname: string;
  /** True for video: nothing passes until a keyframe begins, after each change of source. */
  readonly waitsForKeyframe: boolean;
  /** Default: taken from the SSRC. */
  readonly firstSequenceNumber?: number;
  /** Default: taken from the SSRC. */
  readonly firstTimestamp?: number;
  /** Retransmissions in a second at most. Default 500. */
  readonly maxRetransmissionsPerSecond?: number;
}

/** A snapshot of a {@link ForwardStream}. */
export interface ForwardStreamStats {
  readonly ssrc: number;
  readonly packetsSent: number;
  /** Whole packets, headers included, without retransmissions. */
  readonly bytesSent: number;
  /** Without headers, extensions and padding; retransmissions included. */
  readonly payloadBytesSent: number;
  readonly retransmittedPackets: number;
  readonly retransmittedBytes: number;
  /** Sequence numbers that the receiver asked for again. */
  readonly nacksReceived: number;
  /** Of these: not sent because of the limits. */
  readonly nacksRefused: number;
  /** Of these: no longer in the cache, or never seen. */
  readonly nacksMissed: number;
  /** Packets of the source that the receiver did not get: before a keyframe, of other payload types, too late. */
  readonly packetsDropped: number;
  readonly bitrateBps: number;
  /** From the receiver's last report, 0 to 1. */
  readonly fractionLost: number;
  readonly packetsLost: number;
  readonly jitterMs: number;
  /** Undefined before the first measurement. */
  readonly roundTripMs: number | undefined;
}

/** A jump forward of more packets than this is a new beginning, like a change of source. */
const MAX_GAP = 3000;
/** A packet is sent again not sooner than this, however short the round trip. */
const MIN_RETRANSMISSION_INTERVAL_MS = 10;
/** Assumed before the first measurement. */
const INITIAL_RTT_MS = 100;
/** Of 256 packets: above this loss retransmissions go out once. */
const MAX_LOSS_FOR_COPIES = 38;
/** Room for header and extensions when checking whether a packet fits. */
const MAX_HEADER_LENGTH = 256;
const REPORTS_REMEMBERED = 8;

/** Whether the packet can be copied with its old header in front of the new one. */
function fits(packet: RtpPacket, out: PacketBuffer): boolean {
  return packet.bytes.length + MAX_HEADER_LENGTH <= out.capacity && packet.header.payloadOffset <= out.start;
}

/** Rewrites, repairs and reports one stream to one receiver. Nothing here allocates per packet. */
export class ForwardStream {
  readonly ssrc: number;
  readonly rtxSsrc: number | undefined;
  readonly cname: string;

  // What each packet reads and writes stands together, 32-bit numbers as signed ones: with hundreds of receivers what a
  // packet costs is mostly how much memory it touches, and V8 keeps unsigned ones above 2^31 in boxes of their own.
  readonly #sequence: SequenceRewriter;
  readonly #rate: RateWindow = new RateWindow();
  readonly #ssrc: number;
  readonly #waitsForKeyframe: boolean;
  #route: ForwardRoute | undefined;
  #isOpen: boolean = false;
  #timestampOffset: number = 0;
  #lastTimestamp: number;
  #lastPayloadType: number = 0;
  // The newest timestamp of the source and when it came: the sender report before the source's own first one.
  #sourceTimestamp: number = 0;
  #packets: number = 0;
  #octets: number = 0;
  #bytes: number = 0;
  #lastWriteMs: number = -1;
  #sourceArrivalMs: number = 0;

  readonly #limiter: RetransmissionLimiter;
  #rtxSequenceNumber: number;
  // Sender reports sent, to tell the round trip from the receiver's reports.
  readonly #reportMiddle: Uint32Array = new Uint32Array(REPORTS_REMEMBERED);
  readonly #reportSentMs: Float64Array = new Float64Array(REPORTS_REMEMBERED);
  #reportCount: number = 0;
  #roundTripMs: number = -1;
  #fractionLost: number = 0;
  #packetsLost: number = 0;
  #jitter: number = 0;
  #retransmittedPackets: number = 0;
  #retransmittedBytes: number = 0;
  #retransmittedOctets: number = 0;
  #nacks: number = 0;
  #nacksRefused: number = 0;
  #nacksMissed: number = 0;
  #dropped: number = 0;

  constructor(options: ForwardStreamOptions) {
    this.ssrc = options.ssrc;
    this.#ssrc = options.ssrc | 0;
    this.rtxSsrc = options.rtxSsrc;
    this.cname = options.cname;
    this.#waitsForKeyframe = options.waitsForKeyframe;
    // The lower half, so that the first wrap is far: a receiver that missed the first packets is not misled.
    this.#sequence = new SequenceRewriter(options.firstSequenceNumber ?? options.ssrc & 0x7fff);
    this.#lastTimestamp = (options.firstTimestamp ?? Math.imul(options.ssrc, 0x9e3779b1)) | 0;
    this.#rtxSequenceNumber = (options.ssrc >>> 8) & 0x7fff;
    this.#limiter = new RetransmissionLimiter(options.maxRetransmissionsPerSecond ?? 500);
  }

  /** True while the gate is shut and only a keyframe opens it: ask the source for one. */
  get needsKeyframe(): boolean {
    return !this.#isOpen && this.#waitsForKeyframe && this.#route !== undefined;
  }

  /** Smoothed round trip to the receiver in ms, undefined before the first measurement. */
  get roundTripMs(): number | undefined {
    return this.#roundTripMs < 0 ? undefined : this.#roundTripMs;
  }

  /**
   * From now on packets come from another source (or the same one after a pause), or from none. The receiver's stream
   * goes on: next sequence number, timestamp advanced by the time that passed, for video from the next keyframe on.
   */
  setRoute(route: ForwardRoute | undefined): void {
    this.#route = route;
    this.#isOpen = false;
  }

  /**
   * Writes the packet for this receiver at the start of `out` and returns its length; 0 when this receiver does not get
   * it. Late packets are put in their place; those from before the keyframe that opened the gate are dropped.
   */
  write(packet: RtpPacket, nowMs: number, out: PacketBuffer): number {
    const route = this.#route;
    if (route === undefined) return 0;
    const header = packet.header;
    const input = packet.extendedSequenceNumber;
    const payloadType = route.payloadType(header.payloadType);
    const isWanted = payloadType >= 0 && header.payloadLength > 0 && fits(packet, out);
    if (this.#isOpen && input - this.#sequence.highestInput > MAX_GAP) this.#isOpen = false;
    if (!this.#isOpen) {
      if (!isWanted || (this.#waitsForKeyframe && !packet.startsKeyframe)) return this.#drop();
      this.#open(packet, route, nowMs);
    } else if (this.#sequence.isTooLate(input)) {
      return this.#drop();
    }
    if (!isWanted && input > this.#sequence.highestInput) {
      this.#sequence.drop(input);
      return this.#drop();
    }
    const isNewest = input > this.#sequence.highestInput;
    const sequenceNumber = this.#sequence.map(input) & 0xffff;
    const timestamp = addToTimestamp(header.timestamp, this.#timestampOffset);
    if (isNewest) this.#noteNewest(header.timestamp, timestamp, packet.arrivalMs, nowMs);
    let length: number;
    if (isWanted) {
      this.#lastPayloadType = payloadType;
      length = this.#emit(packet, route, payloadType, sequenceNumber, timestamp, nowMs, out);
      this.#octets += header.payloadLength;
    } else {
      // Unwanted, but it fills a gap that the receiver has seen: an empty packet says that nothing is missing.
      length = this.#emitEmpty(sequenceNumber, timestamp, out);
    }
    this.#packets++;
    this.#bytes += length;
    this.#rate.add(length, nowMs);
    return length;
  }

  /**
   * Answers one number of the receiver's NACK: writes the packet as RTX (or once more as it was) to `out` and returns its
   * length; 0 when it is not in the cache, was sent again less than a round trip ago, or the budget of this second is
   * spent. `cache` is that of the present source.
   */
  retransmit(sequenceNumber: number, cache: PacketCache, nowMs: number, out: PacketBuffer): number {
    this.#nacks++;
    const route = this.#route;
    const input = route === undefined || !this.#isOpen ? -1 : this.#sequence.toInput(sequenceNumber);
    const packet = input < 0 ? undefined : cache.get(input, nowMs);
    if (route === undefined || packet === undefined) {
      this.#nacksMissed++;
      return 0;
    }
    const intervalMs = Math.max(
      this.#roundTripMs < 0 ? INITIAL_RTT_MS : this.#roundTripMs,
      MIN_RETRANSMISSION_INTERVAL_MS,
    );
    if (!this.#limiter.allow(input, intervalMs, nowMs)) {
      this.#nacksRefused++;
      return 0;
    }
    return this.#writeAgain(packet, route, sequenceNumber, nowMs, out);
  }

  /**
   * Writes the packet that {@link retransmit} has just written once more, as an RTX packet of its own; 0 when it should
   * not be. Browsers that only receive do not know the round trip and ask again after 100 ms: where one packet in twenty
   * is lost, so is one retransmission in twenty, and the picture stands still that long. A second copy costs as much as
   * the loss. Where so much is lost that the path must be full, there is none.
   */
  repeatRetransmission(sequenceNumber: number, cache: PacketCache, nowMs: number, out: PacketBuffer): number {
    const route = this.#route;
    if (route === undefined || this.rtxSsrc === undefined || this.#fractionLost > MAX_LOSS_FOR_COPIES) return 0;
    const input = this.#isOpen ? this.#sequence.toInput(sequenceNumber) : -1;
    const packet = input < 0 ? undefined : cache.get(input, nowMs);
    if (packet === undefined || route.rtxPayloadType(route.payloadType(packet.header.payloadType)) < 0) return 0;
    return this.#limiter.allow(input, 0, nowMs) ? this.#writeAgain(packet, route, sequenceNumber, nowMs, out) : 0;
  }

  #writeAgain(
    packet: RtpPacket,
    route: ForwardRoute,
    sequenceNumber: number,
    nowMs: number,
    out: PacketBuffer,
  ): number {
    const header = packet.header;
    const timestamp = addToTimestamp(header.timestamp, this.#timestampOffset);
    const payloadType = route.payloadType(header.payloadType);
    let length: number;
    if (payloadType < 0 || header.payloadLength === 0 || !fits(packet, out)) {
      length = this.#emitEmpty(sequenceNumber, timestamp, out);
    } else {
      const rtxPayloadType = this.rtxSsrc === undefined ? -1 : route.rtxPayloadType(payloadType);
      length =
        this.rtxSsrc === undefined || rtxPayloadType < 0
          ? this.#emit(packet, route, payloadType, sequenceNumber, timestamp, nowMs, out)
          : this.#emitRtx(packet, route, this.rtxSsrc, rtxPayloadType, sequenceNumber, timestamp, nowMs, out);
    }
    this.#retransmittedPackets++;
    this.#retransmittedBytes += length;
    if (payloadType >= 0) this.#retransmittedOctets += header.payloadLength;
    return length;
  }

  /**
   * Writes SR + SDES at `offset` and returns the offset behind them; `offset` itself when nothing was sent yet.
   *
   * The pair of NTP and RTP time lies on the line that the source's own reports draw, moved by the constant distance of
   * clocks and by our timestamp offset: so audio and video of one source are exactly as far apart here as there. Before
   * the source's reports came (see `SourceClock`) the pair is the arrival of the newest packet, for all its media.
   */
  writeSenderReport(nowMs: number, out: Uint8Array, offset: number): number {
    const timing = this.#route?.timing;
    if (this.#packets === 0 || timing === undefined || !this.#isOpen) return offset;
    let ntpMs = nowMs;
    let sourceTimestamp = this.#sourceTimestamp;
    let elapsedMs = nowMs - this.#sourceArrivalMs;
    if (
      timing.hasSenderReport &&
      timing.senderReportGeneration === timing.clock.generation &&
      timing.clock.isSynchronised(nowMs)
    ) {
      elapsedMs = nowMs - timing.senderReportArrivalMs;
      ntpMs = timing.senderReportMs + timing.clock.offsetMs + elapsedMs;
      sourceTimestamp = timing.senderReportTimestamp;
    }
    const ticks = Math.round((elapsedMs * timing.clockRate) / 1000);
    const timestamp = addToTimestamp(sourceTimestamp, ticks + this.#timestampOffset);
    const seconds = ntpSeconds(ntpMs);
    const fraction = ntpFraction(ntpMs);
    const at = writeSenderReport(out, offset, this.ssrc, seconds, fraction, timestamp, this.#packets, this.#octets);
    if (at === offset) return offset;
    const index = this.#reportCount++ % REPORTS_REMEMBERED;
    this.#reportMiddle[index] = ntpMiddle(seconds, fraction);
    this.#reportSentMs[index] = nowMs;
    return writeSourceDescription(out, at, this.ssrc, this.cname);
  }

  /** The receiver reports on a stream; blocks about other SSRCs are ignored. */
  onReportBlock(block: ReportBlock, nowMs: number): void {
    if (block.ssrc !== this.ssrc) return;
    this.#fractionLost = block.fractionLost;
    this.#packetsLost = block.packetsLost;
    this.#jitter = block.jitter;
    if (block.lastSenderReport === 0) return;
    const oldest = Math.max(this.#reportCount - REPORTS_REMEMBERED, 0);
    for (let count = this.#reportCount - 1; count >= oldest; count--) {
      const index = count % REPORTS_REMEMBERED;
      if (this.#reportMiddle[index] !== block.lastSenderReport) continue;
      const sampleMs = roundTripMs(this.#reportSentMs[index] ?? nowMs, block.delaySinceLastSenderReport, nowMs);
      this.#roundTripMs = this.#roundTripMs < 0 ? sampleMs : this.#roundTripMs + (sampleMs - this.#roundTripMs) / 8;
      return;
    }
  }

  /** A snapshot of the counters. */
  stats(nowMs: number): ForwardStreamStats {
    return {
      ssrc: this.ssrc,
      packetsSent: this.#packets,
      bytesSent: this.#bytes,
      payloadBytesSent: this.#octets + this.#retransmittedOctets,
      retransmittedPackets: this.#retransmittedPackets,
      retransmittedBytes: this.#retransmittedBytes,
      nacksReceived: this.#nacks,
      nacksRefused: this.#nacksRefused,
      nacksMissed: this.#nacksMissed,
      packetsDropped: this.#dropped,
      bitrateBps: this.#rate.bitrateBps(nowMs),
      fractionLost: this.#fractionLost / 256,
      packetsLost: this.#packetsLost,
      jitterMs: this.#route === undefined ? 0 : (this.#jitter * 1000) / this.#route.timing.clockRate,
      roundTripMs: this.roundTripMs,
    };
  }

  #drop(): 0 {
    this.#dropped++;
    return 0;
  }

  /** The gate opens with this packet: the receiver's stream goes on here. */
  #open(packet: RtpPacket, route: ForwardRoute, nowMs: number): void {
    let timestamp = this.#lastTimestamp;
    if (this.#lastWriteMs >= 0) {
      const ticks = Math.round(((nowMs - this.#lastWriteMs) * route.timing.clockRate) / 1000);
      timestamp = addToTimestamp(timestamp, Math.max(ticks, 1));
    }
    this.#timestampOffset = timestampDelta(packet.header.timestamp, timestamp);
    this.#lastTimestamp = timestamp | 0;
    this.#sequence.anchor(packet.extendedSequenceNumber);
    this.#sourceTimestamp = packet.header.timestamp | 0;
    this.#sourceArrivalMs = packet.arrivalMs;
    this.#isOpen = true;
  }

  #noteNewest(sourceTimestamp: number, timestamp: number, arrivalMs: number, nowMs: number): void {
    this.#lastWriteMs = nowMs;
    if (timestampDelta(this.#lastTimestamp, timestamp) > 0) this.#lastTimestamp = timestamp | 0;
    if (timestampDelta(this.#sourceTimestamp, sourceTimestamp) > 0) {
      this.#sourceTimestamp = sourceTimestamp | 0;
      this.#sourceArrivalMs = arrivalMs;
    }
  }

  #emit(
    packet: RtpPacket,
    route: ForwardRoute,
    payloadType: number,
    sequenceNumber: number,
    timestamp: number,
    nowMs: number,
    out: PacketBuffer,
  ): number {
    const { header } = packet;
    const { extensions } = route;
    let headerLength = out.laidHeaderLength(packet, extensions, nowMs);
    if (headerLength === 0) {
      const extensionLength = extensions.outputLength(packet.bytes, header);
      headerLength = FIXED_HEADER_LENGTH + extensionLength;
      if (!out.placePayload(packet.bytes, header.payloadOffset, headerLength)) return 0;
      const at = out.start + FIXED_HEADER_LENGTH;
      if (extensionLength > 0) extensions.write(packet.bytes, header, nowMs, out.bytes, at, extensionLength);
      out.noteLaid(packet, extensions, nowMs, headerLength);
    }
    writeRtpHeader(
      out.bytes,
      out.start,
      header.marker,
      payloadType,
      sequenceNumber,
      timestamp,
      this.#ssrc,
      headerLength > FIXED_HEADER_LENGTH,
    );
    return headerLength + header.payloadLength;
  }

  #emitRtx(
    packet: RtpPacket,
    route: ForwardRoute,
    rtxSsrc: number,
    rtxPayloadType: number,
    sequenceNumber: number,
    timestamp: number,
    nowMs: number,
    out: PacketBuffer,
  ): number {
    const header = packet.header;
    const extensionLength = route.extensions.outputLength(packet.bytes, header);
    const headerLength = FIXED_HEADER_LENGTH + extensionLength + RTX_HEADER_LENGTH;
    if (!out.placePayload(packet.bytes, header.payloadOffset, headerLength)) return 0;
    this.#rtxSequenceNumber = (this.#rtxSequenceNumber + 1) & 0xffff;
    let at = writeRtpHeader(
      out.bytes,
      out.start,
      header.marker,
      rtxPayloadType,
      this.#rtxSequenceNumber,
      timestamp,
      rtxSsrc,
      extensionLength > 0,
    );
    if (extensionLength > 0) at = route.extensions.write(packet.bytes, header, nowMs, out.bytes, at, extensionLength);
    writeUint16(out.bytes, at, sequenceNumber);
    return headerLength + header.payloadLength;
  }

  #emitEmpty(sequenceNumber: number, timestamp: number, out: PacketBuffer): number {
    writeRtpHeader(out.bytes, out.start, false, this.#lastPayloadType, sequenceNumber, timestamp, this.ssrc);
    return FIXED_HEADER_LENGTH;
  }
}
