// The errors of Kurento that say what of the API a request got wrong, with Kurento's own texts.

import type { ApiClass } from "./api-elements.ts";
import { KurentoError } from "./errors.ts";
import { isJsonObject } from "./json.ts";

/** How much of a client's own text an error repeats. */
const MAX_QUOTED = 60;

/** 40101: there is no such object; or 40109, when the id is a reference that only a transaction resolves. */
export function objectNotFound(id: string): KurentoError {
  if (id.startsWith("newref:")) {
    const why = "Possibly using a transactional object without committing the transaction.";
    return new KurentoError(
      "MEDIA_OBJECT_NOT_FOUND_TRANSACTION_NO_COMMIT",
      `Object '${shorten(id)}' not found. ${why}`,
    );
  }
  return new KurentoError("MEDIA_OBJECT_NOT_FOUND", `Object '${shorten(id, 400)}' not found`);
}

/** 40107: the object is there, but of another class than the reference needs. Kurento crashes or answers -32603 here. */
export function wrongClass(id: string, actual: ApiClass, expected: ApiClass): KurentoError {
  return new KurentoError(
    "MEDIA_OBJECT_ILLEGAL_PARAM_ERROR",
    `Object '${id}' is a ${actual.qualifiedName}, expected a ${expected.qualifiedName}`,
  );
}

/** 40008, as Kurento says it: the operation does not exist. The number is that of the parameters given. */
export function operationNotFound(operation: string, params: unknown): KurentoError {
  const count = isJsonObject(params) ? Object.keys(params).length : 0;
  return new KurentoError("MALFORMED_TRANSACTION", `Method '${shorten(operation)}' with ${count} parameters not found`);
}

/** 40106: the class of the object raises no such event. */
export function eventNotSupported(event: string): KurentoError {
  return new KurentoError("MEDIA_OBJECT_EVENT_NOT_SUPPORTED", `Event '${shorten(event)}' not supported`);
}

/** 40108: `create` cannot make an object of that class, because it is unknown or abstract. */
export function factoryNotFound(type: string): KurentoError {
  return new KurentoError("MEDIA_OBJECT_NOT_AVAILABLE", `Factory '${shorten(type)}' not found`);
}

/** Says what a JSON value is, for a message: `an object`, `a list`, `nothing`, `the string "yes"`. */
export function describeJson(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return `the string ${JSON.stringify(shorten(value))}`;
  if (typeof value === "number") return `the number ${value}`;
  return typeof value === "boolean" ? String(value) : "an object";
}

function shorten(text: string, limit = MAX_QUOTED): string {
  return text.length <= limit ? text : `${text.slice(0, limit)}…`;
}
