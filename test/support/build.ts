// Builds the packages before the tests, which import them by name: what is tested is what is published.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Run once by vitest. Fails the run when the build does. */
export function setup(): void {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const built = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "-b"], { cwd: root, encoding: "utf8" });
  if (built.status !== 0) throw new Error(`tsc -b failed:\n${built.stdout}${built.stderr}`);
}
