// What the client needs of a WebSocket, so that Node and browsers can each bring their own.

import type { ConnectionErrorType } from "../client-errors.ts";

/** How to secure a `wss:` connection; certificates and keys as PEM text. */
export interface TlsOptions {
  /** The authorities to trust, instead of those that Node trusts; a self-signed certificate is its own. */
  readonly ca?: string | readonly string[] | undefined;
  /** The certificate that this client shows, with `key`. */
  readonly cert?: string | undefined;
  /** The private key of `cert`. */
  readonly key?: string | undefined;
  /** What `key` is encrypted with. */
  readonly passphrase?: string | undefined;
  /** The name that the server's certificate must have. Default: the host of the address. */
  readonly servername?: string | undefined;
  /** False to accept any certificate, which makes `wss:` no safer than `ws:`. Default true. */
  readonly rejectUnauthorized?: boolean | undefined;
}

/** How to open a socket. */
export interface SocketOptions {
  /** A longer message ends the connection. */
  readonly maxMessageBytes: number;
  /** Headers of the upgrade request. Not possible in browsers. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Not possible in browsers. */
  readonly tls?: TlsOptions | undefined;
  /** A `http.Agent` or `https.Agent`. Not possible in browsers. */
  readonly agent?: object | undefined;
}

/** Why a socket ended. */
export interface SocketEnd {
  /** The close code (RFC 6455, section 7.4); 1006 when there was no close frame. */
  readonly code: number;
  /** The reason in the close frame, often empty. */
  readonly reason: string;
  /** What failed, when the socket knows. */
  readonly failure?: { readonly type: ConnectionErrorType; readonly message: string; readonly cause?: unknown };
}

/** Receives what a socket does. */
export interface SocketHandlers {
  /** The socket can send. */
  opened(): void;
  /** A message came: its text, or undefined for a binary one, and its size. */
  message(text: string | undefined, bytes: number): void;
  /** The socket has ended; it is called once, also when the socket never opened, and nothing is called after it. */
  ended(end: SocketEnd): void;
}

/** An open or opening WebSocket. */
export interface Socket {
  /** Sends a text message. Does nothing when the socket has ended. */
  send(text: string): void;
  /** Starts the closing handshake. */
  close(code: number, reason: string): void;
  /** Ends the socket at once. */
  terminate(): void;
}

/**
 * Opens a socket to a `ws:` or `wss:` address. A failure ends the socket; only options that cannot be used throw a
 * `TypeError`.
 */
export type OpenSocket = (url: string, options: SocketOptions, handlers: SocketHandlers) => Socket;
