// `npm run check`: build, types, format, lint, import rules, generated files, unused code, packaging. Names what failed.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { requireNode } from "./node-version.mjs";

requireNode();
const { installPackages, root } = await import("./install.mjs");
installPackages();

const node = (file, ...args) => [process.execPath, `node_modules/${file}`, ...args];
const tsx = (...args) => node("tsx/dist/cli.mjs", ...args);

/** The steps in order: what is checked, and the command. */
const STEPS = [
  ["build", node("typescript/bin/tsc", "-b")],
  ["types of tests, tools and benches", node("typescript/bin/tsc", "-p", "tsconfig.check.json")],
  ["format, lint and import rules", node("@biomejs/biome/bin/biome", "ci", ".")],
  ["promises and switches", node("oxlint/bin/oxlint", "--type-aware", "--tsconfig", "tsconfig.check.json")],
  ["generated files are current", tsx("tools/generate/main.ts", "--check")],
  ["house rules", tsx("tools/house-rules.ts")],
  ["unused files, exports and dependencies", node("knip/bin/knip.js")],
  ...readdirSync(`${root}/packages`).map((name) => [
    `package ${name}`,
    node("publint/src/cli.js", "run", `packages/${name}`, "--pack", "npm", "--strict"),
  ]),
];

const env = { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" };

/** Runs every step, also after a failure, and returns how many passed and failed. */
export function check() {
  let passed = 0;
  let failed = 0;
  for (const [title, [command, ...args]] of STEPS) {
    const started = performance.now();
    const done = spawnSync(command, args, { cwd: root, encoding: "utf8", env, timeout: 300_000 });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    if (done.status === 0) {
      passed += 1;
      console.log(`ok    ${title} (${seconds} s)`);
    } else {
      failed += 1;
      console.log(
        `FAIL  ${title} (${seconds} s)\n${done.stdout ?? ""}${done.stderr ?? ""}${done.error?.message ?? ""}`,
      );
    }
  }
  return { passed, failed };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { passed, failed } = check();
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
