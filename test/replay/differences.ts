// What our server means to do otherwise than Kurento, each with its reason. The compatibility page is made from this.

import type { DifferenceKind } from "./compare.ts";
import type { Difference } from "./replayer.ts";

/** A difference that is meant. Every given condition must hold; an entry that nothing matches is stale and fails. */
export interface IntendedDifference {
  /** What it is about, in a few words. */
  readonly subject: string;
  /** What a Kurento Media Server 7.3 does. */
  readonly kurento: string;
  /** What this server does. */
  readonly here: string;
  /** Why. */
  readonly because: string;
  /** Pattern of the scenario's name. */
  readonly scenario?: RegExp;
  readonly kind?: DifferenceKind | readonly DifferenceKind[];
  /** Pattern of the recorded request (or event). */
  readonly request?: RegExp;
  /** Pattern of the path in the message. */
  readonly path?: RegExp;
  /** Pattern of what was recorded. */
  readonly recorded?: RegExp;
  /** Pattern of what our server did. */
  readonly actual?: RegExp;
}

/** Whether a difference is the one that an entry means. */
export function isIntended(difference: Difference, entry: IntendedDifference): boolean {
  const kinds = entry.kind === undefined ? undefined : [entry.kind].flat();
  return (
    (kinds === undefined || kinds.includes(difference.kind)) &&
    (entry.scenario === undefined || entry.scenario.test(difference.scenario)) &&
    (entry.request === undefined || entry.request.test(difference.request)) &&
    (entry.path === undefined || entry.path.test(difference.path)) &&
    (entry.recorded === undefined || entry.recorded.test(difference.recorded)) &&
    (entry.actual === undefined || entry.actual.test(difference.actual))
  );
}

/** Every intended difference. */
export const INTENDED: readonly IntendedDifference[] = [];
