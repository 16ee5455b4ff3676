// Turns everybody's wish for a keyframe of one source into few requests to it.

/** Pace of a {@link KeyframeRequester}. */
export interface KeyframeRequesterOptions {
  /** At most one request in this time. Default 500 ms. */
  readonly intervalMs?: number;
  /** A request that brought no keyframe is repeated after this. Default 1000 ms. */
  readonly repeatMs?: number;
  /** Repeats without any keyframe before it rests until somebody asks again. Default 10. */
  readonly maxRepeats?: number;
}

/**
 * One per source. The first wish is granted at once; wishes within the interval are answered together by one request at
 * its end, unless a keyframe came since. `request` and `poll` return true when a PLI (or FIR) is to be sent now.
 */
export class KeyframeRequester {
  /** Requests sent. */
  sent: number = 0;
  /** Keyframes seen. */
  keyframes: number = 0;

  readonly #intervalMs: number;
  readonly #repeatMs: number;
  readonly #maxRepeats: number;
  #lastSentMs: number = Number.NEGATIVE_INFINITY;
  #isAskedAgain: boolean = false;
  #isAwaiting: boolean = false;
  #repeats: number = 0;

  constructor(options: KeyframeRequesterOptions = {}) {
    this.#intervalMs = options.intervalMs ?? 500;
    this.#repeatMs = options.repeatMs ?? 1000;
    this.#maxRepeats = options.maxRepeats ?? 10;
  }

  /** When {@link poll} has to be called; Infinity while nothing is due. */
  get deadlineMs(): number {
    if (this.#isAskedAgain) return this.#lastSentMs + this.#intervalMs;
    if (this.#isAwaiting && this.#repeats < this.#maxRepeats) return this.#lastSentMs + this.#repeatMs;
    return Number.POSITIVE_INFINITY;
  }

  /** Somebody needs a keyframe. */
  request(nowMs: number): boolean {
    this.#repeats = 0;
    if (nowMs - this.#lastSentMs >= this.#intervalMs) return this.#send(nowMs);
    this.#isAskedAgain = true;
    return false;
  }

  /** A keyframe of the source begins. */
  onKeyframe(): void {
    this.keyframes++;
    this.#isAskedAgain = false;
    this.#isAwaiting = false;
    this.#repeats = 0;
  }

  /** Nobody listens any more: forgets what was asked. */
  cancel(): void {
    this.#isAskedAgain = false;
    this.#isAwaiting = false;
  }

  poll(nowMs: number): boolean {
    if (nowMs < this.deadlineMs) return false;
    if (!this.#isAskedAgain) this.#repeats++;
    return this.#send(nowMs);
  }

  #send(nowMs: number): true {
    this.#lastSentMs = nowMs;
    this.#isAskedAgain = false;
    this.#isAwaiting = true;
    this.sent++;
    return true;
  }
}
