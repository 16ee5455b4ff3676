// What a process and its children have cost, read from Linux' /proc.
import { readdirSync, readFileSync } from "node:fs";

/** CPU time and resident memory of a process with all its descendants. */
export interface ProcessCost {
  readonly cpuMs: number;
  readonly rssBytes: number;
}

const PAGE_BYTES = 4096;

/** Reads the cost now. Threads and processes that have ended are not in it. @throws Error where there is no /proc. */
export function costOf(pid: number): ProcessCost {
  let [cpuMs, rssBytes] = [0, 0];
  for (const id of withDescendants(pid)) {
    for (const thread of readdirSync(`/proc/${id}/task`)) {
      cpuMs += Number(readFileSync(`/proc/${id}/task/${thread}/schedstat`, "utf8").split(" ")[0]) / 1e6;
    }
    rssBytes += Number(readFileSync(`/proc/${id}/statm`, "utf8").split(" ")[1]) * PAGE_BYTES;
  }
  return { cpuMs, rssBytes };
}

function withDescendants(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const parent = parentOf(name);
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found = [root];
  for (const id of found) found.push(...(children.get(id) ?? []));
  return found;
}

function parentOf(pid: string): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(fields.slice(fields.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined; // it ended meanwhile
  }
}
