// One WebSocket to a Kurento server: opened once, and what its end means.

import { ConnectionError } from "../client-errors.ts";
import type { OpenSocket, Socket, SocketEnd, SocketOptions } from "./socket.ts";

/** Receives what a line does. */
export interface LineHandlers {
  /** A message came: its text, or undefined for a binary one, and its size. */
  message(text: string | undefined, bytes: number): void;
  /** The line, which was open, has ended. Called once. */
  ended(error: ConnectionError): void;
}

/** How long the closing handshake may take. */
const CLOSE_TIMEOUT_MS = 1_000;

/** A line is used once: it is opened, and when it has ended another one takes its place. */
export class Line {
  readonly #url: URL;
  readonly #shown: string;
  readonly #handlers: LineHandlers;
  #socket: Socket | undefined;
  #onOpen: ((error?: ConnectionError) => void) | undefined;
  #opened = false;
  #ended = false;
  #closing: ConnectionError | undefined;
  #onEnded: (() => void) | undefined;

  /** `shown` is the address as errors show it. */
  constructor(url: URL, shown: string, handlers: LineHandlers) {
    this.#url = url;
    this.#shown = shown;
    this.#handlers = handlers;
  }

  /** Rejects with a `ConnectionError`, or with the signal's reason; the caller sets the time limit by the signal. */
  open(openSocket: OpenSocket, options: SocketOptions & { readonly signal: AbortSignal }): Promise<void> {
    const { signal } = options;
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
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
      this.#socket = openSocket(this.#url.href, options, {
        opened: () => this.#onOpen?.(),
        message: (text, bytes) => this.#handlers.message(text, bytes),
        ended: (end) => this.#onSocketEnd(end),
      });
    });
  }

  /** Sends a text message. Does nothing when the line has ended. */
  send(text: string): void {
    this.#socket?.send(text);
  }

  /** Ends the line with a closing handshake, or without one when that takes too long; it then ends with `error`. */
  close(error: ConnectionError): Promise<void> {
    if (this.#ended) return Promise.resolve();
    this.#closing = error;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#socket?.terminate(), CLOSE_TIMEOUT_MS);
      this.#onEnded = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#socket?.close(1000, "");
    });
  }

  /** Ends the line at once, without a closing handshake, with `error` when there is one. */
  terminate(error?: ConnectionError): void {
    this.#closing ??= error;
    this.#socket?.terminate();
  }

  #onSocketEnd(end: SocketEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    const opening = this.#onOpen;
    const error = this.#closing ?? endError(this.#shown, end, opening !== undefined);
    if (opening !== undefined) opening(error);
    else if (this.#opened) this.#handlers.ended(error);
    this.#onEnded?.();
  }
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
