// One run of the benchmark: a presenter and N viewers on one server, set up, measured for a while, and ended.
import { Child } from "./child.ts";
import type { PeerCount, PeerOrder, PeerReport } from "./peer-messages.ts";
import type { Role } from "./peer-sdp.ts";
import { costOf } from "./process-cost.ts";
import type { Subject } from "./subject.ts";

type PeerProcess = Child<PeerOrder, PeerReport>;

/** What one run found. */
export interface Measurement {
  readonly viewers: number;
  /** Server CPU for each packet that arrived at a viewer, in microseconds. */
  readonly cpuUsPerPacket: number;
  readonly rssBytesPerViewer: number;
  readonly delayP50Ms: number;
  readonly delayP99Ms: number;
  /** Packets and whole video frames that arrived, of those that the presenter sent to every viewer. */
  readonly packetsDelivered: number;
  readonly framesDelivered: number;
  /** From handing over the offer to the viewer's DTLS being up; median of the viewers. */
  readonly setupMs: number;
  readonly setupCpuMs: number;
}

const VIEWERS_PER_PROCESS = 50;
/** So many viewers join at the same time. */
const JOINING_AT_ONCE = 4;
const WARM_UP_MS = 2_000;

/** Runs one show. The server is started by `start` and ended before this resolves. */
export async function measureShow(
  start: () => Promise<Subject>,
  viewers: number,
  seconds: number,
): Promise<Measurement> {
  const processes: PeerProcess[] = [];
  let subject: Subject | undefined;
  try {
    subject = await start();
    const server = subject;
    const presenterProcess = await startPeerProcess(processes);
    await join(server, presenterProcess, 0, "presenter");
    const viewerProcesses: PeerProcess[] = [];
    for (let count = 0; count < viewers; count += VIEWERS_PER_PROCESS) {
      viewerProcesses.push(await startPeerProcess(processes));
    }

    const before = costOf(server.pid);
    const setup = await joinAll(server, viewerProcesses, viewers);
    const joined = costOf(server.pid);

    presenterProcess.send({ kind: "start" });
    await sleep(WARM_UP_MS);
    await countAll(processes);
    const begun = costOf(server.pid);
    await sleep(seconds * 1_000);
    const ended = costOf(server.pid);
    const counts = await countAll(processes);

    const sum = (pick: (count: PeerCount) => number): number => counts.reduce((total, count) => total + pick(count), 0);
    const packets = sum((count) => count.packets);
    const delays = counts.flatMap((count) => count.delaysMs).sort((a, b) => a - b);
    return {
      viewers,
      cpuUsPerPacket: ((ended.cpuMs - begun.cpuMs) * 1000) / packets,
      rssBytesPerViewer: (ended.rssBytes - before.rssBytes) / viewers,
      delayP50Ms: quantile(delays, 0.5),
      delayP99Ms: quantile(delays, 0.99),
      packetsDelivered: packets / (sum((count) => count.sentPackets) * viewers),
      framesDelivered: sum((count) => count.frames) / (sum((count) => count.sentFrames) * viewers),
      setupMs: quantile(setup, 0.5),
      setupCpuMs: (joined.cpuMs - before.cpuMs) / viewers,
    };
  } finally {
    await Promise.all([...processes.map((child) => child.end()), subject?.end()]);
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
