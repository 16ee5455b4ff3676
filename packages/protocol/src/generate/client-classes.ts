// Emits the classes of the client: a file each, with a method for every operation.

import type { ApiClass, ApiOperation, ApiParameter } from "../api-elements.ts";
import type { ApiModel } from "../api-model.ts";
import { typeName } from "../type-name.ts";
import {
  type ClientEmitOptions,
  type ClientRuntimeName,
  classFile,
  classImport,
  className,
  emittedClassName,
  lineage,
  runtimeFile,
} from "./client-names.ts";
import { emitClientTables } from "./client-tables.ts";
import { emitted, type GeneratedFile } from "./emitter.ts";
import { classEventsName } from "./event-types.ts";
import { bracketed, docComment, header, propertyKey } from "./source-text.ts";
import { TypeWriter } from "./type-text.ts";

/** What every client object has from the run time; an operation of that name gets an underscore behind it. */
const RUNTIME_MEMBERS: ReadonlySet<string> = new Set([
  ..."constructor createChild id invoke on once release released then toJSON toString type".split(" "),
]);

/** How wide a line of generated text may be. */
const LINE_WIDTH = 120;

/** A getter of these never gives null, although it gives an object: only ServerManager has no pipeline. */
const NEVER_NULL: ReadonlySet<string> = new Set(["MediaObject.getMediaPipeline"]);

/** Emits the classes of the client and the tables that its run time and its `create` go by. */
export function emitClientClasses(model: ApiModel, options: ClientEmitOptions): readonly GeneratedFile[] {
  return [
    ...emitted(model.classes, options).map((one) => classText(one, options)),
    ...emitClientTables(model, options),
  ];
}

/** The imports of one class file. */
class Imports {
  readonly values: string[] = [];
  readonly types: TypeWriter;
  readonly #options: ClientEmitOptions;
  readonly #self: ApiClass;

  constructor(self: ApiClass, options: ClientEmitOptions) {
    this.#self = self;
    this.#options = options;
    const library = options.library ?? "@kurento-ts/protocol";
    this.types = new TypeWriter(
      options,
      { reference: (one) => this.class(one), argument: "ClientReferences" },
      { values: library, events: library },
    );
  }

  /** A class as a type. */
  class(one: ApiClass): string {
    // A class that is finished by hand stands for its generated part everywhere, also in that part itself.
    if (one !== this.#self || this.#options.extensions?.has(one.name) === true) {
      this.types.import(className(one), classImport(one, this.#options));
    }
    return className(one);
  }

  /** A type of the run time. */
  runtimeType(name: ClientRuntimeName): string {
    this.types.import(name, runtimeFile(name, this.#options));
    return name;
  }

  /** Something of the run time that is there when the program runs. */
  value(name: string, from: string): string {
    this.values.push(`import { ${name} } from ${JSON.stringify(from)};\n`);
    return name;
  }
}

function classText(one: ApiClass, options: ClientEmitOptions): GeneratedFile {
  const imports = new Imports(one, options);
  const parent =
    one.parent === undefined
      ? imports.value("RemoteObject", runtimeFile("RemoteObject", options))
      : imports.value(className(one.parent), classImport(one.parent, options));
  const own = [...one.operations.values()].filter((operation) => operation.owner === one);
  const methods = own.map((operation) => `\n${methodText(operation, imports)}`).join("");
  const info = classInfoText(one, imports);
  const body = `${docComment(one.doc)}export class ${emittedClassName(one, options)} extends ${parent} {\n${info}${methods}}\n`;
  const types = importLines(imports.types, body, options);
  const what = `The client's class ${one.name}.`;
  return { path: classFile(one), text: `${header(what, options)}\n${types}${imports.values.sort().join("")}\n${body}` };
}

/** The imports of types, with the references added when a value type names them. */
function importLines(types: TypeWriter, body: string, options: ClientEmitOptions): string {
  if (body.includes("ClientReferences")) types.import("ClientReferences", runtimeFile("ClientReferences", options));
  return types.imports();
}

function classInfoText(one: ApiClass, imports: Imports): string {
  imports.runtimeType("ClassInfo");
  const events = imports.types.named(one, classEventsName(one), "events");
  const names = lineage(one).map((each) => JSON.stringify(each.name));
  const line = `  declare readonly "~class": ClassInfo<${names.join(" | ")}, ${events}<ClientReferences>>;\n`;
  if (line.length <= LINE_WIDTH + 1) return line;
  const list = names.map((name) => `    | ${name}\n`).join("");
  return `  declare readonly "~class": ClassInfo<\n${list.trimEnd()},\n    ${events}<ClientReferences>\n  >;\n`;
}

function methodText(operation: ApiOperation, imports: Imports): string {
  const name = RUNTIME_MEMBERS.has(operation.name) ? `${operation.name}_` : operation.name;
  imports.runtimeType("CallOptions");
  const optionsName = operation.params.some((param) => param.name === "options") ? "callOptions" : "options";
  const params = operation.params.map((param, index) => paramText(param, operation.params.slice(index + 1), imports));
  const result = resultText(operation, imports);
  const returns =
    operation.result === undefined
      ? []
      : [JSON.stringify(typeName(operation.result) + (mayBeNull(operation) ? "?" : ""))];
  const passed = operation.params.map((param) => propertyKey(param.name)).join(", ");
  const call = [JSON.stringify(operation.name), passed === "" ? "{}" : `{ ${passed} }`, optionsName, ...returns];
  return (
    docComment(operation.doc, "  ", tags(operation)) +
    bracketed(`${name}(`, [...params, `${optionsName}?: CallOptions`], `): Promise<${result}> {`, "  ") +
    bracketed("return this.invoke(", call, ");", "    ") +
    "  }\n"
  );
}

/** A getter of an object gives undefined when there is none, as for the parent of a pipeline. */
function mayBeNull(operation: ApiOperation): boolean {
  return (
    operation.kind === "getter" &&
    operation.result?.kind === "class" &&
    !NEVER_NULL.has(`${operation.owner.name}.${operation.name}`)
  );
}

function resultText(operation: ApiOperation, imports: Imports): string {
  if (operation.result === undefined) return "void";
  const text = imports.types.type(operation.result);
  return mayBeNull(operation) ? `${text} | undefined` : text;
}

function paramText(param: ApiParameter, later: readonly ApiParameter[], imports: Imports): string {
  const type = imports.types.type(param.type);
  if (!param.optional) {
    // Kurento wants it on the wire although the definition has a default: the client fills it in.
    const value = param.defaultValue;
    const fillsIn = value !== undefined && later.every((one) => one.optional);
    return `${param.name}: ${type}${fillsIn ? ` = ${JSON.stringify(value)}` : ""}`;
  }
  // Kurento drops an optional parameter when an earlier one is missing: those with a default are therefore sent.
  if (param.defaultValue !== undefined && later.length > 0 && later.every((one) => one.optional)) {
    return `${param.name}: ${type} = ${JSON.stringify(param.defaultValue)}`;
  }
  // A required parameter after an optional one leaves no room for a question mark.
  return later.every((one) => one.optional) ? `${param.name}?: ${type}` : `${param.name}: ${type} | undefined`;
}

function tags(operation: ApiOperation): readonly string[] {
  if (operation.kind !== "method") return [];
  const params = operation.params.map((param) => {
    const value = param.defaultValue === undefined ? "" : `Default \`${JSON.stringify(param.defaultValue)}\`.`;
    return { name: param.name, text: [param.doc, value].filter((text) => text !== "").join(" ") };
  });
  return [
    ...params.filter(({ text }) => text !== "").map(({ name, text }) => `@param ${name} ${text}`),
    ...(operation.resultDoc === "" ? [] : [`@returns ${operation.resultDoc}`]),
  ];
}
