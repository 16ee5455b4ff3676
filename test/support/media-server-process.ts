// Runs the command `kurento-ts serve` as a process of its own, which a test can end and start again on the same port.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const COMMAND = fileURLToPath(new URL("../../packages/cli/bin/kurento-ts.mjs", import.meta.url));
const START_LIMIT_MS = 20_000;

/** A media server in a process of its own. */
export interface MediaServerProcess extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Ends it at once, as a crash would; resolves when the process is gone. */
  kill(): Promise<void>;
}

/** Starts a media server on a port (0 for any) and resolves when it listens. */
export async function startMediaServerProcess(port = 0): Promise<MediaServerProcess> {
  const child = spawn(process.execPath, [COMMAND, "serve", "--port", String(port)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const url = await readUrl(child);
  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  }
  return {
    url,
    port: Number(new URL(url).port),
    kill: () => end("SIGKILL"),
    [Symbol.asyncDispose]: () => end("SIGTERM"),
  };
}

/** Waits for the line that names the address; fails with everything that was printed when it does not come. */
function readUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = "";
    const timer = setTimeout(() => fail("it did not come up in time"), START_LIMIT_MS);
    const fail = (why: string): void => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      reject(new Error(`kurento-ts serve: ${why}\n${printed}`));
    };
    child.once("exit", (code) => fail(`it ended with code ${code}`));
    child.once("error", (error) => fail(error.message));
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on("line", (line) => {
        printed += `${line}\n`;
        const url = /wss?:\/\/\S+/.exec(line)?.[0];
        if (url === undefined) return;
        clearTimeout(timer);
        child.removeAllListeners("exit");
        resolve(url);
      });
    }
  });
}
