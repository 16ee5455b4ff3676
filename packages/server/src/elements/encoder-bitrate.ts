// The three encoder bitrates of an element, with Kurento's rule: each setter pulls its value into what the others allow.

const UNLIMITED = 2_147_483_647;

/** Bitrates in bit/s for when the element has to encode. */
export class EncoderBitrate {
  #targetBps = 300_000;
  #minBps = 0;
  #maxBps = UNLIMITED;

  get targetBps(): number {
    return this.#targetBps;
  }

  get minBps(): number {
    return this.#minBps;
  }

  get maxBps(): number {
    return this.#maxBps;
  }

  /** A value outside of the limits becomes the nearest limit. */
  setTarget(bitrateBps: number): void {
    this.#targetBps = Math.min(Math.max(bitrateBps, this.#minBps), this.#maxBps);
  }

  /** Never above the maximum; the target follows. */
  setMin(bitrateBps: number): void {
    this.#minBps = Math.min(bitrateBps, this.#maxBps);
    this.setTarget(this.#targetBps);
  }

  /** Never below the minimum; the target follows. */
  setMax(bitrateBps: number): void {
    this.#maxBps = Math.max(bitrateBps, this.#minBps);
    this.setTarget(this.#targetBps);
  }
}
