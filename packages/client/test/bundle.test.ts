// What a bundler makes of the client for a page: nothing of Node, and not much of anything.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kurento-ts-bundle-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Bundles a program with esbuild; returns the text and the files that went into it. */
function bundle(program: string, platform: "browser" | "node"): { text: Buffer; inputs: readonly string[] } {
  const file = join(folder, `${platform}.js`);
  const meta = join(folder, `${platform}.json`);
  const args = ["--bundle", "--minify", "--format=esm", `--platform=${platform}`, `--outfile=${file}`];
  const done = spawnSync(process.execPath, ["node_modules/esbuild/bin/esbuild", ...args, `--metafile=${meta}`], {
    cwd: ROOT,
    encoding: "utf8",
    input: program,
  });
  if (done.status !== 0) throw new Error(`esbuild failed:\n${done.stderr}`);
  const { inputs } = JSON.parse(readFileSync(meta, "utf8")) as { inputs: Record<string, unknown> };
  return { text: readFileSync(file), inputs: Object.keys(inputs) };
}

test("a bundle for browsers holds no ws and nothing of Node, and stays below 20 kB compressed", () => {
  const { text, inputs } = bundle('export { connect } from "@kurento-ts/client";', "browser");
  expect(inputs).toContain("packages/client/dist/rpc/socket-browser.js");
  expect(inputs.filter((path) => path.includes("socket-node") || path.includes("node_modules/ws"))).toEqual([]);
  expect(text.toString()).not.toMatch(/require\(|from\s*"node:/);
  const compressed = gzipSync(text, { level: 9 }).length;
  console.log(`the client in a page: ${text.length} bytes, ${compressed} compressed`);
  expect(compressed).toBeLessThan(20_000);
});

test("a bundle for Node uses ws", () => {
  const { inputs } = bundle('export { connect } from "@kurento-ts/client";', "node");
  expect(inputs).toContain("packages/client/dist/rpc/socket-node.js");
  expect(inputs.some((path) => path.startsWith("node_modules/ws/"))).toBe(true);
});

test("the definition of the API, which only servers and generators need, is not in it", () => {
  const { inputs } = bundle('export * from "@kurento-ts/client";', "browser");
  expect(inputs.filter((path) => /definitions|decode|generate\//.test(path))).toEqual([]);
});

test("declarations compile for a page without the types of Node", () => {
  const program = join(folder, "page.ts");
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "junction");
  writeFileSync(
    program,
    `import { connect } from "@kurento-ts/client";
export async function show(offer: string): Promise<string> {
  const kurento = await connect("ws://127.0.0.1:8888/kurento");
  const pipeline = await kurento.create("MediaPipeline");
  const endpoint = await pipeline.create("WebRtcEndpoint");
  return await endpoint.answerComplete(offer);
}
`,
  );
  const config = {
    compilerOptions: {
      target: "ES2022",
      lib: ["ES2022", "DOM"],
      module: "ESNext",
      moduleResolution: "bundler",
      strict: true,
      skipLibCheck: false,
      noEmit: true,
      types: [],
    },
    files: [program],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const done = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", folder], {
    cwd: ROOT,
    encoding: "utf8",
  });
  expect(done.stdout + done.stderr).toBe("");
});
