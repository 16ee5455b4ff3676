// `kurento-ts serve`: runs a media server until a signal ends it.

import { type LogLevel, lineLogger, startServer } from "@kurento-ts/server";

/** The options of `kurento-ts serve` as parsed. */
export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly inProcess: boolean;
  readonly logLevel: LogLevel;
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * Starts a server, prints its address, and resolves when SIGINT or SIGTERM has ended it. A second signal ends the
 * process at once. Rejects when the server cannot start.
 */
export async function serve(options: ServeOptions): Promise<void> {
  const signal = nextSignal();
  // Whoever read the output may go before the server does.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  const server = await startServer({
    address: options.host,
    port: options.port,
    path: options.path,
    host: options.inProcess ? "in-process" : "child-process",
    logger: lineLogger(options.logLevel, (line) => process.stderr.write(line)),
  });
  process.stdout.write(`Kurento media server: ${server.url}\n`);
  process.stderr.write(`${await signal}: closing\n`);
  for (const name of SIGNALS) process.once(name, () => process.exit(1));
  await server.close();
  // Native parts of an in-process host may keep the event loop busy.
  process.exit(0);
}

function nextSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const name of SIGNALS) process.once(name, () => resolve(name));
  });
}
