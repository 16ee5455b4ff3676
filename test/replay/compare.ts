// Compares a recorded message with ours: keys, types, codes, messages, and every value that is not made up.

import { compareDescriptions } from "./compare-descriptions.ts";
import { type Identities, UUID } from "./identities.ts";

/** How a message can differ. */
export type DifferenceKind =
  | "outcome" // one is a result, the other an error
  | "code" // of the error
  | "message" // of the error
  | "missing-key"
  | "extra-key"
  | "type"
  | "value"
  | "list" // other elements
  | "sdp"
  | "order" // an answer to another request
  | "no-answer"
  | "answered" // recorded: the connection dropped
  | "close" // code or reason
  | "open" // the connection was refused, or not
  | "event-missing"
  | "event-unexpected";

/** One difference inside a message. */
export interface Mismatch {
  readonly kind: DifferenceKind;
  /** Where in the message, as `result.value.modules[0].name`. */
  readonly path: string;
  readonly recorded: string;
  readonly actual: string;
}

/** A value that the server makes up: its type is compared, not the value. */
export interface VolatileValue {
  /** The operation whose result it is, or the type of the event; undefined for every one. */
  readonly of?: string;
  /** Where, as a pattern of the path. */
  readonly path: RegExp;
}

/** What is compared by type alone. */
export const VOLATILE: readonly VolatileValue[] = [
  { path: /timestampMillis$/ },
  { of: "getCreationTime", path: /^result\.value$/ },
  { of: "getUsedCpu", path: /^result\.value$/ },
  { of: "getUsedMemory", path: /^result\.value$/ },
  { of: "getCpuCount", path: /^result\.value$/ },
  { of: "getKmd", path: /^result\.value$/ },
  { of: "getGstreamerDot", path: /^result\.value$/ },
  // A setting of the machine that was recorded.
  { of: "getNetworkInterfaces", path: /^result\.value$/ },
  { of: "getInfo", path: /\.(version|generationTime)$/ },
  // Names of parts of GStreamer.
  { path: /\.binName$/ },
  { of: "DtlsConnectionStateChange", path: /\.(componentId|connectionId)$/ },
];

/** What is being compared. */
export interface Comparison {
  readonly identities: Identities;
  /** The operation or event type, for the volatile values. */
  readonly subject: string;
  /** The values depend on media that a replay has not: entries of a kind that was recorded must look like it, no more. */
  readonly live?: boolean;
  /** Classes that are not built yet: list entries that name them are left out of the recorded side. */
  readonly notBuilt: ReadonlySet<string>;
}

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Compares two answers or two events, parsed. An empty list means equal. */
export function compareMessages(recorded: unknown, actual: unknown, comparison: Comparison): Mismatch[] {
  if (isRecord(recorded) && isRecord(actual) && "error" in recorded !== "error" in actual) {
    return [{ kind: "outcome", path: "", recorded: outcomeOf(recorded), actual: outcomeOf(actual) }];
  }
  const found: Mismatch[] = [];
  if (comparison.live === true && isRecord(recorded) && isRecord(actual)) {
    compareKinds(recorded, actual, found);
  } else {
    compareValues(recorded as Json, actual as Json, "", comparison, found);
  }
  return found;
}

/** Every complex value of ours has the keys, and the types below them, of a recorded one of its kind. */
function compareKinds(recorded: Json, actual: Json, found: Mismatch[]): void {
  const kinds = new Map<string, { [key: string]: Json }>();
  eachKind(recorded, (kind, value) => kinds.set(kind, value));
  eachKind(actual, (kind, value) => {
    const model = kinds.get(kind);
    if (model === undefined) return;
    const shape = (of: { [key: string]: Json }): string =>
      Object.entries(of)
        .map(([key, inner]) => `${key}: ${typeOf(inner)}`)
        .sort()
        .join(", ");
    if (shape(model) !== shape(value))
      found.push({ kind: "type", path: kind, recorded: shape(model), actual: shape(value) });
  });
}

function eachKind(value: Json, visit: (kind: string, value: { [key: string]: Json }) => void): void {
  if (Array.isArray(value)) for (const entry of value) eachKind(entry, visit);
  else if (isRecord(value)) {
    const { __type__: kind } = value;
    if (typeof kind === "string") visit(kind, value);
    for (const inner of Object.values(value)) eachKind(inner, visit);
  }
}

function compareValues(recorded: Json, actual: Json, path: string, comparison: Comparison, found: Mismatch[]): void {
  const differ = (kind: DifferenceKind): void => {
    found.push({ kind, path, recorded: brief(recorded), actual: brief(actual) });
  };
  if (typeOf(recorded) !== typeOf(actual)) {
    differ("type");
    return;
  }
  if (VOLATILE.some((rule) => (rule.of ?? comparison.subject) === comparison.subject && rule.path.test(path))) return;
  if (path === "error.message") {
    if (!messageFits(String(recorded), String(actual), comparison.identities)) differ("message");
  } else if (path === "error.code") {
    if (recorded !== actual) differ("code");
  } else if (Array.isArray(recorded) && Array.isArray(actual)) {
    compareLists(recorded, actual, path, comparison, found);
  } else if (isRecord(recorded) && isRecord(actual)) {
    compareObjects(recorded, actual, path, comparison, found);
  } else if (typeof recorded === "string" && typeof actual === "string") {
    if (recorded.startsWith("v=0") && actual.startsWith("v=0")) {
      comparison.identities.pairText(recorded, actual);
      for (const difference of compareDescriptions(recorded, actual))
        found.push({ kind: "sdp", path: `${path}${difference.path}`, ...difference.sides });
    } else if (recorded.startsWith("candidate:") && actual.startsWith("candidate:")) {
      comparison.identities.pairText(recorded, actual);
    } else if (!comparison.identities.matches(recorded, actual)) differ("value");
  } else if (recorded !== actual && !sameAsFloats(recorded, actual)) differ("value");
}

/** Kurento keeps some numbers in 32 bits: 0.04 comes back as 0.03999999910593033. */
function sameAsFloats(recorded: Json, actual: Json): boolean {
  return typeof recorded === "number" && typeof actual === "number" && Math.fround(recorded) === Math.fround(actual);
}

function compareObjects(
  recorded: { [key: string]: Json },
  actual: { [key: string]: Json },
  path: string,
  comparison: Comparison,
  found: Mismatch[],
): void {
  const { identities } = comparison;
  const actualKeys = new Map(Object.keys(actual).map((key) => [identities.toRecorded(key), key]));
  for (const [key, value] of Object.entries(recorded)) {
    const inner = path === "" ? key : `${path}.${key}`;
    // A map whose keys are ids (stats): any key of ours that is an id and not taken yet.
    const own = actualKeys.get(key) ?? [...actualKeys.values()].find((other) => identities.matches(key, other));
    if (own === undefined) {
      found.push({ kind: "missing-key", path: inner, recorded: brief(value), actual: "nothing" });
      continue;
    }
    actualKeys.delete(identities.toRecorded(own));
    actualKeys.delete(key);
    compareValues(value, actual[own] as Json, inner, comparison, found);
  }
  for (const own of actualKeys.values()) {
    const inner = path === "" ? own : `${path}.${own}`;
    found.push({ kind: "extra-key", path: inner, recorded: "nothing", actual: brief(actual[own] as Json) });
  }
}

function compareLists(
  allRecorded: readonly Json[],
  actual: readonly Json[],
  path: string,
  comparison: Comparison,
  found: Mismatch[],
): void {
  const { identities, notBuilt } = comparison;
  const recorded = allRecorded.filter((entry) => !namesOneOf(JSON.stringify(entry), notBuilt));
  if (recorded.every((entry) => typeof entry === "string") && actual.every((entry) => typeof entry === "string")) {
    compareNameLists(recorded, actual, path, comparison, found);
    return;
  }
  if (recorded.length !== actual.length) {
    found.push({ kind: "list", path, recorded: `${recorded.length} entries`, actual: `${actual.length} entries` });
    return;
  }
  // Kurento keeps such lists in no order that a client could know: the best counterpart is looked for.
  const rest = [...actual];
  for (const [index, entry] of recorded.entries()) {
    const best = bestCounterpart(entry, rest, identities);
    compareValues(entry, rest.splice(best, 1)[0] as Json, `${path}[${index}]`, comparison, found);
  }
}

/** Lists of ids and names have no order; ids that the scenario never met (left over from others) do not count. */
function compareNameLists(
  recorded: readonly string[],
  actual: readonly string[],
  path: string,
  { identities }: Comparison,
  found: Mismatch[],
): void {
  const rest = new Set(actual);
  const unmatched: string[] = [];
  for (const name of new Set(recorded)) {
    const own = identities.toActual(name);
    if (!rest.delete(own)) unmatched.push(name);
  }
  const foreign = (name: string, knows: (uuid: string) => boolean): boolean => {
    const uuids = name.match(UUID);
    return uuids !== null && !uuids.every(knows);
  };
  const missing = unmatched.filter((name) => !foreign(name, (uuid) => identities.knows(uuid)));
  const extra = [...rest].filter((name) => !foreign(name, (uuid) => identities.knowsActual(uuid)));
  if (missing.length > 0 || extra.length > 0)
    found.push({
      kind: "list",
      path,
      recorded: `also ${JSON.stringify(missing)}`,
      actual: `also ${JSON.stringify(extra)}`,
    });
}

function bestCounterpart(entry: Json, candidates: readonly Json[], identities: Identities): number {
  const wanted = identities.toActual(JSON.stringify(entry));
  const exact = candidates.findIndex((candidate) => sorted(candidate) === sorted(JSON.parse(wanted) as Json));
  return exact === -1 ? 0 : exact;
}

/** JSON with sorted keys. */
function sorted(value: Json): string {
  return JSON.stringify(value, (_key, inner: Json) =>
    isRecord(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

/** Ours is the recorded text, to which ` (what was expected and what came)` may be added. */
function messageFits(recorded: string, actual: string, identities: Identities): boolean {
  const cut = actual.indexOf(" (", Math.max(0, recorded.length - 80));
  return identities.matches(recorded, actual) || (cut !== -1 && identities.matches(recorded, actual.slice(0, cut)));
}

/** Whether a text holds the id of an object of one of these classes. */
export function namesOneOf(text: string, classes: ReadonlySet<string>): boolean {
  return [...text.matchAll(/_(?:\w+\.)?([A-Z]\w+)/g)].some(([, name = ""]) => classes.has(name));
}

function isRecord(value: unknown): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function outcomeOf(message: { [key: string]: Json }): string {
  return brief(message.error ?? (message.result as Json));
}

function typeOf(value: Json): string {
  return value === null ? "null" : Array.isArray(value) ? "list" : typeof value;
}

function brief(value: Json | undefined): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
