// What the command does with its arguments.

import { CommanderError } from "commander";
import { commandLine } from "./command-line.ts";

/** The exit code when the arguments make no sense. */
const BAD_USAGE = 2;

/** Runs the command and sets the exit code of the process: 0, 1 when it failed, 2 when its arguments make no sense. */
export async function run(args: readonly string[]): Promise<void> {
  try {
    await commandLine().parseAsync([...args], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) {
      // What was wrong stands on the error stream already; help and version end here as well.
      process.exitCode = error.exitCode === 0 ? 0 : BAD_USAGE;
      return;
    }
    process.stderr.write(`kurento-ts: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
