// Replays a recorded scenario against a server, frame by frame on the same connections, and lists what differs.
//
// The order is the recording's: an answer is waited for where it was recorded, and only then the next request leaves.
// Events may come at any time (Kurento sends them from a pool of threads, without order); each recorded event takes the
// best one of ours that is still unclaimed. Pauses of the recording are cut short.

import { type Comparison, compareMessages, type DifferenceKind, type Mismatch } from "./compare.ts";
import { EventMatcher, type MatchedEvent } from "./event-matcher.ts";
import { type Selection, type SelectionOptions, selectFrames } from "./frame-selection.ts";
import { Identities } from "./identities.ts";
import { eventOf, readMessage } from "./recorded-message.ts";
import type { RecordedFrame, Scenario } from "./recording.ts";
import { ReplayConnection } from "./replay-connection.ts";

const ANSWER_LIMIT_MS = 8000;
const EVENT_LIMIT_MS = 300;
const LATE_EVENT_LIMIT_MS = 5000;
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
export interface ReplayOptions extends SelectionOptions {
  /** `ws://host:port`, without a path. */
  readonly origin: string;
  /** Operations whose values depend on a live peer: what they answer must look like what was recorded, no more. */
  readonly liveOperations?: ReadonlySet<string>;
  /** How long an event is waited for at its place, in ms; what comes later is matched at the end. Default 300. */
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
  readonly #selection: Selection;
  readonly #events: EventMatcher;
  readonly #differences: Difference[] = [];
  /** Connections that the client closed. */
  readonly #closing = new Set<number>();
  #compared = 0;

  constructor(scenario: Scenario, options: ReplayOptions) {
    this.#scenario = scenario;
    this.#options = options;
    this.#selection = selectFrames(scenario, options);
    this.#events = new EventMatcher(this.#identities);
  }

  async finish(): Promise<ReplayReport> {
    let lastT = 0;
    for (const frame of this.#scenario.frames) {
      const gapMs = frame.t - lastT;
      const { timeScale } = this.#options;
      if (gapMs >= 100 && frame.dir !== "recv") await pause(timeScale === undefined ? PAUSE_MS : gapMs * timeScale);
      lastT = frame.t;
      const { skipped, ignored } = this.#selection;
      if (!skipped.has(frame.index) && !ignored.has(frame.index)) await this.#step(frame);
    }
    for await (const event of this.#events.rest(LATE_EVENT_LIMIT_MS)) this.#compareEvent(event);
    await pause(QUIET_MS);
    this.#reportLeftovers();
    return {
      scenario: this.#scenario.name,
      compared: this.#compared,
      skipped: this.#selection.skipped.size + this.#selection.ignored.size,
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
    const recorded = readMessage(frame.raw);
    if (eventOf(recorded) !== undefined) return this.#event(frame, connection);
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
    const ids = [recorded?.id, readMessage(answer.raw)?.id];
    if (JSON.stringify(ids[0]) !== JSON.stringify(ids[1])) {
      return this.#differ(frame, "order", "id", JSON.stringify(ids[0]), answer.raw, request?.raw ?? "");
    }
    const message = readMessage(request?.raw ?? "");
    const subject = String(message?.params?.operation ?? message?.method ?? "");
    this.#add(frame, compareMessages(recorded, answer.parsed, this.#comparison(subject)), request?.raw ?? "");
  }

  async #event(frame: RecordedFrame, connection: ReplayConnection): Promise<void> {
    const event = await this.#events.match(frame, connection, this.#options.eventLimitMs ?? EVENT_LIMIT_MS);
    if (event !== undefined) this.#compareEvent(event);
  }

  #compareEvent({ frame, recorded, own }: MatchedEvent): void {
    this.#compared++;
    const type = recorded.type ?? "";
    if (own === undefined) this.#differ(frame, "event-missing", type, frame.raw, "nothing", frame.raw);
    else this.#add(frame, compareMessages(readMessage(frame.raw), own.parsed, this.#comparison(type)), frame.raw);
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
    // How many candidates there are, and how often ICE finds a better pair, is a matter of the machine.
    const mayCome = (type: string): boolean =>
      ["IceCandidateFound", "NewCandidatePairSelected"].includes(type) ||
      this.#options.ignoredEvents?.has(type) === true;
    for (const { events } of this.#connections.values()) {
      for (const { parsed, raw } of events) {
        const type = eventOf(parsed)?.type ?? "";
        if (last === undefined || mayCome(type)) continue;
        this.#differ(last, "event-unexpected", type, "nothing", this.#identities.toRecorded(raw), raw);
      }
    }
  }

  #requestOf(answer: RecordedFrame): RecordedFrame | undefined {
    const { frames } = this.#scenario;
    const id = JSON.stringify(readMessage(answer.raw)?.id ?? null);
    const before = frames.filter(
      ({ dir, conn, index }) => dir === "send" && conn === answer.conn && index < answer.index,
    );
    // An answer with the id null belongs to the request before it.
    if (id === "null") return before.at(-1);
    return before.filter(({ raw }) => JSON.stringify(readMessage(raw)?.id ?? null) === id).at(-1) ?? before.at(-1);
  }

  #lastSend(close: RecordedFrame): RecordedFrame | undefined {
    const before = this.#scenario.frames.filter(({ conn, index }) => conn === close.conn && index < close.index);
    const last = before.filter(({ dir }) => dir === "send" || dir === "recv").at(-1);
    return last?.dir === "send" ? last : undefined;
  }

  #comparison(subject: string): Comparison {
    const live = this.#options.liveOperations?.has(subject) === true;
    return { identities: this.#identities, subject, live, notBuilt: this.#options.notBuilt };
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

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
