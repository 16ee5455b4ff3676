// Connects to a Kurento server.

import { openSocket } from "#socket";
import { ConnectionError } from "./client-errors.ts";
import { KurentoClient } from "./kurento-client.ts";
import { type ReconnectOptions, reconnectLimits } from "./reconnection.ts";
import { beginSession } from "./resumption.ts";
import { watchLimit } from "./rpc/call-limit.ts";
import { KeepAlive, type KeepAliveLimits, type KeepAliveOptions, keepAliveLimits } from "./rpc/keep-alive.ts";
import { RpcConnection, type RpcHandlers } from "./rpc/rpc-connection.ts";
import type { SocketOptions, TlsOptions } from "./rpc/socket.ts";
import { type HandlerSlot, type Redial, Session } from "./session.ts";

/** How to connect. */
export interface ConnectOptions {
  /** How long it may take to connect and to get a session. Default 10,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** How long a call may take that sets no `timeoutMs` of its own. Default 60,000; `Infinity` is no limit. */
  readonly callTimeoutMs?: number | undefined;
  /** A longer message from the server ends the connection. Default 64 MiB. */
  readonly maxMessageBytes?: number | undefined;
  /** Headers of the upgrade request, for example `Authorization`. Browsers cannot send any: there they are refused. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How to secure a `wss:` connection. Browsers decide on it themselves: there it is refused. */
  readonly tls?: TlsOptions | undefined;
  /**
   * The `http.Agent` (for `ws:`) or `https.Agent` (for `wss:`) that opens connections, for example one that goes through
   * a proxy. Browsers have none: there it is refused.
   */
  readonly agent?: object | undefined;
  /**
   * What to do when the connection is lost: `true`, or limits, to bring it back with the session, its objects and
   * subscriptions; `false` to end the client. Default true. It has no effect on the first connection.
   */
  readonly reconnect?: ReconnectOptions | boolean | undefined;
  /**
   * What to do against a connection that is dead without having been closed: `true`, or limits, to write a `ping` when
   * nothing comes, and to take the connection for lost when still nothing comes; `false` for nothing. Default true.
   */
  readonly keepAlive?: KeepAliveOptions | boolean | undefined;
  /**
   * Takes over a session, for example the one of this application before it was restarted: its objects and
   * subscriptions live on, and `get` gives the objects. Rejects with the server's error 40007 when there is no such
   * session with objects. Default: a new session.
   */
  readonly sessionId?: string | undefined;
  /** Stops connecting when it aborts: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

const CONNECT_TIMEOUT_MS = 10_000;
const CALL_TIMEOUT_MS = 60_000;
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/**
 * Connects to a Kurento server and begins a session. Rejects with a `ConnectionError`, whose `type` says what is wrong,
 * or with a `TypeError` or `RangeError` that names the argument.
 *
 * @param url The address of the server, `ws://127.0.0.1:8888/kurento` for one on this machine with its defaults.
 * @example
 * const kurento = await connect("ws://127.0.0.1:8888/kurento");
 * const pipeline = await kurento.create("MediaPipeline");
 * const endpoint = await pipeline.create("WebRtcEndpoint");
 * const answer = await endpoint.answerComplete(offer);
 */
export async function connect(url: string | URL, options: ConnectOptions = {}): Promise<KurentoClient> {
  const target = parseAddress(url);
  const connectTimeoutMs = milliseconds("connectTimeoutMs", options.connectTimeoutMs, CONNECT_TIMEOUT_MS);
  const callTimeoutMs = milliseconds("callTimeoutMs", options.callTimeoutMs, CALL_TIMEOUT_MS);
  const maxMessageBytes = options.maxMessageBytes ?? MAX_MESSAGE_BYTES;
  if (!(maxMessageBytes > 0)) throw new RangeError(`maxMessageBytes: expected more than 0, got ${maxMessageBytes}`);
  const limits = reconnectLimits(options.reconnect);
  const aliveness = keepAliveLimits(options.keepAlive);
  const { sessionId, headers, tls, agent } = options;
  if (sessionId !== undefined && (typeof sessionId !== "string" || sessionId === "")) {
    throw new TypeError(`sessionId: expected the id of a session, got ${JSON.stringify(sessionId)}`);
  }
  options.signal?.throwIfAborted();
  const handlers: HandlerSlot = { current: BEFORE_THE_SESSION };
  const rpc = new RpcConnection(
    target,
    {
      event: (value) => handlers.current.event(value),
      problem: (problem) => handlers.current.problem(problem),
      lost: (error) => handlers.current.lost(error),
      ended: (error) => handlers.current.ended(error),
    },
    // The server may still remember the answers to the first calls of the program before.
    sessionId === undefined ? 1 : Math.ceil(Math.random() * 2 ** 29),
  );
  const dialer = new Dialer(rpc, { maxMessageBytes, headers, tls, agent }, connectTimeoutMs);
  const redial: Redial | undefined =
    limits === undefined ? undefined : { limits, dial: (begin, signal) => dialer.dial(begin, signal) };
  let client: KurentoClient | undefined;
  await dialer.dial(async (signal) => {
    const identity = await beginSession(rpc, signal, sessionId);
    // It may have ended right after the answer, when no session was there to be told.
    if (rpc.lineError !== undefined) throw rpc.lineError;
    const takenOver = sessionId !== undefined;
    const session = new Session({ rpc, identity, takenOver, callTimeoutMs, handlers, redial });
    if (aliveness !== undefined) keepAlive(rpc, session, aliveness);
    client = new KurentoClient(session);
  }, options.signal);
  if (client === undefined) throw new TypeError("a session that began has a client");
  return client;
}

/** Watches the connection of a session while there is one. */
function keepAlive(rpc: RpcConnection, session: Session, limits: KeepAliveLimits): void {
  const watch = new KeepAlive(rpc, limits);
  session.events.on("state", ({ status }) => {
    if (status === "connected") watch.start();
    else watch.stop();
  });
  watch.start();
}

/** Opens lines to a server and begins something on them, all within one limit. */
class Dialer {
  readonly #rpc: RpcConnection;
  readonly #options: SocketOptions;
  readonly #timeoutMs: number;

  constructor(rpc: RpcConnection, options: SocketOptions, timeoutMs: number) {
    this.#rpc = rpc;
    this.#options = options;
    this.#timeoutMs = timeoutMs;
  }

  async dial(begin: (signal: AbortSignal) => Promise<void>, signal: AbortSignal | undefined): Promise<void> {
    const rpc = this.#rpc;
    const timeoutMs = this.#timeoutMs;
    const limit = new AbortController();
    let waitsFor = "a connection";
    const stopWatching = watchLimit(
      { signal, timeoutMs },
      () => {
        const message = `cannot connect to ${rpc.url}: waited ${timeoutMs} ms for ${waitsFor}`;
        limit.abort(new ConnectionError("CONNECT_TIMEOUT", rpc.url, message));
      },
      (reason) => limit.abort(reason),
    );
    try {
      await rpc.open(openSocket, { ...this.#options, signal: limit.signal });
      waitsFor = "the answer to the first request";
      await begin(limit.signal);
    } catch (error) {
      rpc.terminate();
      throw notConnected(error, rpc.lineError, rpc.url);
    } finally {
      stopWatching();
    }
  }
}

/**
 * What `connect` throws. A connection that ends before the session began never was one. The error is made anew, because
 * the stack of one that is made here leads to the caller and not to a timer or a socket.
 */
function notConnected(error: unknown, end: ConnectionError | undefined, url: string): unknown {
  if (!(error instanceof ConnectionError)) return error;
  const { type, message, cause } = end ?? error;
  if (type !== "CONNECTION_LOST") return new ConnectionError(type, url, message, { cause });
  return new ConnectionError("CONNECT_FAILED", url, `cannot connect to ${url}: ${message}`, { cause: end });
}

const BEFORE_THE_SESSION: RpcHandlers = {
  event: () => undefined,
  // What matters fails the first call.
  problem: () => undefined,
  lost: () => undefined,
  ended: () => undefined,
};

function parseAddress(url: string | URL): URL {
  let target: URL;
  try {
    target = new URL(url);
  } catch (error) {
    throw new TypeError(`url: expected an address like ws://127.0.0.1:8888/kurento, got ${String(url)}`, {
      cause: error,
    });
  }
  if (target.protocol !== "ws:" && target.protocol !== "wss:") {
    throw new TypeError(`url: expected ws:// or wss://, got ${target.protocol}//`);
  }
  target.hash = "";
  return target;
}

function milliseconds(name: string, value: number | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  if (typeof value === "number" && value > 0) return value;
  throw new RangeError(`${name}: expected a number of milliseconds above 0, got ${String(value)}`);
}
