// A network path in memory with virtual time: delay, jitter (and so reordering), loss and duplication, all seeded.
import { seededRandom } from "./random.ts";

export interface LinkOptions {
  readonly seed: number;
  readonly delayMs: number;
  readonly jitterMs?: number;
  readonly lossRate?: number;
  readonly duplicationRate?: number;
}

interface InFlight {
  readonly atMs: number;
  readonly order: number;
  readonly bytes: Uint8Array;
}

export class LossyLink {
  sent: number = 0;
  lost: number = 0;
  readonly #options: LinkOptions;
  readonly #random: () => number;
  #flying: InFlight[] = [];

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#random = seededRandom(options.seed);
  }

  /** Copies the bytes, as a socket does. */
  send(bytes: Uint8Array, nowMs: number): void {
    this.sent++;
    if (this.#random() < (this.#options.lossRate ?? 0)) {
      this.lost++;
      return;
    }
    const copies = this.#random() < (this.#options.duplicationRate ?? 0) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      const atMs = nowMs + this.#options.delayMs + this.#random() * (this.#options.jitterMs ?? 0);
      this.#flying.push({ atMs, order: this.sent, bytes: Uint8Array.from(bytes) });
    }
  }

  /** What has arrived by now, in the order of arrival. */
  receive(nowMs: number): Uint8Array[] {
    const arrived = this.#flying.filter((packet) => packet.atMs <= nowMs);
    this.#flying = this.#flying.filter((packet) => packet.atMs > nowMs);
    return arrived.sort((a, b) => a.atMs - b.atMs || a.order - b.order).map((packet) => packet.bytes);
  }
}
