// Converts JSON values to the built-in types, with the conversions that Kurento makes and no others.

import type { PrimitiveName } from "./type-syntax.ts";

/** What a JSON value is as a built-in type, with the conversions that Kurento makes; undefined when it is none. */
export function toPrimitive(name: PrimitiveName, raw: unknown): string | number | boolean | undefined {
  switch (name) {
    case "String":
      return toText(raw);
    case "boolean":
      return typeof raw === "boolean" ? raw : raw === null ? false : finite(raw) ? raw !== 0 : undefined;
    case "int":
      return integer(raw, 2 ** 31);
    case "int64":
      return integer(raw, 2 ** 63);
    case "float":
    case "double":
      return toNumber(raw);
  }
}

/** A JSON value as a string: numbers and booleans are written out, null is empty; undefined when it has no text. */
export function toText(raw: unknown): string | undefined {
  if (typeof raw === "string") return raw;
  if (raw === null) return "";
  return typeof raw === "boolean" || finite(raw) ? String(raw) : undefined;
}

function toNumber(raw: unknown): number | undefined {
  if (raw === null) return 0;
  if (typeof raw === "boolean") return raw ? 1 : 0;
  return finite(raw) ? raw : undefined;
}

/** A fraction is cut off, as on Kurento (1.5 is 1); a number outside of [-limit, limit) does not fit. */
function integer(raw: unknown, limit: number): number | undefined {
  const value = toNumber(raw);
  if (value === undefined || value < -limit || value > limit - 1 || value >= limit) return undefined;
  // Adding zero turns -0 into 0.
  return Math.trunc(value) + 0;
}

/** JSON has no infinity, but `1e999` is read as one. */
function finite(raw: unknown): raw is number {
  return typeof raw === "number" && Number.isFinite(raw);
}
