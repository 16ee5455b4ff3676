// Maps the sequence numbers of a source to those that one receiver sees, and back for its NACKs.
import { extendSequenceNumber } from "../rtp/sequence-number.ts";

/** How many dropped packets are remembered, to number late ones rightly. */
const DROPS = 256;

/**
 * Numbers without wraps on both sides. Gaps of the source stay gaps (so that the receiver's NACK works), packets that we
 * drop ourselves leave none, and a change of source goes on with the next number.
 */
export class SequenceRewriter {
  /** Highest number of the source that was mapped or dropped since the anchor. */
  highestInput: number = -1;
  /** Highest number given out; the next anchor goes on behind it. */
  highestOutput: number;
  #anchorInput: number = 0;
  #anchorOutput: number = 0;
  #offset: number = 0;
  readonly #drops: Float64Array = new Float64Array(DROPS);
  #dropCount: number = 0;

  /** `first` is the first number that will be given out. */
  constructor(first: number) {
    // Cycles in front, so that extending a receiver's 16-bit number never gets negative.
    this.highestOutput = 0x10000 + (first & 0xffff) - 1;
  }

  /** From here on the source's packets count, beginning with `input`, which gets the next number. */
  anchor(input: number): void {
    this.#anchorInput = input;
    this.#anchorOutput = this.highestOutput + 1;
    this.#offset = input - this.#anchorOutput;
    this.highestInput = input - 1;
    this.#dropCount = 0;
  }

  /** True when the packet is from before the anchor, or so late that its number is no longer known. */
  isTooLate(input: number): boolean {
    if (input < this.#anchorInput) return true;
    return this.#dropCount > DROPS && input <= (this.#drops[this.#dropCount % DROPS] ?? 0);
  }

  /** The receiver's number for a packet that is not {@link isTooLate}. */
  map(input: number): number {
    if (input > this.highestInput) {
      this.highestInput = input;
      const output = input - this.#offset;
      if (output > this.highestOutput) this.highestOutput = output;
      return output;
    }
    let offset = this.#offset;
    const oldest = Math.max(this.#dropCount - DROPS, 0);
    for (let index = this.#dropCount - 1; index >= oldest; index--) {
      if ((this.#drops[index % DROPS] ?? 0) < input) break;
      offset--;
    }
    const output = input - offset;
    if (output > this.highestOutput) this.highestOutput = output;
    return output;
  }

  /** The packet, which is newer than all before, is not sent and leaves no gap. */
  drop(input: number): void {
    this.highestInput = input;
    this.#drops[this.#dropCount % DROPS] = input;
    this.#dropCount++;
    this.#offset++;
  }

  /** The source's number for a 16-bit number of the receiver's; −1 when it was never given out since the anchor. */
  toInput(sequenceNumber: number): number {
    const output = extendSequenceNumber(this.highestOutput, sequenceNumber);
    if (output > this.highestOutput || output < this.#anchorOutput) return -1;
    let input = output + this.#offset;
    const oldest = Math.max(this.#dropCount - DROPS, 0);
    let index = this.#dropCount - 1;
    for (; index >= oldest; index--) {
      if ((this.#drops[index % DROPS] ?? 0) < input) break;
      input--;
    }
    return index < oldest && oldest > 0 ? -1 : input;
  }
}
