// A small typed emitter for browsers and Node.

import { type Listener, Listeners, type ListenOptions } from "./listeners.ts";

/** Named events with one value each: `Events` maps names to values. */
export class Emitter<Events extends object> {
  readonly #byName: { [Name in keyof Events]?: Listeners<Events[Name]> } = {};
  readonly #report: (problem: Error, name: keyof Events) => void;

  /** `report` receives what a listener threw, and for which event. */
  constructor(report: (problem: Error, name: keyof Events) => void) {
    this.#report = report;
  }

  /** Adds a listener and returns what removes it. */
  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>, options?: ListenOptions): () => void {
    this.#byName[name] ??= new Listeners<Events[Name]>();
    return this.#byName[name].add(listener, options);
  }

  /** The next value of an event. Rejects with the signal's reason when it aborts first. */
  once<Name extends keyof Events>(
    name: Name,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Events[Name]> {
    const { signal } = options;
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const onAbort = (): void => reject(signal?.reason);
      signal?.addEventListener("abort", onAbort, { once: true });
      this.on(
        name,
        (value) => {
          signal?.removeEventListener("abort", onAbort);
          resolve(value);
        },
        { once: true, signal },
      );
    });
  }

  /** Calls the listeners of an event. False when there is none. */
  emit<Name extends keyof Events>(name: Name, value: Events[Name]): boolean {
    const listeners = this.#byName[name];
    if (listeners === undefined || listeners.size === 0) return false;
    listeners.emit(value, (problem) => this.#report(problem, name));
    return true;
  }
}
