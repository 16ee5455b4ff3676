// Which packets of an incoming stream are missing, when to ask for them again, and when to give up.

/** Limits of a {@link NackGenerator}. */
export interface NackGeneratorOptions {
  /** How long a gap may be mere reordering before it is asked for. Default 10 ms. */
  readonly reorderingMs?: number;
  /** Requests per packet. Default 10. */
  readonly maxRequests?: number;
  /** A packet missing longer than this is given up. Default 1500 ms. */
  readonly maxAgeMs?: number;
  /** Missing packets at a time; more (a gap as long included) cannot be repaired by asking. Default 250. */
  readonly maxMissing?: number;
  /** Assumed round trip before one was measured. Default 100 ms. */
  readonly initialRttMs?: number;
}

/** A request is repeated not sooner than this, however short the round trip. */
const MIN_INTERVAL_MS = 20;

/**
 * Keeps the list of missing packets of one stream. Tell it every packet taken ({@link onPacket}), call {@link poll} when
 * {@link deadlineMs} has come, send what it gives as a NACK. When it gives up it says so once by
 * {@link takeKeyframeRequest}: then only a keyframe helps.
 */
export class NackGenerator {
  /** Packets asked for, repeats included. */
  requests: number = 0;
  /** Packets that came after they were asked for. */
  repaired: number = 0;
  /** Packets given up. */
  abandoned: number = 0;

  readonly #reorderingMs: number;
  readonly #maxRequests: number;
  readonly #maxAgeMs: number;
  readonly #maxMissing: number;
  // The missing packets in rising order, as columns.
  readonly #numbers: Float64Array;
  readonly #sinceMs: Float64Array;
  readonly #askedMs: Float64Array;
  readonly #asked: Uint8Array;
  #count: number = 0;
  #highest: number = -1;
  #deadlineMs: number = Number.POSITIVE_INFINITY;
  #rttMs: number;
  #wantsKeyframe: boolean = false;

  constructor(options: NackGeneratorOptions = {}) {
    this.#reorderingMs = options.reorderingMs ?? 10;
    this.#maxRequests = Math.min(options.maxRequests ?? 10, 255);
    this.#maxAgeMs = options.maxAgeMs ?? 1500;
    this.#maxMissing = options.maxMissing ?? 250;
    this.#rttMs = options.initialRttMs ?? 100;
    this.#numbers = new Float64Array(this.#maxMissing);
    this.#sinceMs = new Float64Array(this.#maxMissing);
    this.#askedMs = new Float64Array(this.#maxMissing);
    this.#asked = new Uint8Array(this.#maxMissing);
  }

  /** When {@link poll} has something to do; Infinity while nothing is missing. */
  get deadlineMs(): number {
    return this.#deadlineMs;
  }

  /** How many packets are missing now. */
  get missing(): number {
    return this.#count;
  }

  /** The round trip that paces repeats: measured from first requests to their answers. */
  get rttMs(): number {
    return this.#rttMs;
  }

  /** A packet was taken: in order, late, or brought back by RTX. */
  onPacket(extendedSequenceNumber: number, nowMs: number): void {
    if (this.#highest < 0) {
      this.#highest = extendedSequenceNumber;
      return;
    }
    if (extendedSequenceNumber <= this.#highest) {
      if (this.#count > 0) this.#fillGap(extendedSequenceNumber, nowMs);
      return;
    }
    const gap = extendedSequenceNumber - this.#highest - 1;
    if (gap > 0) this.#addGap(gap, nowMs);
    this.#highest = extendedSequenceNumber;
  }

  /** A keyframe starts at this number: nothing older is needed any more. */
  onKeyframe(extendedSequenceNumber: number): void {
    let count = 0;
    while (count < this.#count && (this.#numbers[count] ?? 0) < extendedSequenceNumber) count++;
    this.#removeFirst(count);
    if (this.#count === 0) this.#deadlineMs = Number.POSITIVE_INFINITY;
  }

  /**
   * Writes the sequence numbers to ask for now into `out`, rising, and returns how many. What does not fit into `out`
   * comes with the next poll. Gives up what was asked too often or missing too long.
   */
  poll(nowMs: number, out: Uint16Array): number {
    if (nowMs < this.#deadlineMs) return 0;
    this.#giveUp(nowMs);
    const intervalMs = Math.max(this.#rttMs, MIN_INTERVAL_MS);
    let written = 0;
    let deadlineMs = Number.POSITIVE_INFINITY;
    for (let index = 0; index < this.#count; index++) {
      const asked = this.#asked[index] ?? 0;
      const sinceMs = this.#sinceMs[index] ?? 0;
      let dueMs = asked === 0 ? sinceMs + this.#reorderingMs : (this.#askedMs[index] ?? 0) + intervalMs;
      if (dueMs <= nowMs && written < out.length) {
        out[written++] = (this.#numbers[index] ?? 0) & 0xffff;
        this.#askedMs[index] = nowMs;
        this.#asked[index] = asked + 1;
        dueMs = nowMs + intervalMs;
      }
      deadlineMs = Math.min(deadlineMs, dueMs, sinceMs + this.#maxAgeMs);
    }
    this.#deadlineMs = deadlineMs;
    this.requests += written;
    return written;
  }

  /** True once after packets were given up. */
  takeKeyframeRequest(): boolean {
    const wanted = this.#wantsKeyframe;
    this.#wantsKeyframe = false;
    return wanted;
  }

  #addGap(gap: number, nowMs: number): void {
    if (this.#count + gap > this.#maxMissing) {
      this.abandoned += this.#count + gap;
      this.#count = 0;
      this.#deadlineMs = Number.POSITIVE_INFINITY;
      this.#wantsKeyframe = true;
      return;
    }
    for (let step = 1; step <= gap; step++) {
      const index = this.#count++;
      this.#numbers[index] = this.#highest + step;
      this.#sinceMs[index] = nowMs;
      this.#asked[index] = 0;
    }
    this.#deadlineMs = Math.min(this.#deadlineMs, nowMs + this.#reorderingMs);
  }

  #fillGap(extendedSequenceNumber: number, nowMs: number): void {
    let index = 0;
    while (index < this.#count && (this.#numbers[index] ?? 0) < extendedSequenceNumber) index++;
    if (index === this.#count || this.#numbers[index] !== extendedSequenceNumber) return;
    const asked = this.#asked[index] ?? 0;
    if (asked > 0) this.repaired++;
    if (asked === 1) {
      // Only answers to a first request tell the round trip: with repeats it is not known which one was answered.
      const sampleMs = Math.max(nowMs - (this.#askedMs[index] ?? nowMs), 1);
      this.#rttMs += (sampleMs - this.#rttMs) / 8;
    }
    this.#remove(index);
    if (this.#count === 0) this.#deadlineMs = Number.POSITIVE_INFINITY;
  }

  #giveUp(nowMs: number): void {
    const intervalMs = Math.max(this.#rttMs, MIN_INTERVAL_MS);
    let index = 0;
    while (index < this.#count) {
      const isSpent =
        (this.#asked[index] ?? 0) >= this.#maxRequests && nowMs - (this.#askedMs[index] ?? 0) >= intervalMs;
      if (isSpent || nowMs - (this.#sinceMs[index] ?? 0) >= this.#maxAgeMs) {
        this.#remove(index);
        this.abandoned++;
        this.#wantsKeyframe = true;
      } else {
        index++;
      }
    }
  }

  #remove(index: number): void {
    this.#moveDown(index + 1, index);
  }

  #removeFirst(count: number): void {
    if (count > 0) this.#moveDown(count, 0);
  }

  #moveDown(from: number, to: number): void {
    this.#numbers.copyWithin(to, from, this.#count);
    this.#sinceMs.copyWithin(to, from, this.#count);
    this.#askedMs.copyWithin(to, from, this.#count);
    this.#asked.copyWithin(to, from, this.#count);
    this.#count -= from - to;
  }
}
