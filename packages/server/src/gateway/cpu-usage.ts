// How much processor time the server uses over an interval, its hosts included.

import { isJsonObject, KurentoError } from "@kurento-ts/protocol";
import type { HostLink } from "./host-link.ts";

/** The longest interval that can be measured, in milliseconds. */
const MAX_CPU_INTERVAL_MS = 60_000;

/** What the server's processes have used so far. */
interface Usage {
  readonly cpuUs: number;
  readonly rssBytes: number;
}

/** What this process and its hosts have used so far. Answers at once or when the last host has; a host that is gone counts 0. */
export function serverUsage(hosts: readonly HostLink[]): Promise<Usage> {
  const { user, system } = process.cpuUsage();
  const usages = hosts.map(
    (host) =>
      new Promise<Usage>((resolve) => {
        host.send({ kind: "usage" }, (outcome) => {
          const value = "value" in outcome && isJsonObject(outcome.value) ? outcome.value : {};
          resolve({ cpuUs: Number(value.cpuUs ?? 0), rssBytes: Number(value.rssBytes ?? 0) });
        });
      }),
  );
  return Promise.all(usages).then((all) => ({
    cpuUs: all.reduce((sum, usage) => sum + usage.cpuUs, user + system),
    rssBytes: all.reduce((sum, usage) => sum + usage.rssBytes, process.memoryUsage.rss()),
  }));
}

/**
 * The processor time used during the next `intervalMs`, in percent of one core (as `top` shows it: four busy cores
 * are 400). NaN when there is nothing to measure because the interval is not positive; throws 40107 above a minute.
 */
export async function cpuPercent(intervalMs: number, hosts: () => readonly HostLink[]): Promise<number> {
  if (intervalMs > MAX_CPU_INTERVAL_MS) {
    throw new KurentoError(
      "MEDIA_OBJECT_ILLEGAL_PARAM_ERROR",
      `getUsedCpu.interval: expected at most ${MAX_CPU_INTERVAL_MS} ms, got ${intervalMs}`,
    );
  }
  if (intervalMs <= 0) return Number.NaN;
  const measured = hosts();
  const before = await serverUsage(measured);
  const startMs = performance.now();
  await new Promise<void>((resolve) => {
    setTimeout(resolve, intervalMs).unref();
  });
  const after = await serverUsage(measured);
  const elapsedMs = performance.now() - startMs;
  const percent = (after.cpuUs - before.cpuUs) / 10 / elapsedMs;
  return Math.max(0, Math.round(percent * 100) / 100);
}
