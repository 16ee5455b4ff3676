// `npm test`: sets everything up, runs every check and every test, and ends with one line of totals.
import { requireNode } from "./node-version.mjs";

requireNode();
const { installPackages, root } = await import("./install.mjs");
installPackages();
const { installPeers } = await import("./peers.mjs");
const missing = installPeers();
const { check } = await import("./check.mjs");
const { spawnSync } = await import("node:child_process");
const { mkdtempSync, readFileSync, rmSync } = await import("node:fs");
const { tmpdir } = await import("node:os");
const { join } = await import("node:path");

const totals = { passed: 0, failed: 0, skipped: 0 };
const checked = check();
totals.passed += checked.passed;
totals.failed += checked.failed;
if (process.env.CI === "true" && missing.length > 0) {
  console.log(`FAIL  missing peers: ${missing.join(", ")} (with CI=true a missing peer is a failure)`);
  totals.failed += missing.length;
}

const folder = mkdtempSync(join(tmpdir(), "kurento-ts-test-"));
const report = join(folder, "report.json");
const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
const vitest = ["node_modules/vitest/vitest.mjs", "run", ...reporters, ...process.argv.slice(2)];
const done = spawnSync(process.execPath, vitest, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
try {
  const result = JSON.parse(readFileSync(report, "utf8"));
  totals.passed += result.numPassedTests;
  totals.failed += result.numFailedTests;
  totals.skipped += result.numPendingTests + result.numTodoTests;
  // A file that fails to load, or an error outside every test, fails the run without failing a test.
  if (done.status !== 0 && result.numFailedTests === 0) totals.failed += Math.max(1, result.numFailedTestSuites);
} catch (error) {
  console.error(`the test runner left no report: ${error}`);
  totals.failed += 1;
}
rmSync(folder, { recursive: true, force: true });
if (missing.length > 0) console.log(`skipped for want of a peer: ${missing.join(", ")}`);
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exitCode = totals.failed === 0 ? 0 : 1;
