// Proves that the rules about imports, names and sizes fail when they are broken.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { findBreaches } from "../../tools/house-rules.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
let copy: string;

beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), "kurento-ts-house-"));
  for (const file of ["biome.json", "package.json", ".gitignore"]) cpSync(join(root, file), join(copy, file));
  spawnSync("git", ["init", "-q", copy]);
  for (const name of ["protocol", "rtp", "client", "server", "cli"]) {
    mkdirSync(join(copy, "packages", name, "src"), { recursive: true });
    cpSync(join(root, "packages", name, "package.json"), join(copy, "packages", name, "package.json"));
  }
});

afterEach(() => rmSync(copy, { recursive: true, force: true }));

/** Lints the copy of the workspace that holds the given files; returns the exit code and what was printed. */
function lint(files: Record<string, string>): { status: number | null; output: string } {
  for (const [path, text] of Object.entries(files)) writeFileSync(join(copy, path), text);
  const biome = join(root, "node_modules/@biomejs/biome/bin/biome");
  const done = spawnSync(process.execPath, [biome, "lint", "--max-diagnostics=none", "."], {
    cwd: copy,
    encoding: "utf8",
  });
  return { status: done.status, output: done.stdout + done.stderr };
}

it("accepts imports that go down the floors", () => {
  const { status, output } = lint({
    "packages/server/src/a.ts":
      'import { METHODS } from "@kurento-ts/protocol";\nexport const methods: unknown = METHODS;\n',
    "packages/client/src/a.ts":
      'import { METHODS } from "@kurento-ts/protocol";\nexport const methods: unknown = METHODS;\n',
  });
  expect(output).not.toContain("noRestrictedImports");
  expect(status).toBe(0);
});

it.each([
  ["packages/client/src/a.ts", "@kurento-ts/server"],
  ["packages/client/src/a.ts", "@kurento-ts/rtp"],
  ["packages/server/src/a.ts", "@kurento-ts/client"],
  ["packages/server/src/a.ts", "@kurento-ts/av"],
  ["packages/protocol/src/a.ts", "@kurento-ts/client"],
  ["packages/rtp/src/a.ts", "@kurento-ts/protocol"],
])("refuses that %s imports %s", (path, target) => {
  const { status, output } = lint({
    [path]: `import * as other from "${target}";\nexport const used: unknown = other;\n`,
  });
  expect(status).not.toBe(0);
  expect(output).toContain("noRestrictedImports");
});

it("refuses an import circle", () => {
  const { status, output } = lint({
    "packages/rtp/src/a.ts": 'import { b } from "./b.ts";\nexport const a = (): number => b();\n',
    "packages/rtp/src/b.ts": 'import { a } from "./a.ts";\nexport const b = (): number => a();\n',
  });
  expect(status).not.toBe(0);
  expect(output).toContain("noImportCycles");
});

it("refuses a circle of types alone", () => {
  const { status, output } = lint({
    "packages/rtp/src/a.ts": 'import type { B } from "./b.ts";\nexport interface A {\n  readonly b: B;\n}\n',
    "packages/rtp/src/b.ts": 'import type { A } from "./a.ts";\nexport interface B {\n  readonly a: A;\n}\n',
  });
  expect(status).not.toBe(0);
  expect(output).toContain("noImportCycles");
});

it("refuses a dependency that package.json does not declare", () => {
  const { status, output } = lint({
    "packages/rtp/src/a.ts": 'import { WebSocket } from "ws";\nexport const socket: unknown = WebSocket;\n',
  });
  expect(status).not.toBe(0);
  expect(output).toContain("noUndeclaredDependencies");
});

it("refuses `any`", () => {
  const { status, output } = lint({ "packages/rtp/src/a.ts": "export const a: any = 1;\n" });
  expect(status).not.toBe(0);
  expect(output).toContain("noExplicitAny");
});

it("names files without a first sentence, with a nothing-saying name, or with imports that leave their package", () => {
  const good = "// Says in one sentence what the file is for.\n";
  expect(findBreaches("packages/rtp/src/packet.ts", good)).toEqual([]);
  expect(findBreaches("packages/rtp/src/packet.ts", "export {};\n")).toHaveLength(1);
  expect(findBreaches("packages/rtp/src/utils.ts", good)).toHaveLength(1);
  expect(findBreaches("packages/rtp/src/long.ts", good + "\n".repeat(600))).toHaveLength(1);
  expect(findBreaches("packages/rtp/src/a.ts", `${good}import { x } from "../../server/src/x.ts";\n`)).toHaveLength(1);
  expect(findBreaches("packages/rtp/src/a/b.ts", `${good}import { x } from "../x.ts";\n`)).toEqual([]);
});
