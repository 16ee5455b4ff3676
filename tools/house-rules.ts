// Checks what no linter knows: first lines, file names, sizes, imports that leave a package, and paths of one machine.
import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

const FORBIDDEN_NAMES = ["utils", "util", "misc", "common", "helpers", "types"];
const MAX_FILE_BYTES = 1_000_000;
const MAX_LINES = 500;

/** What is wrong with one file, given its path relative to the root and its text; empty when nothing is. */
export function findBreaches(path: string, text: string): string[] {
  const breaches: string[] = [];
  const isCode = /\.(ts|mts|js|mjs)$/.test(path);
  if (!isCode) return breaches;
  const stem = basename(path).replace(/(\.gen|\.test|\.d)?\.(ts|mts|js|mjs)$/, "");
  if (FORBIDDEN_NAMES.includes(stem)) breaches.push(`is called "${stem}": name the thing`);
  const lines = text.split("\n");
  const first = lines[0]?.startsWith("#!") ? lines[1] : lines[0];
  if (!first?.startsWith("// ") || first.length < 20)
    breaches.push("does not begin with a sentence that says what it is for");
  if (!path.endsWith(".gen.ts") && lines.length > MAX_LINES)
    breaches.push(`has ${lines.length} lines: more than ${MAX_LINES}`);
  for (const match of text.matchAll(/(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g)) {
    const target = resolve("/", dirname(path), match[1] ?? "");
    const home = packageOf(path);
    if (home !== undefined && isSource(path) && !target.startsWith(`/${home}/`)) {
      breaches.push(`imports ${match[1]}, which lies outside ${home}: import the package by its name`);
    }
  }
  return breaches;
}

/** The folder of the package that a path belongs to, for example `packages/server`. */
function packageOf(path: string): string | undefined {
  return /^(?:packages|examples)\/[^/]+/.exec(path.split(sep).join("/"))?.[0];
}

/** True for what a package ships: its tests may reach the shared test support. */
function isSource(path: string): boolean {
  return !path.includes("/test/");
}

function main(): void {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { cwd: root, encoding: "utf8" });
  let breaches = 0;
  for (const path of listed.split("\n").filter((line) => line !== "")) {
    const file = join(root, path);
    const size = statSync(file, { throwIfNoEntry: false })?.size;
    if (size === undefined) continue;
    const found =
      size > MAX_FILE_BYTES
        ? [`has ${size} bytes: more than ${MAX_FILE_BYTES}`]
        : findBreaches(path, readFileSync(file, "utf8"));
    for (const breach of found) console.error(`${relative(root, file)} ${breach}`);
    breaches += found.length;
  }
  if (breaches > 0) process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
