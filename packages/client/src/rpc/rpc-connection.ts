// JSON-RPC 2.0 over one WebSocket: calls are written at once, answers are matched by id, events are passed on.

import { type EventValue, type JsonValue, KurentoError, type MethodName } from "@kurento-ts/protocol";
import { CallTimeoutError, ConnectionError, unexpectedMessage } from "../client-errors.ts";
import { type CallOptions, watchLimit } from "./call-limit.ts";
import { excerpt, type Outcome, readMessage } from "./incoming-message.ts";
import type { OpenSocket, Socket, SocketEnd, SocketOptions } from "./socket.ts";

/** What a call sends. Values may hold client objects: JSON writes them as their ids. */
export type CallParams = Readonly<Record<string, unknown>>;

/** How one call behaves. */
export interface RpcCallOptions extends CallOptions {
  /** Receives the result of a call that was given up, for example to release what it created. */
  readonly onLateResult?: ((result: JsonValue) => void) | undefined;
}

/** Receives what a connection does besides answering calls. */
export interface RpcHandlers {
  /** The server raised an event. */
  event(value: EventValue): void;
  /** The server sent something that Kurento's protocol does not have. The connection goes on. */
  problem(problem: KurentoError): void;
  /** The connection has ended; all calls in flight have failed. Called once, and only after `open` resolved. */
  ended(error: ConnectionError): void;
}

interface PendingCall {
  readonly what: CallDescription;
  /** Ends the wait: `conclude` runs in the function that the caller awaits, so that a stack leads to the caller. */
  settle(conclude: () => JsonValue): void;
}

/** Says which call failed; errors carry it as their `cause`. */
interface CallDescription {
  readonly method: MethodName;
  readonly object?: unknown;
  readonly operation?: unknown;
  readonly type?: unknown;
}

/** How many calls that were given up are remembered, in case their answers come after all. */
const REMEMBERED_CALLS = 10_000;

/** How long the closing handshake may take. */
const CLOSE_TIMEOUT_MS = 1_000;

/** One connection to a Kurento server. */
export class RpcConnection {
  /** The address, without query and credentials. */
  readonly url: string;
  readonly #handlers: RpcHandlers;
  readonly #pending = new Map<number, PendingCall>();
  readonly #givenUp = new Map<number, RpcCallOptions["onLateResult"]>();
  #nextId = 1;
  #socket: Socket | undefined;
  #onOpen: ((error?: ConnectionError) => void) | undefined;
  #opened = false;
  #error: ConnectionError | undefined;
  #closing: ConnectionError | undefined;
  #onEnded: (() => void) | undefined;

  private constructor(url: URL, handlers: RpcHandlers) {
    this.url = `${url.protocol}//${url.host}${url.pathname}`;
    this.#handlers = handlers;
  }

  /**
   * Opens a connection. Rejects with a `ConnectionError`, or with the signal's reason; the caller sets the time
   * limit by the signal.
   */
  static async open(
    openSocket: OpenSocket,
    url: URL,
    options: SocketOptions & { readonly signal: AbortSignal },
    handlers: RpcHandlers,
  ): Promise<RpcConnection> {
    options.signal.throwIfAborted();
    const connection = new RpcConnection(url, handlers);
    await connection.#open(openSocket, url, options);
    return connection;
  }

  #open(openSocket: OpenSocket, url: URL, options: SocketOptions & { readonly signal: AbortSignal }): Promise<void> {
    const { signal } = options;
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#onOpen = undefined;
        this.#socket?.terminate();
        reject(signal.reason);
      };
      signal.addEventListener("abort", onAbort, { once: true });
      this.#onOpen = (error) => {
        this.#onOpen = undefined;
        signal.removeEventListener("abort", onAbort);
        this.#opened = error === undefined;
        if (error === undefined) resolve();
        else reject(error);
      };
      this.#socket = openSocket(url.href, options, {
        opened: () => this.#onOpen?.(),
        message: (text, bytes) => this.#guarded(() => this.#onMessage(text, bytes)),
        ended: (end) => this.#onSocketEnd(end),
      });
    });
  }

  /** Why there is no connection any more; undefined while there is one. */
  get error(): ConnectionError | undefined {
    return this.#error;
  }

  /**
   * Calls a method; the request is written before this returns. Rejects with the server's `KurentoError`, with a
   * `ConnectionError` as soon as the connection is lost, or at the call's limit.
   */
  async call(method: MethodName, params: CallParams, options: RpcCallOptions = {}): Promise<JsonValue> {
    const what = describe(method, params);
    const refusal = this.#error ?? this.#closing;
    if (refusal !== undefined) throw notSent(refusal, what);
    options.signal?.throwIfAborted();
    const id = this.#nextId++;
    const text = JSON.stringify({ jsonrpc: "2.0", id, method, params });
    const concluded = this.#conclusion(id, what, options);
    this.#socket?.send(text);
    const conclude = await concluded;
    return conclude();
  }

  /** Waits for the answer to a call, or what comes instead of it. */
  #conclusion(id: number, what: CallDescription, options: RpcCallOptions): Promise<() => JsonValue> {
    return new Promise((resolve) => {
      const giveUp = (conclude: () => never): void => {
        this.#pending.delete(id);
        this.#expectNoMore(id, options.onLateResult);
        resolve(conclude);
      };
      const stop = watchLimit(
        options,
        (timeoutMs) =>
          giveUp(() => {
            throw new CallTimeoutError(sentence(what), timeoutMs, { cause: what });
          }),
        (reason) =>
          giveUp(() => {
            throw reason;
          }),
      );
      this.#pending.set(id, {
        what,
        settle: (conclude) => {
          stop();
          resolve(conclude);
        },
      });
    });
  }

  /** Remembers a call that was given up, so that its late answer is not taken for nonsense. */
  #expectNoMore(id: number, onLateResult: RpcCallOptions["onLateResult"]): void {
    this.#givenUp.set(id, onLateResult);
    if (this.#givenUp.size <= REMEMBERED_CALLS) return;
    for (const oldest of this.#givenUp.keys()) {
      this.#givenUp.delete(oldest);
      break;
    }
  }

  /** Takes no further call; those that are in flight go on. */
  refuseCalls(error: ConnectionError): void {
    this.#closing ??= error;
  }

  /** Ends the connection. Calls that are still in flight fail with `error`. Resolves when the socket is closed. */
  close(error: ConnectionError): Promise<void> {
    if (this.#error !== undefined) return Promise.resolve();
    this.refuseCalls(error);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#socket?.terminate(), CLOSE_TIMEOUT_MS);
      this.#onEnded = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#socket?.close(1000, "");
    });
  }

  /** Ends the connection at once, without a closing handshake. */
  terminate(): void {
    this.#socket?.terminate();
  }

  #onSocketEnd(end: SocketEnd): void {
    const opening = this.#onOpen;
    const ended = this.#closing ?? endError(this.url, end, opening !== undefined);
    this.#error = ended;
    const calls = [...this.#pending.values()];
    this.#pending.clear();
    this.#givenUp.clear();
    for (const call of calls) call.settle(() => failedInFlight(ended, call.what));
    if (opening !== undefined) opening(ended);
    else if (this.#opened) this.#handlers.ended(ended);
    this.#onEnded?.();
  }

  /** Nothing that a server sends may end the program by an exception. */
  #guarded(handle: () => void): void {
    try {
      handle();
    } catch (error) {
      this.#handlers.problem(unexpectedMessage(`a message from ${this.url} could not be handled`, { cause: error }));
    }
  }

  #onMessage(text: string | undefined, bytes: number): void {
    if (text === undefined) {
      this.#handlers.problem(unexpectedMessage(`${this.url} sent a binary message of ${bytes} bytes`));
      return;
    }
    const message = readMessage(text);
    switch (message.kind) {
      case "event":
        this.#handlers.event(message.value);
        break;
      case "answer":
        this.#onAnswer(message.id, message.outcome, text);
        break;
      case "nonsense":
        this.#handlers.problem(
          unexpectedMessage(`${this.url}: ${message.why}: ${excerpt(text)}`, { cause: message.cause }),
        );
        break;
    }
  }

  #onAnswer(id: unknown, outcome: Outcome | undefined, text: string): void {
    const call = typeof id === "number" ? this.#pending.get(id) : undefined;
    if (typeof id === "number" && call !== undefined) {
      this.#pending.delete(id);
      call.settle(() => concludeWith(call.what, outcome, text));
    } else if (typeof id === "number" && this.#givenUp.has(id)) {
      const onLateResult = this.#givenUp.get(id);
      this.#givenUp.delete(id);
      if (outcome !== undefined && "result" in outcome) onLateResult?.(outcome.result);
    } else if ((id === null || id === undefined) && outcome !== undefined && "error" in outcome) {
      // A request that the server could not even read.
      this.#handlers.problem(KurentoError.fromBody(outcome.error));
    } else {
      this.#handlers.problem(
        unexpectedMessage(`${this.url}: an answer to no call that waits for one: ${excerpt(text)}`),
      );
    }
  }
}

function concludeWith(what: CallDescription, outcome: Outcome | undefined, text: string): JsonValue {
  if (outcome === undefined) {
    throw unexpectedMessage(`${sentence(what)}: the answer has neither result nor error: ${excerpt(text)}`);
  }
  if ("error" in outcome) throw KurentoError.fromBody(outcome.error, { cause: what });
  return outcome.result;
}

function describe(method: MethodName, params: CallParams): CallDescription {
  const { object, operation, type } = params;
  return {
    method,
    ...(object === undefined ? {} : { object }),
    ...(operation === undefined ? {} : { operation }),
    ...(type === undefined ? {} : { type }),
  };
}

function sentence({ method, object, operation, type }: CallDescription): string {
  const subject = operation ?? (type === undefined ? method : `${method} ${String(type)}`);
  return object === undefined ? String(subject) : `${String(subject)} on ${String(object)}`;
}

/** A call that was made when there was no connection any more. */
function notSent(error: ConnectionError, what: CallDescription): ConnectionError {
  return new ConnectionError(error.type, error.url, `${sentence(what)} was not sent: ${error.message}`, {
    cause: error,
  });
}

/** A call that was waiting for its answer when the connection ended. */
function failedInFlight(error: ConnectionError, what: CallDescription): never {
  throw new ConnectionError(error.type, error.url, `${sentence(what)} got no answer: ${error.message}`, {
    cause: error,
  });
}

/** What a socket's end means. */
function endError(url: string, { code, reason, failure }: SocketEnd, opening: boolean): ConnectionError {
  const options = failure?.cause === undefined ? undefined : { cause: failure.cause };
  if (opening) {
    return new ConnectionError(
      failure?.type ?? "CONNECT_FAILED",
      url,
      `cannot connect to ${url}: ${failure?.message ?? closedWith(code, reason)}`,
      options,
    );
  }
  // Kurento accepts the upgrade on any path and then closes with this code.
  if (code === 1002 && /path/i.test(reason)) {
    return new ConnectionError(
      "INVALID_PATH",
      url,
      `cannot connect to ${url}: the server does not serve this path (it closed with "${reason}"); Kurento's default is /kurento`,
    );
  }
  return new ConnectionError(
    "CONNECTION_LOST",
    url,
    `the connection to ${url} was lost: ${failure?.message ?? closedWith(code, reason)}`,
    options,
  );
}

function closedWith(code: number, reason: string): string {
  if (code === 1006) return "it ended without a closing handshake";
  return `the server closed it with ${code}${reason === "" ? "" : ` "${reason}"`}`;
}
