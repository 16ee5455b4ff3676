// Entry of a host process: takes orders from its parent, and ends when the parent does.

import { kurentoApi } from "@kurento-ts/protocol/api";
import type { HostReport } from "./host-channel.ts";
import type { ChildMessage, ParentMessage } from "./host-process-messages.ts";
import { HostRuntime } from "./host-runtime.ts";
import { loadHostedClasses } from "./hosted-classes.ts";

/** How long a last message may take to leave before the process ends. */
const LAST_MESSAGE_MS = 1_000;

/** How long after SIGTERM the parent may take to end this process before it ends itself. */
const PARENT_CLOSES_MS = 2_000;

function post(message: ChildMessage, sent: () => void = () => {}): void {
  if (process.connected) process.send?.(message, sent);
  else sent();
}

function exitAfter(message: ChildMessage, code: number): void {
  setTimeout(() => process.exit(code), LAST_MESSAGE_MS);
  post(message, () => process.exit(code));
}

async function main(): Promise<void> {
  // Signals often reach the whole group (Ctrl-C, systemd): the parent then ends this process in an orderly way.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => setTimeout(() => process.exit(0), PARENT_CLOSES_MS));
  // The channel ends with the parent, however that ended. Nobody could reach this process any more.
  process.on("disconnect", () => process.exit(0));
  // A forgotten promise of one element must not end the pipelines of all.
  process.on("unhandledRejection", (error) => {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    post({
      kind: "report",
      report: { kind: "warning", object: "", message: `a promise was rejected unheard: ${message}` },
    });
  });

  const classes = await loadHostedClasses(process.argv[2]);
  const runtime = new HostRuntime({
    api: kurentoApi(),
    classes,
    report: (report: HostReport) => post({ kind: "report", report }),
    usage: () => {
      const { user, system } = process.cpuUsage();
      return { cpuUs: user + system, rssBytes: process.memoryUsage.rss() };
    },
  });
  process.on("message", (message: ParentMessage) => {
    if (message.kind === "order") runtime.handle(message.order);
    // Native parts may keep the process alive for ever: it does not wait for an empty event loop.
    else void runtime.close().finally(() => process.exit(0));
  });
  post({ kind: "ready", classNames: [...classes.keys()] });
}

main().catch((error: unknown) => {
  exitAfter({ kind: "failed", reason: error instanceof Error ? error.message : String(error) }, 1);
});
