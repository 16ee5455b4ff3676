// The code that is generated for a custom module: it compiles, says what the definition says, and hides no global.

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  ApiModel,
  docComment,
  type EmitOptions,
  emitEventTypes,
  emitServerContract,
  emitValueTypes,
  type GeneratedFile,
  readKmd,
  safeName,
} from "../src/generate/index.ts";
import { api, customApi } from "./support/known-objects.ts";

const OPTIONS: EmitOptions = { command: "kurento-ts generate", modules: ["shapes"], serverLibrary: "kurento-contract" };
const protocol = fileURLToPath(new URL("../src/index.ts", import.meta.url));
const contract = fileURLToPath(new URL("../../server/src/generated/contract.gen.ts", import.meta.url));
const emitters = [emitValueTypes, emitEventTypes, emitServerContract];

let folder: string;
const files: readonly GeneratedFile[] = emitters.flatMap((emit) => emit(customApi, OPTIONS));
const textOf = (path: string): string => files.find((file) => file.path === path)!.text;

/** What the compiler says of the generated files and the given program beside them; empty when it is content. */
async function compile(program: string): Promise<string> {
  await writeFile(join(folder, "program.ts"), program);
  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
  return new Promise((resolve) => {
    execFile(process.execPath, [tsc, "-p", folder], (_, stdout, stderr) => resolve(stdout + stderr));
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "generated-code-"));
  const compilerOptions = {
    strict: true,
    noEmit: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noUnusedLocals: true,
    isolatedDeclarations: true,
    declaration: true,
    allowImportingTsExtensions: true,
    verbatimModuleSyntax: true,
    erasableSyntaxOnly: true,
    module: "nodenext",
    target: "ES2022",
    lib: ["ES2022", "DOM"],
    types: [],
    paths: { "@kurento-ts/protocol": [protocol], "kurento-contract": [contract] },
  };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
  for (const file of files) await writeFile(join(folder, file.path), file.text);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("code for a custom module", () => {
  it("compiles under strict rules, and types a server class, its values and its events", async () => {
    const program = `
      import type { AnyStats, MediaElement } from "./import-check.ts";
      import type { Canvas, CanvasConstructorParams, EventProperties } from "./contract.gen.ts";
      import type { DrawnEvent, EventsByClass } from "./events.gen.ts";
      import { type AnyShape, COLOUR_VALUES, type Group, type KurentoPromise, type ObjectIds } from "./values.gen.ts";

      export const shape: AnyShape = { __type__: "Circle", radius: 1 };
      export const group: Group<ObjectIds> = { members: [shape], anchors: ["id"] };
      export const kept: KurentoPromise = { kept: true };
      export const colours: readonly string[] = COLOUR_VALUES;
      export function radius(one: AnyShape): number {
        return one.__type__ === "Circle" ? one.radius : 0;
      }
      export function drawn(event: EventsByClass["Canvas"]["Drawn"], same: DrawnEvent): string {
        const type: "Drawn" = same.type;
        return type + event.canvas + event.source + event.timestampMillis;
      }
      export function inherited(event: EventsByClass["Canvas"]["Error"]): string {
        return event.description;
      }
      export async function use(canvas: Canvas, params: CanvasConstructorParams, raised: EventProperties): Promise<void> {
        await canvas.draw({ __type__: "Group", members: [], anchors: [canvas] }, undefined, [[1], [2]]);
        await canvas.connect(canvas, "AUDIO");
        const sink: MediaElement = raised.Drawn.canvas;
        const stats: Readonly<Record<string, AnyStats>> = await sink.getStats();
        await params.mediaPipeline.setName(Object.keys(stats).join());
      }
    `;
    await writeFile(
      join(folder, "import-check.ts"),
      'export type { AnyStats } from "@kurento-ts/protocol";\nexport type { MediaElement } from "kurento-contract";\n',
    );
    expect(await compile(program)).toBe("");
  });

  it("does not let a missing method, a wrong value or an unknown event compile", async () => {
    const errors = await compile(`
      import type { Canvas } from "./contract.gen.ts";
      import type { EventsByClass } from "./events.gen.ts";
      import type { AnyShape } from "./values.gen.ts";
      export const shape: AnyShape = { __type__: "Circle" };
      export const colour: AnyShape = { __type__: "Shape", colour: "BLUE" };
      export type Unknown = EventsByClass["Canvas"]["Nope"];
      export const canvas: Pick<Canvas, "draw"> = {};
    `);
    expect(errors.match(/program\.ts\((\d+),/g)).toHaveLength(4);
    for (const text of ["'radius'", '"BLUE"', "'Nope'", "'draw'"]) expect(errors).toContain(text);
  });

  it("names the command that makes it, and has no line without end", () => {
    for (const file of files) {
      expect(file.text.split("\n")[1]).toBe("// Generated by `kurento-ts generate`. Do not edit.");
      expect(file.text.endsWith("}\n") || file.text.endsWith(";\n")).toBe(true);
      expect(Math.max(...file.text.split("\n").map((line) => line.length))).toBeLessThan(150);
    }
  });

  it("cannot be broken out of by what a definition says", () => {
    expect(textOf("values.gen.ts")).toContain("/** A colour. *\\/ alert(1) /* */");
  });

  it("declares nothing that hides a global, and renames what would", async () => {
    const all = emitters.flatMap((emit) => [...emit(customApi, OPTIONS), ...emit(api, { command: "c" })]);
    const names = all.flatMap(({ text }) =>
      [...text.matchAll(/^export (?:interface|type|const) (\w+)/gm)].map((match) => match[1]!),
    );
    expect(names).toContain("KurentoErrorEvent");
    expect(names).toContain("KurentoPromise");
    expect(names.filter((name) => name in globalThis)).toEqual([]);
    expect(["Error", "Event", "ErrorEvent", "MediaStream", "Promise"].map(safeName)).toEqual([
      "KurentoError",
      "KurentoEvent",
      "KurentoErrorEvent",
      "KurentoMediaStream",
      "KurentoPromise",
    ]);
  });

  it("is refused when two elements would have one name", () => {
    const register = { typeFormat: "REGISTER", properties: [] };
    const module = {
      name: "twice",
      complexTypes: [
        { ...register, name: "Base" },
        { ...register, name: "More", extends: "Base" },
        { ...register, name: "AnyBase" },
      ],
    };
    const model = ApiModel.fromModules([readKmd(module, "twice")]);
    expect(() => emitValueTypes(model, { command: "c" })).toThrow(
      "values.gen.ts: two elements of the API would both be called AnyBase",
    );
  });

  it("imports only what it needs when the module is self-contained", () => {
    const model = ApiModel.fromModules([readKmd({ name: "alone", remoteClasses: [{ name: "Thing" }] }, "alone")]);
    const text = emitters
      .flatMap((emit) => emit(model, { command: "c" }))
      .map((file) => file.text)
      .join("");
    expect(text).not.toContain("Kurento");
    expect(text).toContain("export interface Thing {\n}");
  });
});

describe("a doc comment", () => {
  it("is one line when it fits, and wrapped when it does not", () => {
    expect(docComment("")).toBe("");
    expect(docComment("Short.", "  ")).toBe("  /** Short. */\n");
    const long = docComment(`${"word ".repeat(40)}\n\n${"x".repeat(200)}`, "  ", ["@param a what"]);
    expect(long.split("\n")[0]).toBe("  /**");
    expect(long).toContain("\n   *\n");
    expect(long).toContain("\n   * @param a what\n");
    expect(long.split("\n").every((line) => line.length <= 120 || line.includes("xxx"))).toBe(true);
  });
});

describe("Kurento's own API", () => {
  it("has a method in the contract for every operation and an entry for every event", async () => {
    const text = await readFile(contract, "utf8");
    for (const one of api.classes) {
      for (const operation of one.operations.values()) {
        if (operation.owner === one) expect(text).toMatch(new RegExp(`^  ${operation.name}\\(`, "m"));
      }
      for (const event of one.events) expect(text).toMatch(new RegExp(`^  readonly ${event.name}: `, "m"));
    }
  });
});
