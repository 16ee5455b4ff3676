// Which frames of a scenario are replayed and compared: known from the recording and the plan, before anything runs.

import { namesOneOf } from "./compare.ts";
import { candidateKey, eventOf, readMessage } from "./recorded-message.ts";
import type { RecordedFrame, Scenario } from "./recording.ts";

/** What is left out of a replay. */
export interface SelectionOptions {
  /** Classes that are not built yet: requests, answers and events that concern them are skipped. */
  readonly notBuilt: ReadonlySet<string>;
  /** Types of events that this scenario cannot raise in a replay, neither wanted nor unwanted. */
  readonly ignoredEvents?: ReadonlySet<string>;
  /** Patterns of recorded events that our server means not to raise: not waited for, and unexpected if they come. */
  readonly absentEvents?: readonly RegExp[];
}

/** What becomes of the frames of a scenario, by their index. */
export interface Selection {
  /** Neither sent nor waited for, because of a class that is not built. */
  readonly skipped: ReadonlySet<number>;
  /** Recorded events that are not waited for. */
  readonly ignored: ReadonlySet<number>;
  /** Messages and endings that are held against ours. */
  readonly compared: ReadonlySet<number>;
}

/** Decides for every frame. */
export function selectFrames(scenario: Scenario, options: SelectionOptions): Selection {
  const skipped = skippedFrames(scenario, options.notBuilt);
  const ignored = new Set<number>();
  const compared = new Set<number>();
  const candidates = new Set<string>();
  for (const frame of scenario.frames) {
    if (skipped.has(frame.index)) continue;
    if (["open", "close", "ws-pong", "http"].includes(frame.dir)) compared.add(frame.index);
    if (frame.dir !== "recv" || frame.raw === "") continue;
    const event = eventOf(readMessage(frame.raw));
    const again = event?.type === "IceCandidateFound" && candidates.has(candidateKey(event));
    // How many candidates there are is a matter of the machine: the first of an m-line is wanted, the rest may come.
    if (event?.type === "IceCandidateFound") candidates.add(candidateKey(event));
    const unwanted =
      event !== undefined &&
      (options.ignoredEvents?.has(event.type ?? "") === true ||
        options.absentEvents?.some((pattern) => pattern.test(frame.raw)) === true);
    (again || unwanted ? ignored : compared).add(frame.index);
  }
  return { skipped, ignored, compared };
}

function skippedFrames(scenario: Scenario, notBuilt: ReadonlySet<string>): ReadonlySet<number> {
  const skipped = new Set<number>();
  for (const frame of scenario.frames) {
    if (frame.dir === "recv" && eventOf(readMessage(frame.raw)) !== undefined && namesOneOf(frame.raw, notBuilt))
      skipped.add(frame.index);
    if (frame.dir !== "send" || !concerns(frame, scenario, notBuilt)) continue;
    skipped.add(frame.index);
    const answer = answerTo(scenario, frame);
    if (answer !== undefined) skipped.add(answer.index);
    else {
      // The request killed the server: the end of the connection is skipped too.
      for (const { conn, dir, index } of scenario.frames)
        if (conn === frame.conn && dir === "close") skipped.add(index);
    }
  }
  return skipped;
}

function concerns(send: RecordedFrame, scenario: Scenario, notBuilt: ReadonlySet<string>): boolean {
  if (namesOneOf(send.raw, notBuilt)) return true;
  const message = readMessage(send.raw);
  if (message?.method !== "create" || !notBuilt.has(String(message.params?.type).replace(/^\w+\./, ""))) return false;
  // A name that the recorded server did not know either is worth comparing.
  return readMessage(answerTo(scenario, send)?.raw ?? "")?.error?.code !== 40108;
}

/** The answer to a recorded request. */
function answerTo(scenario: Scenario, send: RecordedFrame): RecordedFrame | undefined {
  const id = readMessage(send.raw)?.id;
  if (id === undefined) return undefined;
  return scenario.frames.find(
    ({ dir, conn, index, raw }) =>
      dir === "recv" &&
      conn === send.conn &&
      index > send.index &&
      JSON.stringify(readMessage(raw)?.id) === JSON.stringify(id),
  );
}
