// Reads what a server sends: an answer, an event, or something that Kurento's protocol does not have.

import { type ErrorBody, type EventValue, isJsonObject, type JsonValue } from "@kurento-ts/protocol";

/** A message from the server. */
export type IncomingMessage =
  | { readonly kind: "event"; readonly value: EventValue }
  /** `outcome` is undefined when the answer has neither a result nor a proper error. */
  | { readonly kind: "answer"; readonly id: unknown; readonly outcome: Outcome | undefined }
  | { readonly kind: "nonsense"; readonly why: string; readonly cause?: unknown };

/** What an answer says. */
export type Outcome = { readonly result: JsonValue } | { readonly error: ErrorBody };

/** Reads a text message. Throws nothing. */
export function readMessage(text: string): IncomingMessage {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch (cause) {
    return { kind: "nonsense", why: "a message is not JSON", cause };
  }
  if (!isJsonObject(message)) return { kind: "nonsense", why: "a message is no object" };
  if (message.method === undefined) {
    if (message.id === undefined && message.error === undefined) {
      return { kind: "nonsense", why: "a message is neither an answer nor an event" };
    }
    return { kind: "answer", id: message.id, outcome: outcomeOf(message.result, message.error) };
  }
  if (message.method !== "onEvent" || message.id !== undefined) {
    return { kind: "nonsense", why: "the server called a method that clients do not have" };
  }
  const value = isJsonObject(message.params) ? message.params.value : undefined;
  return isEventValue(value)
    ? { kind: "event", value }
    : { kind: "nonsense", why: "an event lacks object, type or data" };
}

/** A text that is short enough for an error message. */
export function excerpt(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`;
}

function outcomeOf(result: JsonValue | undefined, error: JsonValue | undefined): Outcome | undefined {
  if (error !== undefined) return isErrorBody(error) ? { error } : undefined;
  return result === undefined ? undefined : { result };
}

function isErrorBody(value: unknown): value is ErrorBody {
  return isJsonObject(value) && typeof value.code === "number" && typeof value.message === "string";
}

function isEventValue(value: unknown): value is EventValue {
  return (
    isJsonObject(value) &&
    typeof value.object === "string" &&
    typeof value.type === "string" &&
    isJsonObject(value.data)
  );
}
