// Brings a lost connection back: attempt after attempt, within the limits.

import { asError, ConnectionError } from "./client-errors.ts";
import type { ClientStates } from "./client-state.ts";
import { type ReconnectLimits, reconnectDelayMs } from "./reconnection.ts";

/** What a reconnector needs. */
export interface ReconnectorParts {
  readonly limits: ReconnectLimits;
  readonly states: ClientStates;
  /** Connects and resumes the session, or rejects in time. */
  readonly attempt: (signal: AbortSignal) => Promise<void>;
  /** The limits have passed; receives the error of the loss. */
  readonly giveUp: (error: ConnectionError) => void;
}

/** Runs after each loss, until the connection is back, the limits have passed or it is stopped. */
export class Reconnector {
  readonly #parts: ReconnectorParts;
  readonly #stopped = new AbortController();

  constructor(parts: ReconnectorParts) {
    this.#parts = parts;
  }

  /** Begins with the first attempt after a loss. */
  start(loss: ConnectionError): void {
    this.#run(loss, performance.now() + this.#parts.limits.maxTimeMs).catch((error: unknown) => {
      if (!this.#stopped.signal.aborted) this.#parts.giveUp(abandoned(loss, asError(error)));
    });
  }

  /** Ends the attempts, for good. */
  stop(): void {
    this.#stopped.abort();
  }

  async #run(loss: ConnectionError, until: number): Promise<void> {
    const { limits, states, attempt, giveUp } = this.#parts;
    let last: ConnectionError = loss;
    for (let count = 1; count <= limits.maxAttempts; count++) {
      const delayMs = reconnectDelayMs(limits, count);
      if (performance.now() + delayMs > until) break;
      states.set({ status: "reconnecting", attempt: count, delayMs, error: last });
      await pause(delayMs, this.#stopped.signal);
      if (this.#stopped.signal.aborted) return;
      states.set({ status: "connecting", attempt: count });
      try {
        await attempt(this.#stopped.signal);
        return;
      } catch (error) {
        if (this.#stopped.signal.aborted) return;
        last = error instanceof ConnectionError ? error : abandoned(loss, asError(error));
      }
    }
    giveUp(abandoned(loss, last === loss ? undefined : last));
  }
}

/** The error of a loss that could not be mended, with the last attempt's error as its cause. */
function abandoned(loss: ConnectionError, last: Error | undefined): ConnectionError {
  if (last === undefined) return loss;
  return new ConnectionError(loss.type, loss.url, `${loss.message}, and could not be brought back: ${last.message}`, {
    cause: last,
  });
}

function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, delayMs);
    signal.addEventListener("abort", end, { once: true });
  });
}
