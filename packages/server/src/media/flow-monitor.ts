// Tells pads that their media has stopped: a pad is FLOWING from its first packet until two seconds after its last.

import { FLOW_TIMEOUT_MS } from "@kurento-ts/rtp";
import type { Ticker } from "./ticker.ts";

/** A pad that flows at the moment, as the monitor sees it. */
export interface FlowingPad {
  /** When the last packet went through, in the host's clock. */
  readonly lastMediaMs: number;
  /** Called once, when the time is over; the pad is then no longer watched. */
  onFlowTimeout(): void;
}

/** Watches the pads of a host that are FLOWING. Runs on the host's ticker while there is one. */
export class FlowMonitor {
  readonly #ticker: Ticker;
  readonly #pads = new Set<FlowingPad>();

  constructor(ticker: Ticker) {
    this.#ticker = ticker;
  }

  /** Starts to watch a pad. */
  watch(pad: FlowingPad): void {
    this.#pads.add(pad);
    this.#ticker.add(this);
  }

  /** Stops to watch a pad. */
  forget(pad: FlowingPad): void {
    this.#pads.delete(pad);
    if (this.#pads.size === 0) this.#ticker.remove(this);
  }

  /** Called by the ticker. */
  tick(nowMs: number): void {
    for (const pad of this.#pads) {
      if (nowMs - pad.lastMediaMs < FLOW_TIMEOUT_MS) continue;
      this.forget(pad);
      pad.onFlowTimeout();
    }
  }
}
