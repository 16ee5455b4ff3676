// Bounds what a receiver's NACKs can make us send.

/** How many packets' last retransmission is remembered. A power of two. */
const REMEMBERED = 512;

/** One per forward stream. The tables are made with the first NACK, so that a receiver without loss pays nothing. */
export class RetransmissionLimiter {
  readonly #perSecond: number;
  #numbers: Float64Array | undefined;
  #sentMs: Float64Array | undefined;
  #tokens: number;
  #filledMs: number = Number.NEGATIVE_INFINITY;

  /** `perSecond` is the number of retransmissions in a second, and how many may come at once. */
  constructor(perSecond: number) {
    this.#perSecond = perSecond;
    this.#tokens = perSecond;
  }

  /** True when this packet may be sent again now: not within `intervalMs` of the last time, and within the budget. */
  allow(extendedSequenceNumber: number, intervalMs: number, nowMs: number): boolean {
    this.#numbers ??= new Float64Array(REMEMBERED).fill(-1);
    this.#sentMs ??= new Float64Array(REMEMBERED);
    const index = extendedSequenceNumber & (REMEMBERED - 1);
    if (this.#numbers[index] === extendedSequenceNumber && nowMs - (this.#sentMs[index] ?? 0) < intervalMs)
      return false;
    if (this.#filledMs === Number.NEGATIVE_INFINITY) this.#filledMs = nowMs;
    this.#tokens = Math.min(this.#tokens + ((nowMs - this.#filledMs) * this.#perSecond) / 1000, this.#perSecond);
    this.#filledMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    this.#numbers[index] = extendedSequenceNumber;
    this.#sentMs[index] = nowMs;
    return true;
  }
}
