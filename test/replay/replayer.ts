// Replays a recorded scenario against a server, frame by frame on the same connections, and lists what differs.
//
// The order is the recording's: an answer is waited for where it was recorded, and only then the next request leaves.
// Events may come at any time (Kurento sends them from a pool of threads, without order); each recorded event takes the
// best one of ours that is still unclaimed. Pauses of the recording are cut short.

import { type Comparison, compareMessages, type DifferenceKind, type Mismatch, namesOneOf } from "./compare.ts";
import { Identities } from "./identities.ts";
import type { RecordedFrame, Scenario } from "./recording.ts";
import { type Arrived, ReplayConnection } from "./replay-connection.ts";

const ANSWER_LIMIT_MS = 8000;
const EVENT_LIMIT_MS = 700;
const PAUSE_MS = 30;
const QUIET_MS = 60;

/** A difference with its place. */
export interface Difference extends Mismatch {
  /** As `protocol/08-sessions`. */
  readonly scenario: string;
  /** The index of the recorded frame. */
  readonly frame: number;
  /** The recorded request that was answered, or the recorded event; the text of ours for an unexpected event. */
  readonly request: string;
}

/** What a replay is told. */
export interface ReplayOptions {
  /** `ws://host:port`, without a path. */
  readonly origin: string;
  /** Classes that are not built yet: requests, answers and events that concern them are skipped. */
  readonly notBuilt: ReadonlySet<string>;
  /** Types of events that this scenario cannot raise in a replay (no live peer), neither wanted nor unwanted. */
  readonly ignoredEvents?: ReadonlySet<string>;
  /** How long an event is waited for, in ms. Default 700. */
  readonly eventLimitMs?: number;
  /** How much of a recorded pause is kept. Default: every pause is cut to 30 ms. */
  readonly timeScale?: number;
}

/** What came of a replay. */
export interface ReplayReport {
  readonly scenario: string;
  /** Recorded messages and endings that were held against ours. */
  readonly compared: number;
  /** Recorded frames left out because of a class that is not built, or an ignored event. */
  readonly skipped: number;
  readonly differences: readonly Difference[];
}

/** The parts of a recorded message that the replay looks at. */
interface Parsed {
  readonly id?: unknown;
  readonly method?: string;
  readonly error?: { readonly code?: number };
  readonly params?: {
    readonly type?: unknown;
    readonly object?: unknown;
    readonly operation?: unknown;
    readonly value?: { readonly type?: string; readonly object?: string };
  };
}

/** Which recorded frames are skipped, by index; known from the recording alone. */
export function skippedFrames(scenario: Scenario, notBuilt: ReadonlySet<string>): ReadonlySet<number> {
  const skipped = new Set<number>();
  for (const frame of scenario.frames) {
    if (frame.dir !== "send" && frame.dir !== "recv") continue;
    const message = parse(frame.raw);
    if (frame.dir === "recv") {
      if (message?.method === "onEvent" && namesOneOf(frame.raw, notBuilt)) skipped.add(frame.index);
      continue;
    }
    const type = String(message?.params?.type ?? "").replace(/^\w+\./, "");
    const answer = answerTo(scenario, frame);
    const refused = parse(answer?.raw ?? "")?.error?.code === 40108;
    const concerns =
      (message?.method === "create" && notBuilt.has(type) && !refused) || namesOneOf(frame.raw, notBuilt);
    if (!concerns) continue;
    skipped.add(frame.index);
    if (answer !== undefined) skipped.add(answer.index);
    // Where the request killed the server, its end is skipped too.
    else
      for (const later of scenario.frames)
        if (later.conn === frame.conn && later.dir === "close") skipped.add(later.index);
  }
  return skipped;
}

/** How many messages and endings of a recording a replay holds against ours; known from the recording alone. */
export function comparableFrames(
  scenario: Scenario,
  { notBuilt, ignoredEvents }: Pick<ReplayOptions, "notBuilt" | "ignoredEvents">,
): number {
  const skipped = skippedFrames(scenario, notBuilt);
  const candidates = new Set<string>();
  return scenario.frames.filter((frame) => {
    if (skipped.has(frame.index)) return false;
    if (frame.dir !== "recv") return ["open", "close", "ws-pong", "http"].includes(frame.dir);
    const message = parse(frame.raw);
    if (message?.method !== "onEvent") return frame.raw !== "";
    const type = message.params?.value?.type ?? "";
    if (ignoredEvents?.has(type)) return false;
    if (type !== "IceCandidateFound") return true;
    const again = candidates.has(candidateKey(message));
    candidates.add(candidateKey(message));
    return !again;
  }).length;
}

/** Replays one scenario. Never throws for what the server does: that is a difference. */
export async function replay(scenario: Scenario, options: ReplayOptions): Promise<ReplayReport> {
  const run = new Run(scenario, options);
  try {
    return await run.finish();
  } finally {
    await run.end();
  }
}

class Run {
  readonly #scenario: Scenario;
  readonly #options: ReplayOptions;
  readonly #identities = new Identities();
  readonly #connections = new Map<number, ReplayConnection>();
  readonly #skipped: ReadonlySet<number>;
  readonly #differences: Difference[] = [];
  /** Connections that the client closed. */
  readonly #closing = new Set<number>();
  /** M-lines of which a candidate was wanted already. */
  readonly #claimed = new Set<string>();
  #compared = 0;
  #ignored = 0;

  constructor(scenario: Scenario, options: ReplayOptions) {
    this.#scenario = scenario;
    this.#options = options;
    this.#skipped = skippedFrames(scenario, options.notBuilt);
  }

  async finish(): Promise<ReplayReport> {
    let lastT = 0;
    for (const frame of this.#scenario.frames) {
      const gapMs = frame.t - lastT;
      const { timeScale } = this.#options;
      if (gapMs >= 100 && frame.dir !== "recv") await pause(timeScale === undefined ? PAUSE_MS : gapMs * timeScale);
      lastT = frame.t;
      if (!this.#skipped.has(frame.index)) await this.#step(frame);
    }
    await pause(QUIET_MS);
    this.#reportLeftovers();
    return {
      scenario: this.#scenario.name,
      compared: this.#compared,
      skipped: this.#skipped.size + this.#ignored,
      differences: this.#differences,
    };
  }

  async end(): Promise<void> {
    await Promise.all([...this.#connections.values()].map((connection) => connection.terminate()));
  }

  async #step(frame: RecordedFrame): Promise<void> {
    const connection = this.#connections.get(frame.conn);
    switch (frame.dir) {
      case "open":
        await this.#open(frame);
        break;
      case "send":
        connection?.send(this.#identities.request(frame.raw), frame.binary === true);
        break;
      case "recv":
        if (frame.raw !== "" && connection !== undefined) await this.#receive(frame, connection);
        break;
      case "client-close":
        this.#closing.add(frame.conn);
        connection?.close(frame.code, frame.reason);
        break;
      case "close":
        if (connection !== undefined) await this.#closed(frame, connection);
        break;
      case "ws-ping":
        connection?.ping(frame.raw);
        break;
      case "ws-pong":
        await this.#pong(frame, connection);
        break;
      case "http":
        await this.#http(frame);
        break;
      case "error":
      case "note":
        break;
      default:
        frame.dir satisfies never;
    }
  }

  async #open(frame: RecordedFrame): Promise<void> {
    const connection = new ReplayConnection(`${this.#options.origin}${frame.url ?? "/kurento"}`, frame.protocol);
    this.#connections.set(frame.conn, connection);
    this.#compared++;
    const open = await connection.opened(ANSWER_LIMIT_MS);
    const failed = this.#scenario.frames.find((other) => other.conn === frame.conn && other.dir === "error");
    const wanted = failed === undefined;
    if (open === wanted) return;
    const recorded = wanted ? "open" : (failed.reason ?? "refused");
    this.#differ(frame, "open", "", recorded, open ? "open" : (connection.refused ?? "no answer"), frame.url ?? "");
  }

  async #receive(frame: RecordedFrame, connection: ReplayConnection): Promise<void> {
    const recorded = parse(frame.raw);
    if (recorded?.method === "onEvent") return this.#event(frame, recorded, connection);
    this.#compared++;
    const request = this.#requestOf(frame);
    const answer = await connection.until(
      () => connection.answers.shift() ?? (connection.ended === undefined ? undefined : null),
      ANSWER_LIMIT_MS,
    );
    if (answer === undefined || answer === null) {
      const ended = connection.ended;
      const actual = ended === undefined ? "no answer" : `closed with ${ended.code} ${ended.reason}`;
      return this.#differ(frame, "no-answer", "", frame.raw, actual, request?.raw ?? "");
    }
    const ids = [recorded?.id, (answer.parsed as Parsed | undefined)?.id];
    if (JSON.stringify(ids[0]) !== JSON.stringify(ids[1])) {
      return this.#differ(frame, "order", "id", JSON.stringify(ids[0]), answer.raw, request?.raw ?? "");
    }
    const message = parse(request?.raw ?? "");
    const subject = String(message?.params?.operation ?? message?.method ?? "");
    this.#add(frame, compareMessages(recorded, answer.parsed, this.#comparison(subject)), request?.raw ?? "");
  }

  async #event(frame: RecordedFrame, recorded: Parsed, connection: ReplayConnection): Promise<void> {
    const type = recorded.params?.value?.type ?? "";
    const object = recorded.params?.value?.object ?? "";
    if (this.#options.ignoredEvents?.has(type)) {
      this.#ignored++;
      return;
    }
    const own = (event: Arrived): boolean => {
      const value = (event.parsed as Parsed | undefined)?.params?.value;
      return value?.type === type && value.object === this.#identities.toActual(object);
    };
    // How many candidates there are is a matter of the machine: the first of an m-line is wanted, the rest may come.
    if (type === "IceCandidateFound" && this.#claimed.has(candidateKey(recorded))) {
      this.#ignored++;
      return;
    }
    this.#compared++;
    if (type === "IceCandidateFound") this.#claimed.add(candidateKey(recorded));
    const exact = (event: Arrived): boolean => own(event) && this.#fitsExactly(recorded, event, type);
    await connection.until(() => connection.events.find(exact), this.#options.eventLimitMs ?? EVENT_LIMIT_MS);
    const event =
      connection.events.find(exact) ?? connection.events.find((one) => own(one) && !this.#wantedLater(frame, one));
    if (event === undefined) return this.#differ(frame, "event-missing", type, frame.raw, "nothing", frame.raw);
    connection.events.splice(connection.events.indexOf(event), 1);
    this.#add(frame, compareMessages(recorded, event.parsed, this.#comparison(type)), frame.raw);
  }

  /** Whether an event of ours is what a later frame of the recording waits for. */
  #wantedLater(frame: RecordedFrame, event: Arrived): boolean {
    const text = this.#identities.toRecorded(discriminator(event.parsed as Parsed));
    return this.#scenario.frames.some(
      ({ conn, index, raw }) =>
        conn === frame.conn &&
        index > frame.index &&
        raw.includes("onEvent") &&
        discriminator(parse(raw) ?? {}) === text,
    );
  }

  /** Whether an event has the values of the recorded one, before anything is learnt from it. */
  #fitsExactly(recorded: Parsed, event: Arrived, subject: string): boolean {
    const [one, other] = [discriminator(recorded), discriminator(event.parsed as Parsed)];
    if (subject === "IceCandidateFound")
      return candidateKey(recorded) === this.#identities.toRecorded(candidateKey(event.parsed as Parsed));
    return one === this.#identities.toRecorded(other) || hasNewNames(one, this.#identities);
  }

  async #closed(frame: RecordedFrame, connection: ReplayConnection): Promise<void> {
    this.#compared++;
    const byClient = this.#closing.has(frame.conn);
    const unanswered = byClient ? undefined : this.#lastSend(frame);
    await connection.until(
      () => connection.ended ?? (unanswered === undefined ? undefined : connection.answers[0]),
      unanswered === undefined && !byClient ? 1500 : ANSWER_LIMIT_MS,
    );
    const [answer] = connection.answers.splice(0);
    const recorded = `${frame.code} ${frame.reason ?? ""}`;
    if (!byClient && answer !== undefined) {
      this.#differ(frame, "answered", "", `closed with ${recorded}`, answer.raw, unanswered?.raw ?? "");
      await connection.terminate();
    } else if (connection.ended === undefined) {
      this.#differ(frame, "close", "", recorded, "still open", unanswered?.raw ?? "");
      await connection.terminate();
    } else if (`${connection.ended.code} ${connection.ended.reason}` !== recorded) {
      this.#differ(
        frame,
        "close",
        "",
        recorded,
        `${connection.ended.code} ${connection.ended.reason}`,
        unanswered?.raw ?? "",
      );
    }
  }

  async #pong(frame: RecordedFrame, connection: ReplayConnection | undefined): Promise<void> {
    this.#compared++;
    const pong = await connection?.until(() => connection.pongs.shift(), ANSWER_LIMIT_MS);
    if (pong !== frame.raw) this.#differ(frame, "value", "pong", frame.raw, pong ?? "nothing", "WebSocket ping");
  }

  async #http(frame: RecordedFrame): Promise<void> {
    this.#compared++;
    const url = `${this.#options.origin.replace(/^ws/, "http")}${frame.url ?? ""}`;
    const { status } = await fetch(url, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
    if (status !== frame.status)
      this.#differ(frame, "value", "status", String(frame.status), String(status), `GET ${frame.url}`);
  }

  /** Events of ours that no recorded one claimed. */
  #reportLeftovers(): void {
    const last = this.#scenario.frames.at(-1);
    if (last === undefined) return;
    for (const connection of this.#connections.values()) {
      for (const event of connection.events) {
        const value = (event.parsed as Parsed | undefined)?.params?.value;
        const type = value?.type ?? "";
        if (type === "IceCandidateFound" || this.#options.ignoredEvents?.has(type)) continue;
        this.#differ(last, "event-unexpected", type, "nothing", this.#identities.toRecorded(event.raw), event.raw);
      }
    }
  }

  #requestOf(answer: RecordedFrame): RecordedFrame | undefined {
    const { frames } = this.#scenario;
    const id = JSON.stringify(parse(answer.raw)?.id ?? null);
    const before = frames.filter(
      ({ dir, conn, index }) => dir === "send" && conn === answer.conn && index < answer.index,
    );
    // An answer with the id null belongs to the request before it.
    if (id === "null") return before.at(-1);
    return before.filter(({ raw }) => JSON.stringify(parse(raw)?.id ?? null) === id).at(-1) ?? before.at(-1);
  }

  #lastSend(close: RecordedFrame): RecordedFrame | undefined {
    const before = this.#scenario.frames.filter(({ conn, index }) => conn === close.conn && index < close.index);
    const last = before.filter(({ dir }) => dir === "send" || dir === "recv").at(-1);
    return last?.dir === "send" ? last : undefined;
  }

  #comparison(subject: string): Comparison {
    return { identities: this.#identities, subject, notBuilt: this.#options.notBuilt };
  }

  #add(frame: RecordedFrame, mismatches: readonly Mismatch[], request: string): void {
    for (const { kind, path, recorded, actual } of mismatches)
      this.#differ(frame, kind, path, recorded, actual, request);
  }

  #differ(
    frame: RecordedFrame,
    kind: DifferenceKind,
    path: string,
    recorded: string,
    actual: string,
    request: string,
  ): void {
    const cut = (text: string): string => (text.length > 600 ? `${text.slice(0, 600)}…` : text);
    this.#differences.push({
      scenario: this.#scenario.name,
      frame: frame.index,
      kind,
      path,
      recorded: cut(recorded),
      actual: cut(actual),
      request: cut(request),
    });
  }
}

function answerTo(scenario: Scenario, send: RecordedFrame): RecordedFrame | undefined {
  const id = parse(send.raw)?.id;
  if (id === undefined) return undefined;
  return scenario.frames.find(
    ({ dir, conn, index, raw }) =>
      dir === "recv" &&
      conn === send.conn &&
      index > send.index &&
      JSON.stringify(parse(raw)?.id) === JSON.stringify(id),
  );
}

/** An event without its time. */
function discriminator(event: Parsed): string {
  return JSON.stringify(event.params?.value ?? null, (key, value: unknown) => {
    if (key === "timestampMillis" || key === "binName") return undefined;
    return isPlain(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;
  });
}

/** Whether an event names something that has no counterpart yet (ObjectCreated comes before the answer). */
function hasNewNames(event: string, identities: Identities): boolean {
  return (event.match(/[0-9a-f]{8}-[0-9a-f-]{27}/g) ?? []).some((uuid) => !identities.knows(uuid));
}

function candidateKey(event: Parsed): string {
  const value = event.params?.value as
    | { object?: string; data?: { candidate?: { sdpMLineIndex?: number } } }
    | undefined;
  return `${value?.object} ${value?.data?.candidate?.sdpMLineIndex}`;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parse(raw: string): Parsed | undefined {
  try {
    const value: unknown = JSON.parse(raw);
    return isPlain(value) ? (value as Parsed) : undefined;
  } catch {
    return undefined;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
