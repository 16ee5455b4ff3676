// The command that writes the generated files of the repository, and its check that none of them is stale.

import { execFile } from "node:child_process";
import { appendFile, cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { generateAll } from "../../../tools/generate/generate-all.ts";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
const VALUES = "packages/protocol/src/generated/values.gen.ts";
const CONTRACT = "packages/server/src/generated/contract.gen.ts";
let root: string;

/** Runs `npm run generate` with arguments, in this test's copy of the repository. */
function run(...args: string[]): Promise<{ readonly code: unknown; readonly output: string }> {
  const main = join(repository, "tools/generate/main.ts");
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ["--import", "tsx", main, ...args, root],
      { cwd: repository },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : error.code, output: stdout + stderr });
      },
    );
  });
}

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "generate-command-"));
  await cp(join(repository, "packages/protocol/kmd"), join(root, "packages/protocol/kmd"), { recursive: true });
});

afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

describe("the generated files of this repository", () => {
  it("are as the definitions say", async () => {
    expect(await generateAll(repository, { check: true })).toEqual([]);
  });
});

describe("npm run generate", () => {
  it("writes what is missing, and nothing the second time", async () => {
    const first = await generateAll(root, { check: false });
    expect(first.map(({ path }) => path)).toEqual(expect.arrayContaining([VALUES, CONTRACT]));
    expect(first.every(({ what }) => what === "missing")).toBe(true);
    expect(await generateAll(root, { check: false })).toEqual([]);
  });

  it("with --check fails and names every file that is stale, missing or left over, and writes nothing", async () => {
    const before = await run("--check");
    expect(before.code).toBe(1);
    expect(before.output).toContain(`missing: ${VALUES}\n`);
    expect((await run()).code).toBe(0);
    expect(await run("--check")).toEqual({ code: 0, output: "the generated files are up to date\n" });

    await appendFile(join(root, VALUES), "// by hand\n");
    await rm(join(root, CONTRACT));
    await writeFile(join(root, "packages/server/src/generated/old.gen.ts"), "");
    const { code, output } = await run("--check");
    expect(code).toBe(1);
    expect(output).toContain(`stale: ${VALUES}\n`);
    expect(output).toContain(`missing: ${CONTRACT}\n`);
    expect(output).toContain("left over: packages/server/src/generated/old.gen.ts\n");
    expect(output).toContain("3 generated file(s)");
    expect((await run("--check")).code).toBe(1);
  });

  it("sees that a definition has changed", async () => {
    await generateAll(root, { check: false });
    const kmd = join(root, "packages/protocol/kmd/filters.kmd.json");
    await writeFile(kmd, '{"name":"filters","version":"7.3.0"}');
    expect((await generateAll(root, { check: true })).map(({ what }) => what)).toContain("stale");
    await writeFile(kmd, '{"name":"filters","remoteClasses":[{"name":"F","extends":"Nope"}]}');
    await expect(generateAll(root, { check: true })).rejects.toThrow(
      "filters: class F: extends: there is no class Nope",
    );
  });

  it("does not take an option that it does not know", async () => {
    const { code, output } = await run("--chekc");
    expect(code).toBe(2);
    expect(output).toContain("unknown option --chekc");
  });
});
