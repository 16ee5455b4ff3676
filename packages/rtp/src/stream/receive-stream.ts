// One incoming SSRC: sequence numbers without wraps, duplicates, loss, jitter, bitrate and the report block about it.
import { fromShortNtp, ntpMiddle, toShortNtp } from "../rtcp/ntp-time.ts";
import { appendReportBlock } from "../rtcp/rtcp-writer.ts";
import type { RtpHeader } from "../rtp/rtp-header.ts";
import { sequenceDelta } from "../rtp/sequence-number.ts";
import { RateWindow } from "./rate-window.ts";
import { SourceClock } from "./source-clock.ts";

/** Settings of a {@link ReceiveStream}. */
export interface ReceiveStreamOptions {
  readonly ssrc: number;
  /** Ticks per second of the RTP timestamps. */
  readonly clockRate: number;
  /** The sender's clock, shared by all its streams. Default: a clock of this stream's own. */
  readonly clock?: SourceClock;
  /**
   * Packets in order before the stream counts as real (RFC 3550, A.1 takes 2). Default 0: behind DTLS the sender is
   * known, and the first packet may be the start of a keyframe.
   */
  readonly probationPackets?: number;
  /** A jump forward of more numbers than this is a restart of the sender, once a second packet confirms it. Default 3000. */
  readonly maxDropout?: number;
}

/** A snapshot of a {@link ReceiveStream}. */
export interface ReceiveStreamStats {
  readonly ssrc: number;
  /** First arrivals of each packet; neither duplicates nor RTX. */
  readonly packetsReceived: number;
  /** Whole packets, headers included. */
  readonly bytesReceived: number;
  /** Without headers, extensions and padding; what RTX brought back included. */
  readonly payloadBytesReceived: number;
  /** Cumulative; what RTX brought back still counts as lost on the way. */
  readonly packetsLost: number;
  /** Of the last report interval, 0 to 1. */
  readonly fractionLost: number;
  /** Brought back by RTX. */
  readonly packetsRecovered: number;
  readonly packetsDuplicated: number;
  /** Arrived behind a packet with a higher number. */
  readonly packetsReordered: number;
  /** Refused: too old, in probation, or a jump that no second packet confirmed. */
  readonly packetsDiscarded: number;
  readonly restarts: number;
  readonly jitterMs: number;
  readonly bitrateBps: number;
  /** Local time of the last packet, −1 before the first. */
  readonly lastPacketMs: number;
}

/** How far back duplicates are recognised and late packets are taken, in packets. A power of two. */
const WINDOW = 2048;

/** Where extended numbers begin: one cycle above zero, so that packets from before the first one are not negative. */
const FIRST_CYCLE = 0x10000;

/** Counts and checks the packets of one SSRC (RFC 3550, A.1, A.3, A.8). */
export class ReceiveStream {
  readonly ssrc: number;
  readonly clockRate: number;
  readonly clock: SourceClock;
  /** Of the packet that {@link receive} or {@link recover} took last. Never falls by a wrap; a restart goes on above. */
  extendedSequenceNumber: number = -1;
  /** Highest so far, −1 before the first packet. */
  highestSequenceNumber: number = -1;
  /** How often the sender started anew with other numbers. */
  restarts: number = 0;
  /** Local time of the last packet in ms, −1 before the first. */
  lastPacketMs: number = -1;

  /** True once a sender report came. The three fields below are then valid. */
  hasSenderReport: boolean = false;
  /** The sender's time in Unix ms; add `clock.offsetMs` for ours. */
  senderReportMs: number = 0;
  senderReportTimestamp: number = 0;
  senderReportArrivalMs: number = 0;
  /** Generation of the clock that the report belongs to. */
  senderReportGeneration: number = 0;

  readonly #maxDropout: number;
  readonly #seen: Uint32Array = new Uint32Array(WINDOW / 32);
  readonly #rate: RateWindow = new RateWindow();
  #probation: number;
  #expectedAfterJump: number = -1;
  #base: number = 0;
  #received: number = 0;
  #expectedPrior: number = 0;
  #receivedPrior: number = 0;
  #fractionLost: number = 0;
  #intervalPackets: number = 0;
  #transit: number = 0;
  #hasTransit: boolean = false;
  #jitter: number = 0;
  #lastReportMiddle: number = 0;
  #packets: number = 0;
  #bytes: number = 0;
  #payloadBytes: number = 0;
  #lostBefore: number = 0;
  #recovered: number = 0;
  #duplicated: number = 0;
  #reordered: number = 0;
  #discarded: number = 0;
  #isClosed: boolean = false;

  constructor(options: ReceiveStreamOptions) {
    this.ssrc = options.ssrc;
    this.clockRate = options.clockRate;
    this.clock = options.clock ?? new SourceClock();
    this.#probation = options.probationPackets ?? 0;
    this.#maxDropout = options.maxDropout ?? 3000;
    this.clock.attach();
  }

  /** The interarrival jitter in ticks of the clock (RFC 3550, A.8). */
  get jitter(): number {
    return this.#jitter;
  }

  /** Lost in the last report interval, 0 to 1: what {@link writeReportBlock} wrote last. */
  get fractionLost(): number {
    return this.#fractionLost / 256;
  }

  /** How many packets the last report interval should have brought: what {@link fractionLost} is a fraction of. */
  get intervalPackets(): number {
    return this.#intervalPackets;
  }

  /** Cumulative number of packets lost since the start. */
  get packetsLost(): number {
    return this.#lostBefore + this.#lostNow();
  }

  /**
   * Takes a packet that came on this SSRC itself. True when it is to be used: then {@link extendedSequenceNumber} is its
   * number. False for a duplicate, a packet in probation, one too old, or the first behind an unexplained jump.
   */
  receive(header: RtpHeader, byteLength: number, nowMs: number): boolean {
    const sequenceNumber = header.sequenceNumber;
    if (this.highestSequenceNumber < 0) this.#start(sequenceNumber);
    if (this.#probation > 0 && !this.#prove(sequenceNumber)) return false;
    const delta = sequenceDelta(this.highestSequenceNumber & 0xffff, sequenceNumber);
    if (delta > this.#maxDropout || delta <= -WINDOW) {
      if (sequenceNumber !== this.#expectedAfterJump) {
        this.#expectedAfterJump = (sequenceNumber + 1) & 0xffff;
        this.#discarded++;
        return false;
      }
      this.#restart(sequenceNumber);
    } else {
      const extended = this.highestSequenceNumber + delta;
      if (!this.#mark(extended, delta)) {
        this.#duplicated++;
        return false;
      }
      // Older than the first packet: the count of expected packets starts there, else the loss would be negative.
      if (extended < this.#base) this.#base = extended;
      this.extendedSequenceNumber = extended;
    }
    this.#expectedAfterJump = -1;
    this.#received++;
    this.#packets++;
    this.#bytes += byteLength;
    this.#payloadBytes += header.payloadLength;
    this.lastPacketMs = nowMs;
    this.#rate.add(byteLength, nowMs);
    this.#measureJitter(header.timestamp, nowMs);
    return true;
  }

  /**
   * Takes an original that RTX brought back. True when it fills a gap. It counts as lost all the same, so that the
   * sender hears of the loss; jitter ignores it.
   */
  recover(header: RtpHeader, byteLength: number, nowMs: number): boolean {
    if (this.highestSequenceNumber < 0) return false;
    const delta = sequenceDelta(this.highestSequenceNumber & 0xffff, header.sequenceNumber);
    const extended = this.highestSequenceNumber + delta;
    // RTX cannot be ahead: the original was sent before, and what is ahead of all originals is not ours to judge.
    if (delta > 0 || delta <= -WINDOW || extended < this.#base) {
      this.#discarded++;
      return false;
    }
    if (!this.#mark(extended, delta)) {
      this.#duplicated++;
      return false;
    }
    this.extendedSequenceNumber = extended;
    this.#recovered++;
    this.#bytes += byteLength;
    this.#payloadBytes += header.payloadLength;
    this.lastPacketMs = nowMs;
    this.#rate.add(byteLength, nowMs);
    return true;
  }

  /** A sender report of this SSRC came. */
  onSenderReport(ntpSeconds: number, ntpFraction: number, rtpTimestamp: number, nowMs: number): void {
    if (this.#isClosed) return;
    this.senderReportMs = this.clock.onSenderReport(ntpSeconds, ntpFraction, !this.hasSenderReport, nowMs);
    this.hasSenderReport = true;
    this.senderReportTimestamp = rtpTimestamp;
    this.senderReportArrivalMs = nowMs;
    this.senderReportGeneration = this.clock.generation;
    this.#lastReportMiddle = ntpMiddle(ntpSeconds, ntpFraction);
  }

  /**
   * Adds this stream's report block to the report that starts at `reportOffset` and ends at `offset`; returns the offset
   * behind it. The fraction lost is that since the last call, so there is one caller: the report timer.
   */
  writeReportBlock(out: Uint8Array, reportOffset: number, offset: number, nowMs: number): number {
    if (this.highestSequenceNumber < 0) return offset;
    const expected = this.highestSequenceNumber - this.#base + 1;
    const expectedInterval = expected - this.#expectedPrior;
    const lostInterval = expectedInterval - (this.#received - this.#receivedPrior);
    this.#expectedPrior = expected;
    this.#receivedPrior = this.#received;
    this.#intervalPackets = Math.max(expectedInterval, 0);
    this.#fractionLost =
      expectedInterval <= 0 || lostInterval <= 0
        ? 0
        : Math.min(Math.floor((lostInterval * 256) / expectedInterval), 255);
    return appendReportBlock(
      out,
      reportOffset,
      offset,
      this.ssrc,
      this.#fractionLost,
      this.#lostNow(),
      (this.highestSequenceNumber - FIRST_CYCLE) % 0x100000000,
      Math.floor(this.#jitter),
      this.hasSenderReport ? this.#lastReportMiddle : 0,
      this.hasSenderReport ? toShortNtp(nowMs - this.senderReportArrivalMs) : 0,
    );
  }

  /** Received bits per second over the last second, RTX included. */
  bitrateBps(nowMs: number): number {
    return this.#rate.bitrateBps(nowMs);
  }

  /** A snapshot of the counters. */
  stats(nowMs: number): ReceiveStreamStats {
    return {
      ssrc: this.ssrc,
      packetsReceived: this.#packets,
      bytesReceived: this.#bytes,
      payloadBytesReceived: this.#payloadBytes,
      packetsLost: this.packetsLost,
      fractionLost: this.fractionLost,
      packetsRecovered: this.#recovered,
      packetsDuplicated: this.#duplicated,
      packetsReordered: this.#reordered,
      packetsDiscarded: this.#discarded,
      restarts: this.restarts,
      jitterMs: (this.#jitter * 1000) / this.clockRate,
      bitrateBps: this.bitrateBps(nowMs),
      lastPacketMs: this.lastPacketMs,
    };
  }

  /** The stream has ended: its clock no longer waits for it. May be called twice. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.clock.detach(this.hasSenderReport);
  }

  #start(sequenceNumber: number): void {
    this.#base = FIRST_CYCLE + sequenceNumber;
    this.highestSequenceNumber = this.#base - 1;
  }

  /** RFC 3550, A.1: `probationPackets` in a row make a stream. True when the last of them is this one. */
  #prove(sequenceNumber: number): boolean {
    const isNext = sequenceNumber === this.#expectedAfterJump || this.#expectedAfterJump < 0;
    this.#expectedAfterJump = (sequenceNumber + 1) & 0xffff;
    if (!isNext) {
      this.#discarded++;
      return false;
    }
    this.#probation--;
    if (this.#probation > 0) {
      this.#discarded++;
      return false;
    }
    this.#start(sequenceNumber);
    return true;
  }

  /** The sender went on elsewhere: everything that a report block says starts anew, one cycle further up. */
  #restart(sequenceNumber: number): void {
    this.#lostBefore += this.#lostNow();
    this.restarts++;
    this.#base = (Math.floor(this.highestSequenceNumber / 0x10000) + 1) * 0x10000 + sequenceNumber;
    this.highestSequenceNumber = this.#base;
    this.extendedSequenceNumber = this.#base;
    this.#received = 0;
    this.#expectedPrior = 0;
    this.#receivedPrior = 0;
    this.#hasTransit = false;
    this.#jitter = 0;
    this.#seen.fill(0);
    this.#setSeen(this.#base);
  }

  #lostNow(): number {
    return this.highestSequenceNumber < 0 ? 0 : this.highestSequenceNumber - this.#base + 1 - this.#received;
  }

  #setSeen(extended: number): void {
    const index = (extended & (WINDOW - 1)) >> 5;
    this.#seen[index] = (this.#seen[index] ?? 0) | (1 << (extended & 31));
  }

  /** Notes the number as seen and moves the highest one up. False when it was seen before. */
  #mark(extended: number, delta: number): boolean {
    if (delta > 0) {
      if (delta >= WINDOW) this.#seen.fill(0);
      else {
        for (let missing = this.highestSequenceNumber + 1; missing <= extended; missing++) {
          const index = (missing & (WINDOW - 1)) >> 5;
          this.#seen[index] = (this.#seen[index] ?? 0) & ~(1 << (missing & 31));
        }
      }
      this.highestSequenceNumber = extended;
    } else {
      const word = this.#seen[(extended & (WINDOW - 1)) >> 5] ?? 0;
      if ((word & (1 << (extended & 31))) !== 0) return false;
      this.#reordered++;
    }
    this.#setSeen(extended);
    return true;
  }

  #measureJitter(timestamp: number, nowMs: number): void {
    // Modulo 2^32 like the timestamps, so that both wrap alike; the difference below is a signed 32-bit number.
    const transit = (Math.floor((nowMs * this.clockRate) / 1000) % 0x100000000) - timestamp;
    if (this.#hasTransit) {
      const difference = Math.abs((transit - this.#transit) | 0);
      this.#jitter += (difference - this.#jitter) / 16;
    }
    this.#transit = transit;
    this.#hasTransit = true;
  }
}

/**
 * Round trip in ms from a report block about a stream of ours: `sentAtMs` is when we sent the sender report that the
 * block names, `delaySinceLastSenderReport` is the block's field. Never negative.
 */
export function roundTripMs(sentAtMs: number, delaySinceLastSenderReport: number, nowMs: number): number {
  return Math.max(nowMs - sentAtMs - fromShortNtp(delaySinceLastSenderReport), 0);
}
