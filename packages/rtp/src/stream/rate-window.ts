// A bitrate over a sliding window, in a fixed number of buckets.

/** Bits per second over the last `windowMs`, exact to a tenth of the window. */
export class RateWindow {
  /** Bytes in the newest bucket: apart from the others, so that adding touches no array. */
  #current: number = 0;
  /** Number of the newest bucket since 1970, wrapped to 32 bits. */
  #newest: number = 0;
  /** Buckets since the first byte, the newest included, at most all; 0 before it. */
  #count: number = 0;
  readonly #bucketMs: number;
  /** Bytes in the other buckets. */
  #older: number = 0;
  /** Place of the newest bucket. */
  #index: number = 0;
  readonly #buckets: Float64Array;

  constructor(windowMs: number = 1000, bucketCount: number = 10) {
    this.#buckets = new Float64Array(bucketCount);
    this.#bucketMs = windowMs / bucketCount;
  }

  add(byteLength: number, nowMs: number): void {
    const bucket = Math.floor(nowMs / this.#bucketMs) | 0;
    if (bucket !== this.#newest || this.#count === 0) this.#advance(bucket);
    this.#current += byteLength;
  }

  /** 0 before the first byte and after a silent window. */
  bitrateBps(nowMs: number): number {
    if (this.#count === 0) return 0;
    const bucket = Math.floor(nowMs / this.#bucketMs);
    this.#advance(bucket | 0);
    // The newest bucket is filled in part, and a young window has not seen its whole length yet.
    const elapsedMs = nowMs - (bucket - this.#count + 1) * this.#bucketMs;
    return ((this.#older + this.#current) * 8000) / Math.max(elapsedMs, this.#bucketMs);
  }

  #advance(bucket: number): void {
    if (this.#count === 0) {
      this.#newest = bucket;
      this.#count = 1;
      return;
    }
    const steps = (bucket - this.#newest) | 0;
    if (steps <= 0) return;
    const length = this.#buckets.length;
    for (let step = Math.min(steps, length); step > 0; step--) {
      this.#buckets[this.#index] = this.#current;
      this.#older += this.#current;
      this.#current = 0;
      this.#index = (this.#index + 1) % length;
      this.#older -= this.#buckets[this.#index] ?? 0;
      this.#buckets[this.#index] = 0;
    }
    this.#count = Math.min(this.#count + steps, length);
    this.#newest = bucket;
  }
}
