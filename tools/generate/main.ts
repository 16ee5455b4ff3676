// Writes the generated files of the repository from the KMD files, or checks that they are as they would be written.
// `npm run generate` writes; `npm run generate -- --check` names every stale, missing or left-over file and fails.
// An argument is the root of the repository, when it is another than the one this file is in.

import { fileURLToPath } from "node:url";
import { generateAll } from "./generate-all.ts";

const unknown = process.argv.slice(2).filter((argument) => argument.startsWith("-") && argument !== "--check");
if (unknown.length > 0) {
  console.error(`generate: unknown option ${unknown.join(" ")}; expected --check or nothing`);
  process.exit(2);
}
const check = process.argv.includes("--check");
const root = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
const differences = await generateAll(root ?? fileURLToPath(new URL("../..", import.meta.url)), { check });
for (const { path, what } of differences) {
  console.log(`${check ? what : what === "left over" ? "removed" : "wrote"}: ${path}`);
}
if (differences.length === 0) {
  console.log("the generated files are up to date");
} else if (check) {
  console.error(`${differences.length} generated file(s) are not as the KMD files say. Run: npm run generate`);
  process.exitCode = 1;
}
