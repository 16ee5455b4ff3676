// Proves that pipelines and WebRTC endpoints come and go without leaving memory, descriptors or objects behind.

import { readdirSync, readFileSync } from "node:fs";
import { connect } from "@kurento-ts/client";
import { startServer } from "@kurento-ts/server";
import type { Proof } from "./proof.ts";

const OFFER = new URL("../../packages/rtp/test/sdp/fixtures/chromium-sendrecv.sdp", import.meta.url);
/** Rounds after which the level that memory settles at is taken. */
const WARM_UP_SHARE = 0.3;
const MAX_GROWTH = 1.1;

/** One round: a pipeline with a presenter and two viewers that negotiate, gather, connect and are released. */
export const endpoints: Proof = {
  summary:
    "pipelines of three WebRTC endpoints, negotiated, gathered, connected, released: memory and descriptors stay flat",
  fullCount: 6_000,
  async run(rounds, seed) {
    const offer = readFileSync(OFFER, "utf8");
    await using server = await startServer({ port: 0 });
    await using kurento = await connect(server.url);
    const [pid] = server.snapshot().hostPids;
    if (pid === undefined) throw new Error("the server has no host process");
    const cpuBefore = cpuMs(pid);
    let settled = read(pid);
    for (let round = 0; round < rounds; round++) {
      const pipeline = await kurento.create("MediaPipeline");
      const [presenter, ...viewers] = await Promise.all([0, 1, 2].map(() => pipeline.create("WebRtcEndpoint")));
      if (presenter === undefined) throw new Error("no presenter");
      for (const endpoint of [presenter, ...viewers]) {
        await endpoint.processOffer(offer);
        await endpoint.gatherCandidates();
      }
      for (const viewer of viewers) await presenter.connect(viewer);
      await pipeline.release();
      if (round === Math.floor(rounds * WARM_UP_SHARE)) settled = read(pid);
    }
    const { objects } = server.snapshot();
    const end = read(pid);
    const figures = [
      `host: ${toMiB(settled.residentBytes)} MiB after warm-up, ${toMiB(end.residentBytes)} MiB at the end`,
      `descriptors: ${settled.descriptors} after warm-up, ${end.descriptors} at the end; threads: ${settled.threads}, ${end.threads}`,
      `objects left: ${objects}; ${((cpuMs(pid) - cpuBefore) / rounds).toFixed(1)} ms of the host's CPU a round; seed ${seed}`,
    ];
    if (objects !== 0 || end.descriptors > settled.descriptors + 8 || end.threads > settled.threads + 8) {
      throw new Error(`something was left behind:\n${figures.join("\n")}`);
    }
    if (rounds >= 500 && end.residentBytes > settled.residentBytes * MAX_GROWTH) {
      throw new Error(`memory grew by more than 10 %:\n${figures.join("\n")}`);
    }
    return figures;
  },
};

/** What a process holds, from /proc. Linux only. */
function read(pid: number): { residentBytes: number; descriptors: number; threads: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]);
  return {
    residentBytes: field("VmRSS") * 1024,
    threads: field("Threads"),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  };
}

/** User and system time of a process in milliseconds; /proc counts in hundredths of a second. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function toMiB(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
