// Reads the frames recorded from a Kurento Media Server out of the fixtures (test/fixtures/README.md says what they are).

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

/** One thing that happened in a recording. */
export interface RecordedFrame {
  /** Position in its scenario, from 0. */
  readonly index: number;
  /** Milliseconds since the scenario began. */
  readonly t: number;
  /** Number of the connection in its scenario, from 1; 0 for what concerns none. */
  readonly conn: number;
  readonly dir: "open" | "send" | "recv" | "client-close" | "close" | "error" | "http" | "ws-ping" | "ws-pong" | "note";
  /** The text of a message. */
  readonly raw: string;
  /** Sent in a binary frame. */
  readonly binary?: boolean;
  /** Path and query of an `open` or `http`. */
  readonly url?: string;
  /** WebSocket sub-protocol asked for in an `open`. */
  readonly protocol?: string;
  /** Close code, of either side. */
  readonly code?: number;
  readonly reason?: string;
  /** HTTP status. */
  readonly status?: number;
  readonly note?: string;
  /** Not in the recording, but must have happened. */
  readonly derived?: boolean;
}

/** A scenario of a recording. */
export interface Scenario {
  /** The run and the scenario, as `protocol/08-sessions`. */
  readonly name: string;
  readonly frames: readonly RecordedFrame[];
}

interface FixtureLine extends Omit<RecordedFrame, "index" | "conn" | "raw"> {
  readonly run: string;
  readonly scenario: string;
  readonly conn?: number;
  readonly raw?: string;
  /** `<pad>` in `raw` stands for this letter, that many times. */
  readonly pad?: readonly [letter: string, count: number];
}

const FOLDER = fileURLToPath(new URL("../fixtures/kurento-7.3/", import.meta.url));

/** Every recorded scenario by name, in the order of the recording. */
export function loadRecording(): ReadonlyMap<string, Scenario> {
  const scenarios = new Map<string, { name: string; frames: RecordedFrame[] }>();
  for (const file of readdirSync(FOLDER).sort()) {
    for (const text of gunzipSync(readFileSync(FOLDER + file))
      .toString("utf8")
      .split("\n")) {
      if (text === "") continue;
      const { run, scenario, pad, raw = "", conn = 0, ...rest } = JSON.parse(text) as FixtureLine;
      const name = `${run}/${scenario}`;
      const entry = scenarios.get(name) ?? { name, frames: [] };
      scenarios.set(name, entry);
      const full = pad === undefined ? raw : raw.replace("<pad>", pad[0].repeat(pad[1]));
      entry.frames.push({ ...rest, conn, raw: full, index: entry.frames.length });
    }
  }
  return scenarios;
}
