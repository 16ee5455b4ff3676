// Keeps the events of a connection back while a request of several steps runs, so that they come after its answer.

import type { JsonObject } from "@kurento-ts/protocol";

/** More events than this are not kept back: they go out, in their order, before the answer. */
const MAX_HELD_EVENTS = 10_000;

/** The events of one connection on their way out. */
export class HeldEvents {
  readonly #send: (event: JsonObject) => void;
  #held: JsonObject[] = [];
  #holders = 0;

  constructor(send: (event: JsonObject) => void) {
    this.#send = send;
  }

  /** Sends an event, now or when nobody holds events back any more. */
  send(event: JsonObject): void {
    if (this.#holders === 0) {
      this.#send(event);
      return;
    }
    this.#held.push(event);
    if (this.#held.length > MAX_HELD_EVENTS) this.#release();
  }

  /** Holds events back until the returned function is called; calling it again does nothing. */
  hold(): () => void {
    this.#holders++;
    let holds = true;
    return () => {
      if (!holds) return;
      holds = false;
      this.#holders--;
      if (this.#holders === 0) this.#release();
    };
  }

  #release(): void {
    const held = this.#held;
    this.#held = [];
    for (const event of held) this.#send(event);
  }
}
