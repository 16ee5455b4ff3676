// A set of listeners for one kind of value: added, called in order, removed by themselves, by a signal or at the end.

import { asError } from "./client-errors.ts";

/** Is called with each value. What it returns is ignored, unless it is a promise that rejects: that is reported. */
export type Listener<T> = (value: T) => unknown;

/** How long a listener stays. */
export interface ListenOptions {
  /** True to remove the listener with the first value. Default false. */
  readonly once?: boolean | undefined;
  /** Removes the listener when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** Receives what a listener threw. */
export type ReportProblem = (problem: Error) => void;

interface Entry<T> {
  readonly listener: Listener<T>;
  readonly once: boolean;
  readonly remove: () => void;
}

/** The listeners of one event. A listener that throws does not keep the others from being called. */
export class Listeners<T> {
  readonly #entries = new Set<Entry<T>>();
  readonly #onEmpty: () => void;

  /** `onEmpty` is called each time the last listener is gone. */
  constructor(onEmpty: () => void = () => undefined) {
    this.#onEmpty = onEmpty;
  }

  /** How many there are. */
  get size(): number {
    return this.#entries.size;
  }

  /**
   * Adds a listener and returns what removes it. The same function added twice is called twice. Throws `TypeError`
   * when it is no function.
   */
  add(listener: Listener<T>, options: ListenOptions = {}): () => void {
    if (typeof listener !== "function") {
      throw new TypeError(`listener: expected a function, got ${String(listener)}`);
    }
    const { once = false, signal } = options;
    if (signal?.aborted === true) return () => undefined;
    const remove = (): void => {
      signal?.removeEventListener("abort", remove);
      if (this.#entries.delete(entry) && this.#entries.size === 0) this.#onEmpty();
    };
    const entry: Entry<T> = { listener, once, remove };
    this.#entries.add(entry);
    signal?.addEventListener("abort", remove, { once: true });
    return remove;
  }

  /** Calls every listener that is there now and not removed meanwhile. */
  emit(value: T, report: ReportProblem): void {
    for (const entry of [...this.#entries]) {
      if (!this.#entries.has(entry)) continue;
      if (entry.once) entry.remove();
      try {
        const returned = entry.listener(value);
        if (returned instanceof Promise) returned.catch((error: unknown) => report(asError(error)));
      } catch (error) {
        report(asError(error));
      }
    }
  }

  /** Removes all. */
  clear(): void {
    for (const entry of [...this.#entries]) entry.remove();
  }
}
