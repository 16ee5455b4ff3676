// Kurento's parameters of its bitrate estimation: defaults, and what reading them back gives.

import type { RembParams } from "@kurento-ts/protocol";

const DEFAULTS: Required<RembParams> = {
  packetsRecvIntervalTop: 100,
  exponentialFactor: 0.04,
  linealFactorMin: 50,
  linealFactorGrade: 30,
  decrementFactor: 0.5,
  thresholdFactor: 0.8,
  upLosses: 12,
  rembOnConnect: 300_000,
};

/** What was set, completed by the defaults. */
export function completeRembParams(given: RembParams): RembParams {
  const set = Object.entries(given).filter(([, value]) => value !== undefined && value !== null);
  return { ...DEFAULTS, ...Object.fromEntries(set) };
}
