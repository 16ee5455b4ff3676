// Installs the npm packages and builds the workspace when that is not done yet; quick when it is.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The root of the workspace. */
export const root = fileURLToPath(new URL("..", import.meta.url));

const stampFile = `${root}/node_modules/.kurento-ts-installed`;

/** Runs `npm ci` unless node_modules was made from this very lock file, by this major version of Node. */
export function installPackages() {
  const lock = createHash("sha256")
    .update(readFileSync(`${root}/package-lock.json`))
    .digest("hex");
  const stamp = `${lock} node${process.versions.node.split(".")[0]} ${process.platform}-${process.arch}`;
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return;
  console.log("installing npm packages (once) …");
  const windows = process.platform === "win32";
  const done = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    shell: windows,
  });
  if (done.status !== 0) {
    const why = done.error?.message ?? `exit ${done.status}`;
    fail(`npm ci failed (${why}). Is the npm registry reachable? The output above says more.`);
  }
  writeFileSync(stampFile, stamp);
}

/** Compiles the packages and examples; takes about a second when nothing changed. */
export function build() {
  const done = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "-b"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (done.status !== 0) fail("the build failed: the errors above name the files.");
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
