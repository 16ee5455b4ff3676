// A relay in a process of its own, for tests whose process is too busy to keep time (a browser test, a bench).

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type CandidateRewriter, rewriteCandidate, rewriteSdpCandidates } from "./ice-candidate.ts";
import type { LinkConditions } from "./link-conditions.ts";
import type { RelayOrder } from "./main.ts";
import type { UdpAddress } from "./udp-address.ts";
import type { Direction, RelayCounters, UdpRelayOptions } from "./udp-relay.ts";

const START_LIMIT_MS = 15_000;
const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** A {@link import("./udp-relay.ts").UdpRelay} whose orders are carried out in another process, in order. */
export interface RelayProcess extends AsyncDisposable {
  /** Where the client sends to. */
  readonly front: UdpAddress;
  /** Says where the server is. */
  setTarget(target: UdpAddress): Promise<void>;
  /** Changes the conditions; rejects on a value out of range. */
  set(direction: Direction | "both", change: Partial<LinkConditions>): Promise<void>;
  /** Loses everything, for a time in ms or until {@link RelayProcess.mend}. */
  cut(direction: Direction | "both", forMs?: number): Promise<void>;
  /** Ends a cut. */
  mend(direction: Direction | "both"): Promise<void>;
  /** What happened so far. */
  counters(direction: Direction): Promise<RelayCounters>;
  /** As in the relay in this process; the target is on its way to the other process when this returns. */
  candidateFor(candidateLine: string): string | undefined;
  /** As in the relay in this process. */
  sdpFor(sdp: string): string;
  /** Ends the process and resolves when it has ended. */
  close(): Promise<void>;
}

type Answer = { readonly done?: true; readonly counters?: RelayCounters; readonly error?: string };

class RelayInProcess implements RelayProcess {
  readonly front: UdpAddress;
  readonly #child: ChildProcess;
  readonly #waiting: { resolve(answer: Answer): void; reject(error: Error): void }[] = [];
  readonly #rewriter: CandidateRewriter;
  #target: UdpAddress | undefined;
  #closed: Promise<void> | undefined;

  constructor(child: ChildProcess, front: UdpAddress, target: UdpAddress | undefined) {
    this.#child = child;
    this.front = front;
    this.#target = target;
    this.#rewriter = {
      relay: front,
      target: () => this.#target,
      // A failure here shows as a refused order later, and as `noPeer` in the counters.
      setTarget: (found) => void this.setTarget(found).catch(() => {}),
    };
    child.once("exit", () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error("the relay's process has ended"));
    });
  }

  /** Takes a line that the process printed. */
  answer(line: string): void {
    const answer = JSON.parse(line) as Answer;
    const waiting = this.#waiting.shift();
    if (answer.error === undefined) waiting?.resolve(answer);
    else waiting?.reject(new RangeError(answer.error));
  }

  async setTarget(target: UdpAddress): Promise<void> {
    this.#target = target;
    await this.#order({ order: "target", target });
  }

  async set(direction: Direction | "both", change: Partial<LinkConditions>): Promise<void> {
    await this.#order({ order: "set", direction, change });
  }

  async cut(direction: Direction | "both", forMs?: number): Promise<void> {
    await this.#order({ order: "cut", direction, ...(forMs === undefined ? {} : { forMs }) });
  }

  async mend(direction: Direction | "both"): Promise<void> {
    await this.#order({ order: "mend", direction });
  }

  async counters(direction: Direction): Promise<RelayCounters> {
    const { counters } = await this.#order({ order: "counters", direction });
    if (counters === undefined) throw new Error("the relay's process answered without counters");
    return counters;
  }

  candidateFor(candidateLine: string): string | undefined {
    return rewriteCandidate(candidateLine, this.#rewriter);
  }

  sdpFor(sdp: string): string {
    return rewriteSdpCandidates(sdp, (line) => this.candidateFor(line));
  }

  close(): Promise<void> {
    this.#closed ??= endProcess(this.#child);
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #order(order: RelayOrder): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#child.exitCode !== null || this.#closed !== undefined) {
        reject(new Error("the relay's process has ended"));
        return;
      }
      this.#waiting.push({ resolve, reject });
      this.#child.stdin?.write(`${JSON.stringify(order)}\n`);
    });
  }
}

/** Starts a relay in a process of its own; options as of `openUdpRelay`, conditions without Infinity. Rejects after 15 s. */
export async function startRelayProcess(options: UdpRelayOptions = {}): Promise<RelayProcess> {
  const main = fileURLToPath(new URL("./main.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", main, JSON.stringify(options)], {
    cwd: ROOT,
    stdio: ["pipe", "pipe", "pipe"],
  });
  // What a dying process leaves unread is told by its exit.
  child.stdin.on("error", () => {});
  let complaint = "";
  child.stderr.on("data", (text: Buffer) => {
    complaint = `${complaint}${text.toString()}`.slice(-2000);
  });
  const lines = createInterface({ input: child.stdout });
  const limit = setTimeout(() => child.kill("SIGKILL"), START_LIMIT_MS);
  try {
    const first = await Promise.race([
      once(lines, "line").then(([line]) => String(line)),
      once(child, "exit").then(() => undefined),
    ]);
    if (first === undefined) throw new Error(`the relay's process did not start: ${complaint}`);
    const { front } = JSON.parse(first) as { front: UdpAddress };
    const relay = new RelayInProcess(child, front, options.target);
    lines.on("line", (line) => relay.answer(line));
    return relay;
  } finally {
    clearTimeout(limit);
  }
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.stdin?.end();
  const limit = setTimeout(() => child.kill("SIGKILL"), 3000);
  await ended;
  clearTimeout(limit);
}
