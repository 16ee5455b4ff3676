// The errors that the client itself raises, beside those that a server answers.

import { KurentoError } from "@kurento-ts/protocol";

/**
 * The codes of the errors that never crossed the wire, in the range that JSON-RPC 2.0 (section 5.1) leaves to
 * implementations. A server answers none of them.
 */
export const CLIENT_ERROR_CODES = {
  CONNECTION: -32096,
  CALL_TIMEOUT: -32095,
  OBJECT_RELEASED: -32094,
  UNEXPECTED_MESSAGE: -32093,
  OBJECT_LOST: -32092,
} as const;

/**
 * What went wrong with a connection:
 * - `CONNECTION_REFUSED`: nothing listens at the address.
 * - `HOST_NOT_FOUND`: the host name has no address.
 * - `TLS_FAILED`: no secure connection, for example because of a certificate that is not trusted.
 * - `UPGRADE_REFUSED`: something answers there, but it does not open a WebSocket.
 * - `INVALID_PATH`: a Kurento server answers, which serves another path (`/kurento` by default).
 * - `CONNECT_TIMEOUT`: nothing answered in time.
 * - `CONNECT_FAILED`: not connected for another reason (a browser does not tell which).
 * - `CONNECTION_LOST`: a connection that was open ended, and this client did not end it.
 * - `CLIENT_CLOSED`: this client was closed.
 */
export type ConnectionErrorType =
  | "CONNECTION_REFUSED"
  | "HOST_NOT_FOUND"
  | "TLS_FAILED"
  | "UPGRADE_REFUSED"
  | "INVALID_PATH"
  | "CONNECT_TIMEOUT"
  | "CONNECT_FAILED"
  | "CONNECTION_LOST"
  | "CLIENT_CLOSED";

/** There is no connection, or no longer. Nothing says whether the server still ran a call that was in flight. */
export class ConnectionError extends KurentoError {
  override readonly name: string = "ConnectionError";
  declare readonly type: ConnectionErrorType;
  /** The address, without query and credentials. */
  readonly url: string;

  constructor(type: ConnectionErrorType, url: string, message: string, options?: ErrorOptions) {
    super({ code: CLIENT_ERROR_CODES.CONNECTION, type }, message, options);
    this.url = url;
  }
}

/**
 * A call was sent, and its answer will not come: it may have run, or not. Look at the server's objects before making it
 * again. A call that was never sent fails with a plain `ConnectionError`.
 */
export class OutcomeUnknownError extends ConnectionError {
  override readonly name: string = "OutcomeUnknownError";
}

/** A call, or another wait, took longer than its limit. The server may still run the call; a late answer is ignored. */
export class CallTimeoutError extends KurentoError {
  override readonly name: string = "CallTimeoutError";
  /** The limit that passed. */
  readonly timeoutMs: number;

  constructor(what: string, timeoutMs: number, options?: ErrorOptions) {
    super(
      { code: CLIENT_ERROR_CODES.CALL_TIMEOUT, type: "CALL_TIMEOUT" },
      `${what} took longer than ${timeoutMs} ms`,
      options,
    );
    this.timeoutMs = timeoutMs;
  }
}

/** A call on an object that this client released, itself or with its parent. It was not sent. */
export class ObjectReleasedError extends KurentoError {
  override readonly name: string = "ObjectReleasedError";

  constructor(what: string, objectId: string) {
    super(
      { code: CLIENT_ERROR_CODES.OBJECT_RELEASED, type: "OBJECT_RELEASED" },
      `${what}: the object ${objectId} was released`,
    );
  }
}

/**
 * A call on an object, or with one, of a session that is gone, because the server was restarted or the session expired
 * while there was no connection.
 */
export class ObjectLostError extends KurentoError {
  override readonly name: string = "ObjectLostError";

  constructor(what: string, objectId: string) {
    super(
      { code: CLIENT_ERROR_CODES.OBJECT_LOST, type: "OBJECT_LOST" },
      `${what}: the object ${objectId} was lost with its session`,
    );
  }
}

/** A message from the server that Kurento's protocol does not have, or that fits nothing this client knows. */
export function unexpectedMessage(message: string, options?: ErrorOptions): KurentoError {
  return new KurentoError(
    { code: CLIENT_ERROR_CODES.UNEXPECTED_MESSAGE, type: "UNEXPECTED_MESSAGE" },
    message,
    options,
  );
}

/** Whatever was thrown, as an `Error`. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
}
