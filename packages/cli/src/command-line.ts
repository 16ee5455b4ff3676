// The commands and options of `kurento-ts`.

import { readFileSync } from "node:fs";
import { LOG_LEVELS } from "@kurento-ts/server";
import { Command, InvalidArgumentError, Option } from "commander";
import { type ServeOptions, serve } from "./serve.ts";

/** Builds the parser. Wrong arguments throw a `CommanderError` after they were explained on the error stream. */
export function commandLine(): Command {
  const program = new Command("kurento-ts")
    .description("Kurento for TypeScript: a WebRTC media server that speaks Kurento's protocol")
    .version(packageVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .showHelpAfterError("(add --help for the options)")
    .exitOverride();
  program
    .command("serve")
    .description("run a media server until it gets SIGINT or SIGTERM")
    .option("--host <address>", "the address to listen on; 0.0.0.0 or :: for all, which lets everybody in", "127.0.0.1")
    .option("--port <number>", "the port to listen on, 0 for any free one", portNumber, 8888)
    .option("--path <path>", "the path that clients connect to", urlPath, "/kurento")
    .option("--in-process", "handle media in this process: a crash in native code then ends the server", false)
    .addOption(
      new Option("--log-level <level>", "the least important lines to log").choices([...LOG_LEVELS]).default("info"),
    )
    .addHelpText(
      "after",
      "\nThe address goes to standard output when clients can connect; the log goes to standard error.",
    )
    .action((options: ServeOptions) => serve(options));
  return program;
}

function portNumber(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new InvalidArgumentError("Expected a port from 0 to 65535.");
  return port;
}

function urlPath(text: string): string {
  if (!/^\/[^?#\s]*$/.test(text)) throw new InvalidArgumentError("Expected a path that begins with /.");
  return text;
}

function packageVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  // The package's own file.
  return (JSON.parse(text) as { version: string }).version;
}
