// One WebSocket: requests run one after another and are answered in their order; events go out in between.

import { type JsonObject, KurentoError } from "@kurento-ts/protocol";
import type { RawData, WebSocket } from "ws";
import type { Logger } from "../logging.ts";
import { HeldEvents } from "./held-events.ts";
import { answerOf, type Frame, type FrameId, type Outcome, readFrame } from "./json-frame.ts";

/** A request that runs. */
export interface Turn {
  readonly connection: Connection;
  /** Undefined for a notification. */
  readonly id: FrameId;
  readonly method: string;
  readonly params: JsonObject;
  /** Answers the request, once; further answers are ignored. */
  answer(outcome: Outcome): void;
  /** Lets the requests behind it go on; it is answered whenever it is done. */
  stepOut(): void;
}

/** What a connection may use up. */
export interface ConnectionLimits {
  readonly maxMessageBytes: number;
  /** Requests that wait for their turn. More are answered 40009 at once. */
  readonly maxPendingCalls: number;
  /** Bytes that wait to be sent to a client that reads too slowly. More end the connection. */
  readonly maxBufferedBytes: number;
}

/** What a connection tells its owner. */
export interface ConnectionOwner {
  onRequest(turn: Turn): void;
  onClosed(connection: Connection): void;
}

type Waiting = { readonly frame: Frame; readonly bytes: number };

/** A client's connection. */
export class Connection {
  readonly #socket: WebSocket;
  readonly #owner: ConnectionOwner;
  readonly #limits: ConnectionLimits;
  readonly #log: Logger;
  /** Resolves when the socket is gone. */
  readonly closed: Promise<void>;
  readonly #events: HeldEvents = new HeldEvents((event) => this.send(event));
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #busy = false;
  #draining = false;
  #heard = true;
  #closed = false;

  constructor(socket: WebSocket, owner: ConnectionOwner, limits: ConnectionLimits, log: Logger) {
    this.#socket = socket;
    this.#owner = owner;
    this.#limits = limits;
    this.#log = log;
    socket.on("message", (data, isBinary) => this.#onMessage(data, isBinary));
    socket.on("pong", () => {
      this.#heard = true;
    });
    // What the peer did wrong (bad UTF-8: 1007, too long: 1009) is in the close code that ws sends.
    socket.on("error", (error) => log.debug("a connection broke the protocol", { reason: error.message }));
    this.closed = new Promise((resolve) => {
      socket.on("close", () => {
        this.#onClose();
        resolve();
      });
    });
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Sends a message at once; on a closed connection it is lost. */
  send(message: JsonObject): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > this.#limits.maxBufferedBytes) {
      this.#log.warn("a client reads too slowly and is cut off", { bufferedBytes: this.#socket.bufferedAmount });
      this.#socket.terminate();
      return;
    }
    this.#socket.send(JSON.stringify(message));
  }

  /** Sends an event, behind the answer of a request that holds events back. */
  sendEvent(event: JsonObject): void {
    this.#events.send(event);
  }

  /** Holds events back until the returned function is called: once the answer that they have to follow is sent. */
  holdEvents(): () => void {
    return this.#events.hold();
  }

  /** Starts the closing handshake. */
  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  /** Ends the connection at once. */
  terminate(): void {
    this.#socket.terminate();
  }

  /** Ends the connection when nothing was heard since the last call, else asks the other side to say something. */
  checkAlive(): void {
    if (!this.#heard) {
      this.#log.info("a connection went silent and is ended");
      this.#socket.terminate();
      return;
    }
    this.#heard = false;
    // Until its queue is drained, a paused socket cannot be heard.
    if (this.#socket.isPaused) this.#heard = true;
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    this.#heard = true;
    if (this.#closed) return;
    const bytes = asBuffer(data);
    const text = isBinary ? decodeUtf8(bytes) : bytes.toString("utf8");
    if (text === undefined) {
      this.#socket.close(1007, "Invalid UTF8 encoding");
      return;
    }
    const frame = readFrame(text);
    if (this.#waiting.length >= this.#limits.maxPendingCalls) {
      this.#refuse(frame.id);
      return;
    }
    this.#waiting.push({ frame, bytes: bytes.length });
    this.#waitingBytes += bytes.length;
    this.#drain();
    if (this.#waitingBytes > this.#limits.maxMessageBytes) this.#socket.pause();
  }

  #refuse(id: FrameId): void {
    const limit = this.#limits.maxPendingCalls;
    const message = `More than ${limit} calls wait on this connection: wait for answers before sending more`;
    const refusal = answerOf(id, { error: new KurentoError("NOT_ENOUGH_RESOURCES", message).toBody() });
    if (refusal !== undefined) this.send(refusal);
  }

  /** Runs what waits, one request at a time. A loop, because a request may be answered before it returns. */
  #drain(): void {
    if (this.#draining) return;
    this.#draining = true;
    let at = 0;
    while (!this.#busy && !this.#closed) {
      const next = this.#waiting[at];
      if (next === undefined) break;
      at++;
      this.#waitingBytes -= next.bytes;
      this.#run(next.frame);
    }
    this.#waiting.splice(0, at);
    this.#draining = false;
    if (this.#socket.isPaused && this.#waitingBytes <= this.#limits.maxMessageBytes) this.#socket.resume();
  }

  #run(frame: Frame): void {
    if (frame.kind === "refused") {
      this.#answer(frame.id, { error: frame.error });
      return;
    }
    this.#busy = true;
    let holdsTurn = true;
    let answered = false;
    const stepOut = (): void => {
      if (!holdsTurn) return;
      holdsTurn = false;
      this.#busy = false;
      // Not at once: events that follow an answer go out before the next request runs.
      queueMicrotask(() => this.#drain());
    };
    this.#owner.onRequest({
      connection: this,
      id: frame.id,
      method: frame.method,
      params: frame.params,
      answer: (outcome) => {
        if (answered) return;
        answered = true;
        this.#answer(frame.id, outcome);
        stepOut();
      },
      stepOut,
    });
  }

  #answer(id: FrameId, outcome: Outcome): void {
    const message = answerOf(id, outcome);
    if (message !== undefined) this.send(message);
  }

  #onClose(): void {
    this.#closed = true;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#owner.onClosed(this);
  }
}

function asBuffer(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}

function decodeUtf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
