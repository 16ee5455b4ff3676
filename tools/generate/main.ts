// Writes the generated files of the repository from the KMD files, or checks that they are as they would be written.
// `npm run generate` writes; `npm run generate -- --check` names every stale, missing or left-over file and fails.

import { fileURLToPath } from "node:url";
import { generateAll } from "./generate-all.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const unknown = process.argv.slice(2).filter((argument) => argument !== "--check");
if (unknown.length > 0) {
  console.error(`generate: unknown argument ${unknown.join(" ")}; expected nothing or --check`);
  process.exit(2);
}
const check = process.argv.includes("--check");
const differences = await generateAll(root, { check });
for (const { path, what } of differences)
  console.log(`${check ? what : what === "left over" ? "removed" : "wrote"}: ${path}`);
if (check && differences.length > 0) {
  console.error(`${differences.length} generated file(s) are not as the KMD files say. Run: npm run generate`);
  process.exit(1);
}
if (differences.length === 0) console.log("generated files are up to date");
