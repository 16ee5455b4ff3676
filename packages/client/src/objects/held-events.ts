// Keeps events of objects that the client does not know yet, for a bounded time and in a bounded number.

import type { EventValue } from "@kurento-ts/protocol";

/** How many events are held, and for how long. */
export interface HeldEventLimits {
  readonly maxEvents: number;
  readonly maxAgeMs: number;
}

/** The limits of a client. */
export const HELD_EVENT_LIMITS: HeldEventLimits = { maxEvents: 500, maxAgeMs: 10_000 };

interface HeldEvent {
  readonly value: EventValue;
  readonly until: number;
}

/**
 * Events that came before the answer that makes their object known. They are handed to the first listener for them;
 * those that nobody asks for in time are given to `onDropped`.
 */
export class HeldEvents {
  readonly #limits: HeldEventLimits;
  readonly #onDropped: (value: EventValue) => void;
  #events: HeldEvent[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(onDropped: (value: EventValue) => void, limits: HeldEventLimits = HELD_EVENT_LIMITS) {
    this.#onDropped = onDropped;
    this.#limits = limits;
  }

  /** Holds an event; the oldest one is dropped when there are too many. */
  hold(value: EventValue): void {
    this.#events.push({ value, until: Date.now() + this.#limits.maxAgeMs });
    if (this.#events.length > this.#limits.maxEvents) {
      const oldest = this.#events.shift();
      if (oldest !== undefined) this.#onDropped(oldest.value);
    }
    this.#timer ??= setTimeout(() => this.#dropOld(), this.#limits.maxAgeMs);
  }

  /** Takes the held events of one kind, in the order in which they came. */
  take(object: string, type: string): readonly EventValue[] {
    if (this.#events.length === 0) return [];
    const wanted = ({ value }: HeldEvent): boolean => value.object === object && value.type === type;
    const taken = this.#events.filter(wanted).map(({ value }) => value);
    if (taken.length > 0) this.#events = this.#events.filter((held) => !wanted(held));
    return taken;
  }

  /** Forgets everything, and ends the timer. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#events = [];
  }

  #dropOld(): void {
    this.#timer = undefined;
    const now = Date.now();
    const old = this.#events.filter((held) => held.until <= now);
    this.#events = this.#events.filter((held) => held.until > now);
    const next = this.#events[0];
    if (next !== undefined) this.#timer = setTimeout(() => this.#dropOld(), next.until - now);
    for (const { value } of old) this.#onDropped(value);
  }
}
