// One show of the benchmark: a presenter and N viewers on one server, set up, measured while media flows, and ended.
import { Child } from "./child.ts";
import type { PeerCount, PeerOrder, PeerReport } from "./peer-messages.ts";
import type { Role } from "./peer-sdp.ts";
import { costOf } from "./process-cost.ts";
import type { Subject } from "./subject.ts";

type PeerProcess = Child<PeerOrder, PeerReport>;

/** What the set-up of a show cost. */
export interface SetUp {
  /** From handing over the offer to the viewer's DTLS being up; median of the viewers. */
  readonly setupMs: number;
  readonly setupCpuMs: number;
}

/** What was counted while media flowed for a while. */
export interface Flow {
  readonly cpuMs: number;
  readonly sentPackets: number;
  readonly sentFrames: number;
  readonly packets: number;
  readonly frames: number;
  readonly delaysMs: readonly number[];
}

const VIEWERS_PER_PROCESS = 50;
/** So many viewers join at the same time. */
const JOINING_AT_ONCE = 4;
/** From the start of media to the beginning of what counts, and from the end of media to the count. */
const SETTLE_MS = 200;

/** A server with a presenter and viewers, all connected; media flows when it is measured. */
export class Show {
  readonly viewers: number;
  readonly setUp: SetUp;
  readonly #subject: Subject;
  readonly #processes: readonly PeerProcess[];
  readonly #rssBefore: number;

  private constructor(
    viewers: number,
    setUp: SetUp,
    subject: Subject,
    processes: readonly PeerProcess[],
    rssBefore: number,
  ) {
    this.viewers = viewers;
    this.setUp = setUp;
    this.#subject = subject;
    this.#processes = processes;
    this.#rssBefore = rssBefore;
  }

  /** Starts the server by `start` and lets everybody join. What was started is ended when that fails. */
  static async begin(start: () => Promise<Subject>, viewers: number): Promise<Show> {
    const processes: PeerProcess[] = [];
    const server = await start();
    try {
      await join(server, await startPeerProcess(processes), 0, "presenter");
      for (let count = 0; count < viewers; count += VIEWERS_PER_PROCESS) await startPeerProcess(processes);
      const before = costOf(server.pid);
      const took = await joinAll(server, processes.slice(1), viewers);
      const setupCpuMs = (costOf(server.pid).cpuMs - before.cpuMs) / viewers;
      return new Show(viewers, { setupMs: quantile(took, 0.5), setupCpuMs }, server, processes, before.rssBytes);
    } catch (error) {
      await Promise.all([...processes.map((child) => child.end()), server.end()]);
      throw error;
    }
  }

  /** Lets media flow for a while, counts, and pauses it. */
  async flow(seconds: number): Promise<Flow> {
    this.#processes[0]?.send({ kind: "start" });
    await sleep(SETTLE_MS);
    await countAll(this.#processes);
    const begun = costOf(this.#subject.pid);
    await sleep(seconds * 1_000);
    this.#processes[0]?.send({ kind: "pause" });
    await sleep(SETTLE_MS);
    const ended = costOf(this.#subject.pid);
    const counts = await countAll(this.#processes);
    const sum = (pick: (count: PeerCount) => number): number => counts.reduce((total, count) => total + pick(count), 0);
    return {
      cpuMs: ended.cpuMs - begun.cpuMs,
      sentPackets: sum((count) => count.sentPackets),
      sentFrames: sum((count) => count.sentFrames),
      packets: sum((count) => count.packets),
      frames: sum((count) => count.frames),
      delaysMs: counts.flatMap((count) => count.delaysMs),
    };
  }

  /** What the server's memory has grown by since before the first viewer, for each viewer. */
  rssBytesPerViewer(): number {
    return (costOf(this.#subject.pid).rssBytes - this.#rssBefore) / this.viewers;
  }

  async end(): Promise<void> {
    await Promise.all([...this.#processes.map((child) => child.end()), this.#subject.end()]);
  }
}

async function startPeerProcess(processes: PeerProcess[]): Promise<PeerProcess> {
  const child: PeerProcess = new Child("./peer-process.ts");
  processes.push(child);
  await child.report("ready", (report) => report.kind === "ready" || undefined);
  return child;
}

/** Lets all viewers join, a few at a time; returns how long each took, sorted. */
async function joinAll(server: Subject, processes: readonly PeerProcess[], viewers: number): Promise<number[]> {
  const took: number[] = [];
  let next = 1;
  const worker = async (): Promise<void> => {
    while (next <= viewers) {
      const peer = next++;
      const process = processes[Math.floor((peer - 1) / VIEWERS_PER_PROCESS)];
      if (process !== undefined) took.push(await join(server, process, peer, "viewer"));
    }
  };
  await Promise.all(Array.from({ length: JOINING_AT_ONCE }, worker));
  return took.sort((a, b) => a - b);
}

/** Connects one peer; returns the milliseconds from its offer to its connection. */
async function join(server: Subject, process: PeerProcess, peer: number, role: Role): Promise<number> {
  const offered = process.report(`the offer of ${role} ${peer}`, (report) =>
    report.kind === "offer" && report.peer === peer ? report.sdp : undefined,
  );
  process.send({ kind: "make", peer, role });
  const offer = await offered;
  const connected = process.report(`the connection of ${role} ${peer}`, (report) => {
    if (report.kind === "failed" && report.peer === peer) throw new Error(`${role} ${peer}: ${report.reason}`);
    return report.kind === "connected" && report.peer === peer ? true : undefined;
  });
  connected.catch(() => {}); // the answer may fail before it
  const began = performance.now();
  const sdp = await server.answer(role, offer);
  process.send({ kind: "answer", peer, sdp });
  await connected;
  return performance.now() - began;
}

function countAll(processes: readonly PeerProcess[]): Promise<PeerCount[]> {
  return Promise.all(
    processes.map((process) => {
      const count = process.report("a count", (report) => (report.kind === "count" ? report.count : undefined));
      process.send({ kind: "count" });
      return count;
    }),
  );
}

/** The value below which a share of the sorted values lies; NaN of none. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
