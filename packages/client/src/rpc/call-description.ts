// Names a call in errors, and makes the errors of calls that did not get an answer.

import type { MethodName } from "@kurento-ts/protocol";
import { ConnectionError, OutcomeUnknownError } from "../client-errors.ts";

/** Says which call failed; errors carry it as their `cause`. */
export interface CallDescription {
  readonly method: MethodName;
  readonly object?: unknown;
  readonly operation?: unknown;
  readonly type?: unknown;
}

/** Describes a call by the parameters that say what it does. */
export function describeCall(method: MethodName, params: Readonly<Record<string, unknown>>): CallDescription {
  const { object, operation, type } = params;
  return {
    method,
    ...(object === undefined ? {} : { object }),
    ...(operation === undefined ? {} : { operation }),
    ...(type === undefined ? {} : { type }),
  };
}

/** A call as a few words: `getName on <id>`. */
export function sentence({ method, object, operation, type }: CallDescription): string {
  const subject = operation ?? (type === undefined ? method : `${method} ${String(type)}`);
  return object === undefined ? String(subject) : `${String(subject)} on ${String(object)}`;
}

/** A call that was made, and not written, when there was no connection any more. */
export function notSent(error: ConnectionError, what: CallDescription): ConnectionError {
  return new ConnectionError(error.type, error.url, `${sentence(what)} was not sent: ${error.message}`, {
    cause: error,
  });
}

/** A call that was waiting for its answer when the connection ended; it may have run. */
export function outcomeUnknown(error: ConnectionError, what: CallDescription): OutcomeUnknownError {
  return new OutcomeUnknownError(error.type, error.url, `${sentence(what)} got no answer: ${error.message}`, {
    cause: error,
  });
}
