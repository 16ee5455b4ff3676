// Says about how many bytes a JSON value takes up, without writing it.

import type { JsonObject, JsonValue } from "@kurento-ts/protocol";

/** What a number, a bracket or the place of a member counts for. */
const PLACE_BYTES = 8;

/** About how many bytes a value takes up: its characters, and eight bytes for everything else in it. */
export function jsonSize(value: JsonValue | undefined): number {
  if (typeof value === "string") return PLACE_BYTES + value.length;
  if (typeof value !== "object" || value === null) return PLACE_BYTES;
  let size = PLACE_BYTES;
  if (Array.isArray(value)) {
    for (const entry of value) size += jsonSize(entry as JsonValue);
    return size;
  }
  for (const key in value) size += key.length + jsonSize((value as JsonObject)[key]);
  return size;
}
