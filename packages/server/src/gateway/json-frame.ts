// Reads one WebSocket message as a JSON-RPC request, and writes the messages that go back.

import {
  ERROR_CODES,
  type ErrorBody,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  KurentoError,
} from "@kurento-ts/protocol";

/** What identifies a request on Kurento: a number or a text, and a boolean passes too. Undefined: a notification. */
export type FrameId = number | string | boolean | undefined;

/** One message of a client: a request, or why it is none with the answer's id. */
export type Frame =
  | { readonly kind: "request"; readonly id: FrameId; readonly method: string; readonly params: JsonObject }
  | { readonly kind: "refused"; readonly id: FrameId; readonly error: ErrorBody };

/** What a call came to. */
export type Outcome = { readonly value: JsonValue } | { readonly error: ErrorBody };

/** How deep a message may be nested; Kurento's own messages stay below ten. */
const MAX_JSON_DEPTH = 100;

const PARSE_ERROR: ErrorBody = { code: ERROR_CODES.PARSE_ERROR, message: "Parse error." };
const INVALID_REQUEST: ErrorBody = { code: ERROR_CODES.INVALID_REQUEST, message: "Invalid JSON-RPC request." };

/**
 * Reads a message. Never throws: what cannot be read is refused with -32700, what is no request (a batch too)
 * with -32600, both with no id as on Kurento, and params that are no object with -32602.
 */
export function readFrame(text: string): Frame {
  if (nestsDeeperThan(text, MAX_JSON_DEPTH)) {
    const message = `Parse error. The message is nested deeper than ${MAX_JSON_DEPTH} levels.`;
    return { kind: "refused", id: undefined, error: { ...PARSE_ERROR, message } };
  }
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return { kind: "refused", id: undefined, error: PARSE_ERROR };
  }
  // JSON.parse made it: its members are JSON values.
  if (isJsonObject(message)) return readRequest(message as JsonObject);
  return { kind: "refused", id: undefined, error: INVALID_REQUEST };
}

/** Reads an object as a request, with the refusals of {@link readFrame}. */
export function readRequest(message: JsonObject): Frame {
  const invalid: Frame = { kind: "refused", id: undefined, error: INVALID_REQUEST };
  const { jsonrpc, id, method, params } = message;
  if (jsonrpc !== "2.0" || typeof method !== "string" || (typeof id === "object" && id !== null)) return invalid;
  const frameId = id === null || id === "" ? undefined : id;
  if (params === undefined || params === null) return { kind: "request", id: frameId as FrameId, method, params: {} };
  if (isJsonObject(params)) return { kind: "request", id: frameId as FrameId, method, params: params as JsonObject };
  const error = new KurentoError("INVALID_PARAMS", "'params' should be an object").toBody();
  return { kind: "refused", id: frameId as FrameId, error };
}

/**
 * The message that answers a request, or undefined when there is nothing to say. A notification is answered as
 * Kurento does: errors with a null id, and a result as the data of an error that says it was not asked for.
 */
export function answerOf(id: FrameId, outcome: Outcome): JsonObject | undefined {
  if ("error" in outcome) return { id: id ?? null, jsonrpc: "2.0", error: { ...outcome.error } };
  if (id !== undefined) return { id, jsonrpc: "2.0", result: outcome.value };
  if (outcome.value === null) return undefined;
  const message = "Ignoring response because of a notification request";
  return { id: null, jsonrpc: "2.0", error: { code: ERROR_CODES.SERVER_ERROR, message, data: outcome.value } };
}

/** Whether brackets outside of strings go deeper than `limit`: known before anything is built from the text. */
function nestsDeeperThan(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: // "
        at = endOfString(text, at + 1);
        break;
      case 0x5b: // [
      case 0x7b: // {
        depth++;
        if (depth > limit) return true;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
        break;
      default:
    }
  }
  return false;
}

/** The position of the quote that ends a string whose content starts at `from`; the end of the text when none does. */
function endOfString(text: string, from: number): number {
  let end = text.indexOf('"', from);
  while (end !== -1) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c && end - 1 - backslashes >= from) backslashes++;
    if (backslashes % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
  return text.length;
}
