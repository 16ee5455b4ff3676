// How much a sender is told that it may send (REMB), from the loss that we see of it.

/**
 * Kurento's `RembParams`, with its defaults, and where Kurento has no parameter, ours. Bitrates in bits per second.
 */
export interface RembControllerOptions {
  /** Loss is judged over about so many packets, however few come in an interval. Default 100. */
  readonly packetsRecvIntervalTop?: number;
  /** What is announced first. Default 300000. */
  readonly rembOnConnect?: number;
  /** Growth per 500 ms below the threshold: × (1 + exponentialFactor). Default 0.04. */
  readonly exponentialFactor?: number;
  /** Growth per 500 ms above the threshold is at least this. Default 50. */
  readonly linealFactorMin?: number;
  /** Growth per 500 ms above the threshold: (announced − threshold) / linealFactorGrade. Default 30. */
  readonly linealFactorGrade?: number;
  /** On too much loss: × decrementFactor. Default 0.5. */
  readonly decrementFactor?: number;
  /** On too much loss the threshold becomes × thresholdFactor of what was announced. Default 0.8. */
  readonly thresholdFactor?: number;
  /** Loss above this many 256ths is too much. Default 12 (4.7 %). */
  readonly upLosses?: number;
  /** Growth per 500 ms until the first loss. Not Kurento's: its 4 % takes 15 s to the first megabit. Default 0.5. */
  readonly startFactor?: number;
  /** Never below. Default 30000, as Kurento. */
  readonly minBitrateBps?: number;
  /** Never above; 0 is no limit of the user's, and then 10 Mbit/s. Default 0. */
  readonly maxBitrateBps?: number;
}

/** Growth is per this time, whatever the pace of updates. */
const STEP_MS = 500;
/** After a decrease the sender gets this long to follow before loss counts again. */
const HOLD_MS = 1000;
const NO_LIMIT_BPS = 10_000_000;

/**
 * One per sender (peer). Call {@link update} with each report interval (about every 300 ms) and send the result as REMB
 * together with the receiver report: Chromium stays below 100 kbit/s on REMB alone.
 *
 * Start: from `rembOnConnect` by half each 500 ms until the first loss or the maximum (300 kbit/s → 1 Mbit/s in 1.5 s).
 * Loss above `upLosses`: halve what is received or announced, whichever is less, and remember four fifths of it as
 * threshold; up to there growth is exponential, above it linear, so that the old rate is probed for gently. Loss between
 * half of `upLosses` and `upLosses` stops growth. (Kurento stops it at any loss: on a path that loses one packet in a
 * hundred at random its bitrate never comes back.)
 */
export class RembController {
  readonly #intervalTop: number;
  readonly #exponentialFactor: number;
  readonly #linealFactorMin: number;
  readonly #linealFactorGrade: number;
  readonly #decrementFactor: number;
  readonly #thresholdFactor: number;
  readonly #upLosses: number;
  readonly #startFactor: number;
  #minBps: number = 0;
  #maxBps: number = 0;
  #announcedBps: number;
  #thresholdBps: number = Number.POSITIVE_INFINITY;
  #linealBps: number = 0;
  /** The loss over the last packets, 0 to 1. */
  #loss: number = 0;
  #updatedMs: number = -1;
  #decreasedMs: number = Number.NEGATIVE_INFINITY;

  constructor(options: RembControllerOptions = {}) {
    this.#intervalTop = Math.max(options.packetsRecvIntervalTop ?? 100, 1);
    this.#exponentialFactor = options.exponentialFactor ?? 0.04;
    this.#linealFactorMin = options.linealFactorMin ?? 50;
    this.#linealFactorGrade = Math.max(options.linealFactorGrade ?? 30, 1);
    this.#decrementFactor = options.decrementFactor ?? 0.5;
    this.#thresholdFactor = options.thresholdFactor ?? 0.8;
    this.#upLosses = options.upLosses ?? 12;
    this.#startFactor = options.startFactor ?? 0.5;
    this.#announcedBps = options.rembOnConnect ?? 300_000;
    this.setLimits(options.minBitrateBps ?? 30_000, options.maxBitrateBps ?? 0);
  }

  /** What was announced last. */
  get bitrateBps(): number {
    return Math.round(this.#announcedBps);
  }

  /** New limits; a maximum of 0 is none, and a minimum above the maximum gives way. */
  setLimits(minBitrateBps: number, maxBitrateBps: number): void {
    this.#maxBps = maxBitrateBps > 0 ? maxBitrateBps : NO_LIMIT_BPS;
    this.#minBps = Math.min(Math.max(minBitrateBps, 0), this.#maxBps);
    this.#announcedBps = this.#clamp(this.#announcedBps);
  }

  /**
   * The bitrate to announce now. `fractionLost` (0 to 1) is the worst of the sender's video streams in the interval,
   * `receivedBps` the sum of what arrives from it, `packets` how many the interval should have brought: of ten packets
   * one lost is chance, of a hundred ten are not. Default: enough to go by this interval alone.
   */
  update(nowMs: number, fractionLost: number, receivedBps: number, packets: number = this.#intervalTop): number {
    const elapsedMs = this.#updatedMs < 0 ? 0 : Math.min(nowMs - this.#updatedMs, 2 * STEP_MS);
    this.#updatedMs = nowMs;
    const isHeld = nowMs - this.#decreasedMs < HOLD_MS;
    const weight = Math.min(packets / this.#intervalTop, 1);
    // What is lost while the sender still follows is not counted against the new bitrate.
    this.#loss = isHeld ? 0 : this.#loss + (fractionLost - this.#loss) * weight;
    if (this.#loss * 256 > this.#upLosses) this.#decrease(nowMs, receivedBps);
    else if (isHeld && fractionLost > 0) return this.bitrateBps;
    else if (this.#loss * 256 <= this.#upLosses / 2 || this.#thresholdBps === Number.POSITIVE_INFINITY) {
      this.#increase(elapsedMs / STEP_MS);
    }
    return this.bitrateBps;
  }

  #decrease(nowMs: number, receivedBps: number): void {
    // What was announced and never used says nothing about the path.
    const usedBps = receivedBps > 0 ? Math.min(this.#announcedBps, receivedBps) : this.#announcedBps;
    this.#thresholdBps = usedBps * this.#thresholdFactor;
    this.#linealBps = Math.max((usedBps - this.#thresholdBps) / this.#linealFactorGrade, this.#linealFactorMin);
    this.#announcedBps = this.#clamp(usedBps * this.#decrementFactor);
    this.#decreasedMs = nowMs;
    this.#loss = 0;
  }

  #increase(steps: number): void {
    const isStart = this.#thresholdBps === Number.POSITIVE_INFINITY;
    if (isStart || this.#announcedBps < this.#thresholdBps) {
      const factor = isStart ? this.#startFactor : this.#exponentialFactor;
      this.#announcedBps = this.#clamp(this.#announcedBps * (1 + factor) ** steps);
    } else {
      this.#announcedBps = this.#clamp(this.#announcedBps + this.#linealBps * steps);
    }
  }

  #clamp(bitrateBps: number): number {
    return Math.min(Math.max(bitrateBps, this.#minBps), this.#maxBps);
  }
}
