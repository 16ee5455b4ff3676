// Which emitter writes into which folder of the repository, and how the result is compared with what is there.

import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  ApiModel,
  type ClientEmitOptions,
  type ClientRuntimeName,
  type EmitOptions,
  emitClientClasses,
  emitDefinitions,
  emitEventTypes,
  emitServerContract,
  emitValueTypes,
  type GeneratedFile,
  readKmd,
} from "../../packages/protocol/src/generate/index.ts";

/** A generated file that is not as it would be written. */
export interface Difference {
  /** Relative to the root, with slashes. */
  readonly path: string;
  readonly what: "stale" | "missing" | "left over";
}

/** The modules in the order in which they build on each other. */
const MODULES = ["core", "elements", "filters"] as const;

const OPTIONS: EmitOptions = { command: "npm run generate", library: "@kurento-ts/protocol" };

/** Where the client keeps what its generated code needs. */
const CLIENT_RUNTIME: Readonly<Record<ClientRuntimeName, string>> = {
  CallOptions: "../rpc/call-limit.ts",
  ClassInfo: "../objects/remote-object.ts",
  ClientModule: "../objects/client-module.ts",
  ClientReferences: "./references.gen.ts",
  Creatable: "../objects/creation.ts",
  NoParams: "../objects/creation.ts",
  RemoteObject: "../objects/remote-object.ts",
};

const CLIENT_OPTIONS: ClientEmitOptions = {
  ...OPTIONS,
  runtime: (name) => CLIENT_RUNTIME[name],
  extensions: new Map([
    ["Hub", "../extensions/hub.ts"],
    ["MediaPipeline", "../extensions/media-pipeline.ts"],
    ["WebRtcEndpoint", "../extensions/web-rtc-endpoint.ts"],
  ]),
};

/** Reads the KMD files below `root`, and writes the generated files or, with `check`, only compares. */
export async function generateAll(root: string, options: { readonly check: boolean }): Promise<Difference[]> {
  const texts = new Map<string, string>();
  for (const name of MODULES) {
    texts.set(name, await readFile(join(root, "packages/protocol/kmd", `${name}.kmd.json`), "utf8"));
  }
  const model = ApiModel.fromModules([...texts].map(([name, text]) => readKmd(JSON.parse(text), `${name}.kmd.json`)));
  const folders: Readonly<Record<string, readonly GeneratedFile[]>> = {
    "packages/protocol/src/generated": [
      ...emitDefinitions(texts, OPTIONS),
      ...emitValueTypes(model, OPTIONS),
      ...emitEventTypes(model, OPTIONS),
    ],
    "packages/client/src/generated": emitClientClasses(model, CLIENT_OPTIONS),
    "packages/server/src/generated": emitServerContract(model, OPTIONS),
  };
  const differences: Difference[] = [];
  for (const [folder, files] of Object.entries(folders)) {
    differences.push(...(await updateFolder(root, folder, files, options.check)));
  }
  return differences;
}

async function updateFolder(
  root: string,
  folder: string,
  files: readonly GeneratedFile[],
  check: boolean,
): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (const file of files) {
    const path = `${folder}/${file.path}`;
    const found = await readIfThere(join(root, path));
    if (found === file.text) continue;
    differences.push({ path, what: found === undefined ? "missing" : "stale" });
    if (check) continue;
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), file.text);
  }
  const wanted = new Set(files.map((file) => file.path));
  for (const name of await listIfThere(join(root, folder))) {
    if (!name.endsWith(".gen.ts") || wanted.has(name)) continue;
    differences.push({ path: `${folder}/${name}`, what: "left over" });
    if (!check) await rm(join(root, folder, name));
  }
  return differences;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function listIfThere(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder, { recursive: true });
    return names.map((name) => name.replaceAll("\\", "/"));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
