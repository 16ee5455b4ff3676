// The client as users get it: packed, installed into an empty project, imported, required, compiled, and used on a server.

import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type KurentoServer, startServer } from "@kurento-ts/server";
import { afterAll, beforeAll, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** What is installed: the client and all that it needs, packed from this checkout, so that no network is needed. */
const PACKED = ["packages/protocol", "packages/client", "node_modules/ws"];

let server: KurentoServer;
let project: string;

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), "kurento-ts-installed-"));
  server = await startServer({ port: 0, host: "in-process" });
  const tarballs = join(project, "tarballs");
  mkdirSync(tarballs);
  await run(ROOT, "npm", [
    "pack",
    "--silent",
    "--ignore-scripts",
    "--pack-destination",
    tarballs,
    ...PACKED.map((p) => `./${p}`),
  ]);
  writeFileSync(join(project, "package.json"), '{ "name": "empty", "private": true, "type": "module" }');
  const files = readdirSync(tarballs).map((file) => `./tarballs/${file}`);
  await run(project, "npm", [
    "install",
    "--silent",
    "--offline",
    "--no-audit",
    "--no-fund",
    "--ignore-scripts",
    ...files,
  ]);
}, 60_000);

afterAll(async () => {
  await server?.close();
  if (project !== undefined) rmSync(project, { recursive: true, force: true });
});

/** Runs a command; the server of this process goes on meanwhile. */
async function run(cwd: string, command: string, args: readonly string[]): Promise<string> {
  const options = { cwd, shell: process.platform === "win32", timeout: 50_000 };
  const { stdout } = await promisify(execFile)(command, args, options);
  return stdout;
}

/** Runs a program in the project and gives what it printed as JSON. */
async function runProgram(name: string, text: string): Promise<unknown> {
  writeFileSync(join(project, name), text);
  return JSON.parse(await run(project, process.execPath, [name, server.url]));
}

const BODY = `
async function main() {
  const kurento = await connect(process.argv[2]);
  const pipeline = await kurento.create("MediaPipeline");
  const [source, sink] = await Promise.all([pipeline.create("PassThrough"), pipeline.create("PassThrough")]);
  const connected = source.once("ElementConnected");
  await source.connect(sink);
  const same = (await connected).sink === sink;
  const refused = await source.getTag("none").catch((error) => [error instanceof KurentoError, error.code]);
  await kurento.close();
  console.log(JSON.stringify({ same, refused }));
}
main();
`;

test("a module imports it", async () => {
  const program = `import { connect, KurentoError } from "@kurento-ts/client";\n${BODY}`;
  expect(await runProgram("program.mjs", program)).toEqual({ same: true, refused: [true, 40110] });
});

test("a CommonJS program requires it", async () => {
  const program = `const { connect, KurentoError } = require("@kurento-ts/client");\n${BODY}`;
  expect(await runProgram("program.cjs", program)).toEqual({ same: true, refused: [true, 40110] });
});

test("a strict TypeScript program compiles with it, in Node's way of finding modules", async () => {
  writeFileSync(
    join(project, "program.ts"),
    `import { connect, type WebRtcEndpoint } from "@kurento-ts/client";
export async function watch(presenter: WebRtcEndpoint, offer: string): Promise<string> {
  const pipeline = await presenter.getMediaPipeline();
  const viewer = await pipeline.create("WebRtcEndpoint", { sendonly: true });
  await presenter.connect(viewer);
  return await viewer.answerComplete(offer);
}
export const client = await connect("ws://127.0.0.1:8888/kurento");
`,
  );
  const compilerOptions = {
    target: "ES2022",
    lib: ["ES2022", "DOM"],
    module: "NodeNext",
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    types: [],
  };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["program.ts"] }));
  await run(project, process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", "."]);
});

test("nothing else is installed with it, and only what runs is packed", () => {
  const installed = readdirSync(join(project, "node_modules")).filter((name) => !name.startsWith("."));
  expect(installed.toSorted()).toEqual(["@kurento-ts", "ws"]);
  const files = readdirSync(join(project, "node_modules/@kurento-ts/client"), { recursive: true, encoding: "utf8" });
  expect(files).toContain(join("dist", "index.js"));
  expect(files.filter((file) => /\.tsbuildinfo$|test|^src/.test(file))).toEqual([]);
});
