// Reads the parameters of the protocol's own methods (`object`, `operation`, …) with Kurento's conversions and messages.

import { type JsonObject, type JsonValue, KurentoError } from "@kurento-ts/protocol";

/**
 * A text parameter that must be there. Kurento converts what can be written as a text: null is "", numbers and
 * booleans are spelled out. Throws -32000 when it is missing, or a list or object.
 */
export function textParam(params: JsonObject, name: string): string {
  if (!Object.hasOwn(params, name)) throw new KurentoError("SERVER_ERROR", `'${name}' parameter is required`);
  const text = asText(params[name]);
  if (text === undefined) throw new KurentoError("SERVER_ERROR", `'${name}' parameter should be a string`);
  return text;
}

/** A text parameter that may be missing; also undefined when it is no text, null or empty. */
export function optionalText(params: JsonObject, name: string): string | undefined {
  return (Object.hasOwn(params, name) ? asText(params[name]) : undefined) || undefined;
}

function asText(value: JsonValue | undefined): string | undefined {
  if (value === null) return "";
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return undefined;
}
