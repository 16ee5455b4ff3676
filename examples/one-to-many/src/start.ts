// `npm start`: runs the application on an embedded media server, or on the one that `--kurento ws://…` names.

import { parseArgs } from "node:util";
import { startServer } from "@kurento-ts/server";
import { startApp } from "./app.ts";

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      kurento: { type: "string" },
      host: { type: "string", default: "127.0.0.1" },
      port: { type: "string", default: "8080" },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new TypeError(`--port: expected 0 to 65535, got ${values.port}`);
  const mediaServer = values.kurento === undefined ? await startServer({ port: 0 }) : undefined;
  const kurentoUrl = values.kurento ?? mediaServer?.url ?? "";
  const app = await startApp({ kurentoUrl, host: values.host, port });
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
  process.exit(1);
});
