// Refuses parameters that JSON would silently turn into something else.

import type { CallParams } from "../rpc/rpc-connection.ts";

/**
 * Throws `TypeError` for a number that is not finite: JSON writes null for it, which Kurento takes for 0. `what` names
 * the call. Everything else is left to the server, which checks against its own definition.
 */
export function checkParams(what: string, params: CallParams): void {
  for (const [name, value] of Object.entries(params)) {
    if (typeof value === "number" && !Number.isFinite(value)) {
      throw new TypeError(`${what}: ${name}: expected a finite number, got ${value}`);
    }
  }
}
