// One timer for everything periodic in a host: reports, flow states, deadlines. It runs while somebody needs it.

import { nowMs } from "./clock.ts";

/** Something that wants to be looked at regularly. `tick` compares deadlines of its own with `now`. */
export interface Ticking {
  tick(nowMs: number): void;
}

/** How often the timer fires: short enough to repeat a NACK in time, long enough to cost nothing. */
export const TICK_INTERVAL_MS = 50;

/**
 * Calls its members every {@link TICK_INTERVAL_MS}. There is one timer however many members there are, none when
 * there is no member, and it never keeps the process alive. A member that throws is reported and does not stop the others.
 */
export class Ticker {
  readonly #members = new Set<Ticking>();
  readonly #onError: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Whether the timer runs: false when there is nothing to look at. */
  get running(): boolean {
    return this.#timer !== undefined;
  }

  /** Adds a member; adding it twice changes nothing. */
  add(member: Ticking): void {
    this.#members.add(member);
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => this.#run(), TICK_INTERVAL_MS);
    this.#timer.unref();
  }

  /** Removes a member; the last one stops the timer. */
  remove(member: Ticking): void {
    this.#members.delete(member);
    if (this.#members.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #run(): void {
    const now = nowMs();
    for (const member of this.#members) {
      try {
        member.tick(now);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}
