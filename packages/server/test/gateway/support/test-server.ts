// A server for a test: on a free port, in-process unless told otherwise, with what it logged.

import { fileURLToPath } from "node:url";
import { type KurentoServer, type Logger, type ServerOptions, startServer } from "@kurento-ts/server";

/** The module of stand-in classes, see there. */
export const STAND_IN_CLASSES: string = fileURLToPath(new URL("./stand-in-classes.mjs", import.meta.url));

/** What a test server logged, a text each. */
export const logged: string[] = [];

const note =
  (level: string) =>
  (message: string, details: object = {}): void => {
    logged.push(`${level} ${message} ${JSON.stringify(details)}`);
  };

const logger: Logger = { debug: note("debug"), info: note("info"), warn: note("warn"), error: note("error") };

/** Starts a server; `await using` ends it. */
export function testServer(options: ServerOptions = {}): Promise<KurentoServer> {
  return startServer({ port: 0, host: "in-process", logger, ...options });
}

/** Waits until a condition holds, looking at every turn of the event loop; fails after a limit. */
export async function until(condition: () => boolean, what: string, limitMs = 10_000): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > endMs) throw new Error(`not within ${limitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
