// Emits what the client's run time and its `create` go by: tables of classes and references, and what can be created.

import type { ApiClass, ApiEvent, ApiName, ApiParameter, ApiRegister, ApiType } from "../api-elements.ts";
import type { ApiModel } from "../api-model.ts";
import { typeName } from "../type-name.ts";
import {
  type ClientEmitOptions,
  classImport,
  className,
  createParamsName,
  lineage,
  runtimeFile,
} from "./client-names.ts";
import { emitted, eventTypeName, type GeneratedFile, isPolymorphic, safeName, unionName } from "./emitter.ts";
import { classEventsName } from "./event-types.ts";
import { docComment, header, importTypes, propertyKey } from "./source-text.ts";
import { holdsReferences, TypeWriter } from "./type-text.ts";

/** Emits the tables of the client. */
export function emitClientTables(model: ApiModel, options: ClientEmitOptions): readonly GeneratedFile[] {
  return [classList(model, options), references(model, options), creatable(model, options), modules(model, options)];
}

/** `classes.gen.ts`: every class by its public name. */
function classList(model: ApiModel, options: ClientEmitOptions): GeneratedFile {
  const lines = emitted(model.classes, options).map(
    (one) => `export { ${className(one)} } from ${JSON.stringify(classImport(one, options))};\n`,
  );
  return { path: "classes.gen.ts", text: `${header("The classes of the client.", options)}\n${lines.sort().join("")}` };
}

/** `references.gen.ts`: value and event types as the client gives them, with objects where the wire has ids. */
function references(model: ApiModel, options: ClientEmitOptions): GeneratedFile {
  const library = options.library ?? "@kurento-ts/protocol";
  const classes = emitted(model.classes, options);
  const entries = classes.map((one) => `  readonly ${propertyKey(one.name)}: ${className(one)};\n`).join("");
  const imports = classes
    .map((one) => importTypes([className(one)], classImport(one, options)))
    .sort()
    .join("");
  const alias = (name: string, doc: string): string =>
    `${docComment(doc)}export type ${name} = Wire.${name}<ClientReferences>;\n`;
  const aliases = [
    ...emitted(model.registers, options)
      .filter((one) => holdsReferences(one))
      .map((one) => alias(safeName(one.name), one.doc)),
    ...emitted(model.events, options)
      .filter((one) => holdsReferences(one))
      .map((one) => alias(eventTypeName(one), one.doc)),
    ...classes.map((one) =>
      alias(classEventsName(one), `What a {@link ${className(one)}} raises: its events by name, with their data.`),
    ),
  ];
  const plain = [
    ...emitted(model.enums, options).map((one) => safeName(one.name)),
    ...emitted(model.registers, options).flatMap((one) => [
      ...(holdsReferences(one) ? [] : [safeName(one.name)]),
      ...(isPolymorphic(one, options) && ![one, ...one.descendants].some(holdsReferences) ? [unionName(one)] : []),
    ]),
  ].sort();
  const again = `export type {\n${plain.map((name) => `  ${name},\n`).join("")}} from ${JSON.stringify(library)};\n`;
  const body = `${again}\n${docComment("References as a client sees them: the objects themselves.")}export interface ClientReferences extends Wire.ReferenceMap {\n${entries}}\n\n${aliases.join("\n")}`;
  const text = `${header("Values and events as the client gives them: with objects for references.", options)}\n${imports}import type * as Wire from ${JSON.stringify(library)};\n\n${body}`;
  return { path: "references.gen.ts", text };
}

/** What an object is created on. */
type Owner = "Root" | "Pipeline" | "Hub";

const OWNER_DOCS: Readonly<Record<Owner, string>> = {
  Root: "What a client creates, by class: what belongs to no other object. Further modules add theirs by declaration merging.",
  Pipeline: "What a pipeline creates, by class. Further modules add theirs by declaration merging.",
  Hub: "What a hub creates, by class. Further modules add theirs by declaration merging.",
};

/** The owner of new objects of a class, and the constructor parameter that names it. */
function ownerOf(params: readonly ApiParameter[]): { readonly owner: Owner; readonly param: string | undefined } {
  for (const { name, type } of params) {
    if (type.kind !== "class") continue;
    const names = lineage(type.class).map((one) => one.name);
    if (names.includes("MediaPipeline")) return { owner: "Pipeline", param: name };
    if (names.includes("Hub")) return { owner: "Hub", param: name };
  }
  return { owner: "Root", param: undefined };
}

/** `creatable.gen.ts`: what `create` makes and takes. */
function creatable(model: ApiModel, options: ClientEmitOptions): GeneratedFile {
  const library = options.library ?? "@kurento-ts/protocol";
  const types = new TypeWriter(
    options,
    {
      reference: (one) => {
        types.import(className(one), classImport(one, options));
        return className(one);
      },
      argument: "ClientReferences",
    },
    { values: library, events: library },
  );
  const entries: Record<Owner, string[]> = { Root: [], Pipeline: [], Hub: [] };
  const params: string[] = [];
  types.import("Creatable", runtimeFile("Creatable", options));
  for (const one of emitted(model.classes, options)) {
    if (one.constructorParams === undefined) continue;
    const { owner, param } = ownerOf(one.constructorParams);
    const own = one.constructorParams.filter(({ name }) => name !== param);
    if (own.length > 0) params.push(paramsText(one, own, types));
    else types.import("NoParams", runtimeFile("NoParams", options));
    const object = types.type({ kind: "class", class: one });
    const takes = own.length > 0 ? createParamsName(one) : "NoParams";
    entries[owner].push(
      `${docComment(one.constructorDoc, "  ")}  readonly ${propertyKey(one.name)}: Creatable<${object}, ${takes}>;\n`,
    );
  }
  const owners = (["Root", "Pipeline", "Hub"] as const).filter((owner) => entries[owner].length > 0);
  const maps = owners.map(
    (owner) => `${docComment(OWNER_DOCS[owner])}export interface ${owner}Classes {\n${entries[owner].join("")}}\n`,
  );
  const body = [...maps, ...params].join("\n");
  if (body.includes("ClientReferences")) types.import("ClientReferences", runtimeFile("ClientReferences", options));
  const text = `${header("What can be created, on what, from which parameters.", options)}\n${types.imports()}\n${body}`;
  return { path: "creatable.gen.ts", text };
}

function paramsText(one: ApiClass, params: readonly ApiParameter[], types: TypeWriter): string {
  const lines = params.map((param) => {
    const tags = param.defaultValue === undefined ? [] : [`@defaultValue \`${JSON.stringify(param.defaultValue)}\``];
    const type = types.type(param.type);
    return `${docComment(param.doc, "  ", tags)}  readonly ${propertyKey(param.name)}${param.optional ? `?: ${type} | undefined` : `: ${type}`};\n`;
  });
  const doc = docComment(`What a {@link ${className(one)}} is created from.`);
  return `${doc}export interface ${createParamsName(one)} {\n${lines.join("")}}\n`;
}

/** `modules.gen.ts`: the modules as the run time needs them. */
function modules(model: ApiModel, options: ClientEmitOptions): GeneratedFile {
  const names = [...new Set(emitted(model.classes, options).map((one) => one.module))];
  const imports = emitted(model.classes, options)
    .map((one) => `import { ${className(one)} } from ${JSON.stringify(classImport(one, options))};\n`)
    .sort()
    .join("");
  const of = <T extends ApiName>(all: readonly T[], module: string): readonly T[] =>
    emitted(all, options).filter((one) => one.module === module);
  const texts = names.map((module) => {
    const classes = of(model.classes, module).map((one) => `      ${propertyKey(one.name)}: ${className(one)},\n`);
    return `  {\n    name: ${JSON.stringify(module)},\n    classes: {\n${classes.join("")}    },\n${recordsText("registers", of(model.registers, module))}${recordsText("events", of(model.events, module))}  },\n`;
  });
  const doc = docComment("The modules that the client has classes for.");
  const runtime = importTypes(["ClientModule"], runtimeFile("ClientModule", options));
  const body = `${doc}export const CLIENT_MODULES: readonly ClientModule[] = [\n${texts.join("")}];\n`;
  return {
    path: "modules.gen.ts",
    text: `${header("The modules of the client as its run time needs them.", options)}\n${runtime}${imports}\n${body}`,
  };
}

/** Where the records of a module hold references. */
function recordsText(key: string, records: readonly (ApiRegister | ApiEvent)[]): string {
  const lines = records.filter(holdsReferences).map((one) => {
    const properties = one.properties
      .filter((property) => reachesReference(property.type))
      .map((property) => `${propertyKey(property.name)}: ${JSON.stringify(typeName(property.type))}`);
    return `      ${propertyKey(one.name)}: { ${properties.join(", ")} },\n`;
  });
  return lines.length === 0 ? `    ${key}: {},\n` : `    ${key}: {\n${lines.join("")}    },\n`;
}

function reachesReference(type: ApiType): boolean {
  switch (type.kind) {
    case "primitive":
    case "enum":
      return false;
    case "class":
      return true;
    case "list":
    case "map":
      return reachesReference(type.of);
    case "register":
      return [type.register, ...type.register.descendants].some(holdsReferences);
  }
}
