// `npm start`: runs the application on an embedded media server, or on the one that `--kurento ws://…` names.

import { parseArgs } from "node:util";
import { lineLogger, startServer } from "@kurento-ts/server";
import { startApp } from "./app.ts";

const USAGE = `npm start -- [--port 8080] [--host 127.0.0.1] [--kurento ws://host:8888/kurento]

  --port     where the page is served; 0 takes any free port
  --host     the address to listen on; browsers give a page the camera only on localhost or over HTTPS
  --kurento  a media server to use instead of the embedded one`;

interface StartOptions {
  readonly kurento: string | undefined;
  readonly host: string;
  readonly port: number;
}

/** Reads the command line; undefined when help was asked for. Throws an error that says what is wrong. */
function readOptions(): StartOptions | undefined {
  const { values } = parseArgs({
    options: {
      kurento: { type: "string" },
      host: { type: "string", default: "127.0.0.1" },
      port: { type: "string", default: "8080" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return undefined;
  const port = /^\d+$/.test(values.port) ? Number(values.port) : Number.NaN;
  if (!(port <= 65_535)) throw new TypeError(`--port: expected 0 to 65535, got "${values.port}"`);
  const { kurento, host } = values;
  if (kurento !== undefined && !/^wss?:\/\/[^/]/.test(kurento)) {
    throw new TypeError(`--kurento: expected an address like ws://host:8888/kurento, got "${kurento}"`);
  }
  return { kurento, host, port };
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options === undefined) return console.log(USAGE);
  const { kurento, host, port } = options;
  const mediaServer =
    kurento === undefined ? await startServer({ port: 0, logger: lineLogger("warn", console.error) }) : undefined;
  const kurentoUrl = kurento ?? mediaServer?.url ?? "";
  const app = await startApp({ kurentoUrl, host, port });
  console.log(`media server: ${kurentoUrl}${mediaServer === undefined ? "" : " (embedded)"}`);
  console.log(`open ${app.url} in two tabs: present in one, watch in the other`);
  console.log("Ctrl+C ends it.");

  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    app
      .close()
      .then(() => mediaServer?.close())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error);
          process.exit(1);
        },
      );
  };
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  if (error instanceof TypeError) console.error(`\n${USAGE}`);
  process.exit(1);
});
