// JSON-RPC 2.0 with a server, over one WebSocket after another: calls are matched with answers by id, events are passed on.

import { type EventValue, type JsonValue, KurentoError, type MethodName } from "@kurento-ts/protocol";
import { CallTimeoutError, type ConnectionError, unexpectedMessage } from "../client-errors.ts";
import { type CallDescription, describeCall, notSent, outcomeUnknown, sentence } from "./call-description.ts";
import { type CallOptions, watchLimit } from "./call-limit.ts";
import { excerpt, type Outcome, readMessage } from "./incoming-message.ts";
import { Line } from "./line.ts";
import type { OpenSocket, SocketOptions } from "./socket.ts";

/** What a call sends. Values may hold client objects: JSON writes them as their ids. */
export type CallParams = Readonly<Record<string, unknown>>;

/** How one call behaves. */
export interface RpcCallOptions extends CallOptions {
  /** Receives the result of a call that was given up, for example to release what it created. */
  readonly onLateResult?: ((result: JsonValue) => void) | undefined;
  /** True for a call that begins a session: it is written before `proceed`, and fails with its line. */
  readonly first?: boolean | undefined;
  /** True for a call that is written before others that wait for a line. */
  readonly ahead?: boolean | undefined;
  /** Uses an id again, which no call may wait on. Default: the next one. */
  readonly id?: number | undefined;
}

/** Receives what a connection does besides answering calls. */
export interface RpcHandlers {
  /** The server raised an event. */
  event(value: EventValue): void;
  /** The server sent something that Kurento's protocol does not have. The connection goes on. */
  problem(problem: KurentoError): void;
  /** The line that the calls went over has ended. Calls wait for another one, until `proceed` or `end`. */
  lost(error: ConnectionError): void;
  /** The connection has ended for good; all calls have failed. Called once. */
  ended(error: ConnectionError): void;
}

/** A call that waits for its answer, or to be written. */
export interface WaitingCall {
  readonly id: number;
  readonly what: CallDescription;
  /** The request as it is written. */
  readonly text: string;
  /** When it was written first, on the clock of `performance.now()`; undefined when it was not yet. */
  readonly sentAtMs: number | undefined;
}

interface PendingCall extends WaitingCall {
  readonly first: boolean;
  readonly ahead: boolean;
  text: string;
  sentAtMs: number | undefined;
  /** Ends the wait: `conclude` runs in the function that the caller awaits, so that a stack leads to the caller. */
  settle(conclude: () => JsonValue): void;
}

/** A call whose answer nobody waits for any more. */
interface GivenUpCall {
  readonly call: WaitingCall;
  readonly onLateResult: RpcCallOptions["onLateResult"];
}

/** What becomes of a waiting call on a new line. */
export type Decision = { readonly send: string } | { readonly fail: Error };

/** How many calls that were given up are remembered, in case their answers come after all. */
const REMEMBERED_CALLS = 10_000;

/** The connection of one client to its server. */
export class RpcConnection {
  /** The address, without query and credentials. */
  readonly url: string;
  readonly #target: URL;
  readonly #handlers: RpcHandlers;
  readonly #pending = new Map<number, PendingCall>();
  readonly #givenUp = new Map<number, GivenUpCall>();
  #nextId: number;
  #heardAtMs = 0;
  #line: Line | undefined;
  #lineError: ConnectionError | undefined;
  #proceeding = false;
  #error: ConnectionError | undefined;
  #closing: ConnectionError | undefined;

  /** `firstId` is the id of the first call; ids must differ from those of another program in the same session. */
  constructor(target: URL, handlers: RpcHandlers, firstId = 1) {
    this.#target = target;
    this.url = `${target.protocol}//${target.host}${target.pathname}`;
    this.#handlers = handlers;
    this.#nextId = firstId;
  }

  /**
   * Opens a line, the first one or the next one; only calls that are `first` go over it until `proceed`. Rejects with
   * a `ConnectionError`, or with the signal's reason; the caller sets the time limit by the signal.
   */
  async open(openSocket: OpenSocket, options: SocketOptions & { readonly signal: AbortSignal }): Promise<void> {
    this.#lineError = undefined;
    const line: Line = new Line(this.#target, this.url, {
      message: (text, bytes) => {
        if (this.#line !== line) return;
        this.#heardAtMs = performance.now();
        this.#guarded(() => this.#onMessage(text, bytes));
      },
      ended: (error) => {
        if (this.#line === line) this.#onLineEnd(error);
      },
    });
    this.#line = line;
    await line.open(openSocket, options);
  }

  /** When the last message came, on the clock of `performance.now()`. */
  get heardAtMs(): number {
    return this.#heardAtMs;
  }

  /** Why the present line has ended; undefined while it is open. */
  get lineError(): ConnectionError | undefined {
    return this.#lineError;
  }

  /** Why there will be no connection any more; undefined until then. */
  get error(): ConnectionError | undefined {
    return this.#error;
  }

  /** The calls that wait for an answer or to be written, and those given up whose result is wanted all the same. */
  get waiting(): readonly WaitingCall[] {
    const waiting: readonly WaitingCall[] = [...this.#pending.values()].filter((call) => !call.first);
    return waiting.concat([...this.#givenUp.values()].map(({ call }) => call));
  }

  /** Lets calls go over the new line: first those that wait, as `decide` says of each, then all others at once. */
  proceed(decide: (call: WaitingCall) => Decision): void {
    for (const { call } of [...this.#givenUp.values()]) {
      const decision = decide(call);
      if ("fail" in decision) this.#givenUp.delete(call.id);
      else this.#line?.send(decision.send);
    }
    const calls = [...this.#pending.values()].sort((one, other) => Number(other.ahead) - Number(one.ahead));
    for (const call of calls) {
      if (call.first) continue;
      const decision = decide(call);
      if ("fail" in decision) {
        this.#pending.delete(call.id);
        call.settle(() => {
          throw decision.fail;
        });
      } else {
        call.text = decision.send;
        this.#write(call);
      }
    }
    this.#proceeding = true;
  }

  /**
   * Calls a method; the request is written before this returns when there is a line to write to. Rejects with the
   * server's `KurentoError`, with a `ConnectionError` when there is no connection any more, or at the call's limit.
   */
  async call(method: MethodName, params: CallParams, options: RpcCallOptions = {}): Promise<JsonValue> {
    const what = describeCall(method, params);
    const refusal = this.#error ?? this.#closing ?? (options.first === true ? this.#lineError : undefined);
    if (refusal !== undefined) throw notSent(refusal, what);
    options.signal?.throwIfAborted();
    const id = options.id ?? this.#nextId++;
    const text = JSON.stringify({ jsonrpc: "2.0", id, method, params });
    const conclude = await this.#conclusion(id, what, text, options);
    return conclude();
  }

  /** Writes a request, now or later, and waits for the answer, or what comes instead of it. */
  #conclusion(id: number, what: CallDescription, text: string, options: RpcCallOptions): Promise<() => JsonValue> {
    return new Promise((resolve) => {
      const giveUp = (conclude: () => never): void => {
        this.#pending.delete(id);
        if (call.sentAtMs !== undefined) this.#expectNoMore({ call, onLateResult: options.onLateResult });
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
      const call: PendingCall = {
        id,
        what,
        text,
        sentAtMs: undefined,
        first: options.first === true,
        ahead: options.ahead === true,
        settle: (conclude) => {
          stop();
          resolve(conclude);
        },
      };
      this.#pending.set(id, call);
      if (this.#proceeding || call.first) this.#write(call);
    });
  }

  #write(call: PendingCall): void {
    call.sentAtMs ??= performance.now();
    this.#line?.send(call.text);
  }

  /** Remembers a call that was given up, so that its late answer is not taken for nonsense. */
  #expectNoMore(givenUp: GivenUpCall): void {
    this.#givenUp.set(givenUp.call.id, givenUp);
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

  /** Ends the connection. Calls that still wait fail with `error`. Resolves when the socket is closed. */
  async close(error: ConnectionError): Promise<void> {
    this.refuseCalls(error);
    if (this.#error === undefined && this.#proceeding) await this.#line?.close(error);
    this.end(error);
  }

  /** Ends the connection for good, at once: every call that waits fails. */
  end(error: ConnectionError): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    this.#proceeding = false;
    this.#line?.terminate(error);
    const calls = [...this.#pending.values()];
    this.#pending.clear();
    this.#givenUp.clear();
    for (const call of calls) {
      call.settle(() => {
        throw call.sentAtMs === undefined ? notSent(error, call.what) : outcomeUnknown(error, call.what);
      });
    }
    this.#handlers.ended(error);
  }

  /** Ends the present line at once, without a closing handshake. */
  terminate(error?: ConnectionError): void {
    this.#line?.terminate(error);
  }

  #onLineEnd(error: ConnectionError): void {
    this.#lineError = error;
    // The answers to calls that were given up went to this line. Of some the result is wanted all the same.
    for (const [id, { onLateResult }] of this.#givenUp) if (onLateResult === undefined) this.#givenUp.delete(id);
    for (const call of [...this.#pending.values()]) {
      if (!call.first) continue;
      this.#pending.delete(call.id);
      call.settle(() => {
        throw outcomeUnknown(error, call.what);
      });
    }
    if (!this.#proceeding) return;
    this.#proceeding = false;
    if (this.#closing === undefined) this.#handlers.lost(error);
    else this.end(this.#closing);
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
    if (typeof id === "number" && call?.sentAtMs !== undefined) {
      this.#pending.delete(id);
      call.settle(() => concludeWith(call.what, outcome, text));
    } else if (typeof id === "number" && this.#givenUp.has(id)) {
      const givenUp = this.#givenUp.get(id);
      this.#givenUp.delete(id);
      if (outcome !== undefined && "result" in outcome) givenUp?.onLateResult?.(outcome.result);
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
