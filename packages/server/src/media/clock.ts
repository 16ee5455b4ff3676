// The one clock of a host: milliseconds that never go back and still tell the time of day.

import { performance } from "node:perf_hooks";

/** Milliseconds since 1970, monotonic within the process: a change of the system's clock does not move it. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
