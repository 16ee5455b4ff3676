// Whether media flows: from the first packet until none came for a while.

/** Kurento's time until NOT_FLOWING is reported, in milliseconds. */
export const FLOW_TIMEOUT_MS = 2000;

/** One per media and direction. A shared timer calls {@link poll}. */
export class FlowMonitor {
  isFlowing: boolean = false;
  readonly #timeoutMs: number;
  #lastPacketMs: number = Number.NEGATIVE_INFINITY;

  constructor(timeoutMs: number = FLOW_TIMEOUT_MS) {
    this.#timeoutMs = timeoutMs;
  }

  /** When the flow ends unless a packet comes; Infinity while it does not flow. */
  get deadlineMs(): number {
    return this.isFlowing ? this.#lastPacketMs + this.#timeoutMs : Number.POSITIVE_INFINITY;
  }

  /** A packet passed. True when the flow starts with it. */
  onPacket(nowMs: number): boolean {
    this.#lastPacketMs = nowMs;
    if (this.isFlowing) return false;
    this.isFlowing = true;
    return true;
  }

  /** True when the flow ends now. */
  poll(nowMs: number): boolean {
    if (nowMs < this.deadlineMs) return false;
    this.isFlowing = false;
    return true;
  }

  /** The path is gone: true when that ends a flow. */
  stop(): boolean {
    const wasFlowing = this.isFlowing;
    this.isFlowing = false;
    return wasFlowing;
  }
}
