// A bitrate over a sliding window, in a fixed number of buckets.

/** Bits per second over the last `windowMs`, exact to a tenth of the window. */
export class RateWindow {
  readonly #buckets: Float64Array;
  readonly #bucketMs: number;
  #newest: number = -1;
  #first: number = -1;
  #sum: number = 0;

  constructor(windowMs: number = 1000, bucketCount: number = 10) {
    this.#buckets = new Float64Array(bucketCount);
    this.#bucketMs = windowMs / bucketCount;
  }

  add(byteLength: number, nowMs: number): void {
    this.#advance(nowMs);
    const index = this.#newest % this.#buckets.length;
    this.#buckets[index] = (this.#buckets[index] ?? 0) + byteLength;
    this.#sum += byteLength;
  }

  /** 0 before the first byte and after a silent window. */
  bitrateBps(nowMs: number): number {
    if (this.#newest < 0) return 0;
    this.#advance(nowMs);
    // The newest bucket is filled in part, and a young window has not seen its whole length yet.
    const oldest = Math.max(this.#first, this.#newest - this.#buckets.length + 1);
    const elapsedMs = Math.max(nowMs - oldest * this.#bucketMs, this.#bucketMs);
    return (this.#sum * 8000) / elapsedMs;
  }

  #advance(nowMs: number): void {
    const bucket = Math.floor(nowMs / this.#bucketMs);
    if (this.#newest < 0) {
      this.#newest = bucket;
      this.#first = bucket;
      return;
    }
    if (bucket <= this.#newest) return;
    const length = this.#buckets.length;
    if (bucket - this.#newest >= length) {
      this.#buckets.fill(0);
      this.#sum = 0;
    } else {
      for (let index = this.#newest + 1; index <= bucket; index++) {
        this.#sum -= this.#buckets[index % length] ?? 0;
        this.#buckets[index % length] = 0;
      }
    }
    this.#newest = bucket;
  }
}
