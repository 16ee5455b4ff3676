// What a client's connection does at the moment, as a value that can be read, awaited and followed.

import { BoundedStream } from "./bounded-stream.ts";
import type { ConnectionError } from "./client-errors.ts";
import type { Listeners } from "./listeners.ts";

/** Why a client ended: it was closed, or its connection was lost and not found again. */
export type ClientEnd =
  | { readonly reason: "closed" }
  | { readonly reason: "connectionLost"; readonly error: ConnectionError };

/**
 * The state of a client's connection:
 * - `connected`: calls are written at once. A client begins with it, because `connect` gives it when it is connected.
 * - `reconnecting`: the connection was lost because of `error`; the next attempt, counted from 1, begins after `delayMs`.
 * - `connecting`: that attempt is under way. In both states calls wait.
 * - `closed`: the client has ended, and says why. Every call fails. The last state.
 */
export type ClientState =
  | { readonly status: "connected" }
  | {
      readonly status: "reconnecting";
      readonly attempt: number;
      readonly delayMs: number;
      readonly error: ConnectionError;
    }
  | { readonly status: "connecting"; readonly attempt: number }
  | ({ readonly status: "closed" } & ClientEnd);

/** The state of that name. */
export type ClientStateOf<Status extends ClientState["status"]> = Extract<ClientState, { readonly status: Status }>;

/** How many states wait for a consumer that is slow; the oldest are dropped. */
const MAX_STATES = 100;

/** The present state, and who follows it. */
export class ClientStates {
  readonly #listeners: Pick<Listeners<ClientState>, "add">;
  readonly #announce: (state: ClientState) => void;
  #current: ClientState = { status: "connected" };

  /** `listeners` are told by `announce`. */
  constructor(listeners: Pick<Listeners<ClientState>, "add">, announce: (state: ClientState) => void) {
    this.#listeners = listeners;
    this.#announce = announce;
  }

  get current(): ClientState {
    return this.#current;
  }

  /** Changes the state and tells of it; `closed` stays. */
  set(state: ClientState): void {
    if (this.#current.status === "closed") return;
    this.#current = state;
    this.#announce(state);
  }

  /** The next state of that name, or the present one. Rejects with the signal's reason, or when the client ends first. */
  until<Status extends ClientState["status"]>(
    status: Status,
    { signal }: { readonly signal?: AbortSignal | undefined },
  ): Promise<ClientStateOf<Status>> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const stop = (): void => {
        remove();
        signal?.removeEventListener("abort", onAbort);
      };
      const onAbort = (): void => {
        stop();
        reject(signal?.reason);
      };
      const look = (state: ClientState): void => {
        if (isStatus(state, status)) resolve(state);
        else if (state.status === "closed") reject(closedInstead(state, status));
        else return;
        stop();
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      const remove = this.#listeners.add(look);
      look(this.#current);
    });
  }

  /** The present state and all that follow; it ends after `closed`. */
  follow(): AsyncIterableIterator<ClientState, undefined> {
    const states = new BoundedStream<ClientState>(MAX_STATES, () => remove());
    const take = (state: ClientState): void => {
      states.push(state);
      if (state.status === "closed") states.end();
    };
    const remove = this.#listeners.add(take);
    take(this.#current);
    return states;
  }
}

function isStatus<Status extends ClientState["status"]>(
  state: ClientState,
  status: Status,
): state is ClientStateOf<Status> {
  return state.status === status;
}

function closedInstead(end: ClientEnd, awaited: string): Error {
  if (end.reason === "connectionLost") return end.error;
  return new Error(`the client was closed, and will not be ${awaited} again`);
}
