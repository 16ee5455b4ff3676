// Emits what a server class must be: an interface per class with a method for every operation.

import type { ApiClass, ApiEvent, ApiOperation, ApiParameter } from "../api-elements.ts";
import type { ApiModel } from "../api-model.ts";
import {
  assertUniqueNames,
  type EmitOptions,
  emitted,
  type GeneratedFile,
  hasLibraryModules,
  isEmitted,
} from "./emitter.ts";
import { handedOver, raisedEvents } from "./raised-events.ts";
import { bracketed, docComment, header, paramDoc, propertyKey } from "./source-text.ts";
import { TypeWriter } from "./type-text.ts";

/** The name of the interface of a class's constructor parameters. */
export function constructorParamsName(apiClass: ApiClass): string {
  return `${apiClass.name}ConstructorParams`;
}

/**
 * Emits `contract.gen.ts`. When all modules of the model are emitted, values and events come from `library`; otherwise
 * from `values.gen.ts` and `events.gen.ts` beside it, and the contract of the modules that are not from `serverLibrary`.
 */
export function emitServerContract(model: ApiModel, options: EmitOptions): readonly GeneratedFile[] {
  const library = options.library ?? "@kurento-ts/protocol";
  const extension = options.importExtension ?? ".ts";
  // Kurento's own values and events are a package of their own; those of other modules are generated beside this file.
  const custom = hasLibraryModules(model, options);
  const values = custom ? `./values.gen${extension}` : library;
  const events = custom ? `./events.gen${extension}` : library;
  const types: TypeWriter = new TypeWriter(
    options,
    { reference: (one) => className(one, types, options), argument: "References" },
    { values, events },
  );
  const classes = emitted(model.classes, options);
  const raised = raisedEvents(model).filter((event) => isEmitted(event, options));
  const body = [
    `${docComment("What an operation may give back: the value, or a promise of it.")}export type Awaitable<T> = T | Promise<T>;\n`,
    references(classes, custom ? serverLibrary(options) : undefined, types, values),
    ...classes.map((one) => contract(one, types, options)),
    ...classes.filter((one) => one.constructorParams !== undefined).map((one) => constructorParams(one, types)),
    eventProperties(raised, custom ? serverLibrary(options) : undefined, types),
  ].join("\n");
  const text = `${header("What a server class must be: every operation of its class, with objects for references.", options)}\n${types.imports()}\n${body}`;
  return [assertUniqueNames({ path: "contract.gen.ts", text })];
}

function serverLibrary(options: EmitOptions): string {
  return options.serverLibrary ?? "@kurento-ts/server";
}

/** The contract of a class, imported when its module is not emitted. */
function className(one: ApiClass, types: TypeWriter, options: EmitOptions): string {
  if (!isEmitted(one, options)) types.import(one.name, serverLibrary(options));
  return one.name;
}

function references(
  classes: readonly ApiClass[],
  library: string | undefined,
  types: TypeWriter,
  values: string,
): string {
  const extend = library === undefined ? "ReferenceMap" : "KurentoReferences";
  if (library === undefined) types.import("ReferenceMap", values);
  else types.import("References as KurentoReferences", library);
  const lines = classes.map((one) => `  readonly ${propertyKey(one.name)}: ${one.name};\n`);
  return `${docComment("References as a server sees them: the objects themselves.")}export interface References extends ${extend} {\n${lines.join("")}}\n`;
}

function contract(one: ApiClass, types: TypeWriter, options: EmitOptions): string {
  const own = [...one.operations.values()].filter((operation) => operation.owner === one);
  const parent = one.parent === undefined ? undefined : className(one.parent, types, options);
  const extend = parent === undefined ? "" : ` extends ${parent}`;
  if (own.length === 0 && parent !== undefined) return `${docComment(one.doc)}export type ${one.name} = ${parent};\n`;
  return `${docComment(one.doc)}export interface ${one.name}${extend} {\n${own.map((each) => operation(each, types)).join("")}}\n`;
}

function operation(one: ApiOperation, types: TypeWriter): string {
  const tags = [
    ...(one.kind === "method" ? one.params : [])
      .filter((param) => param.doc !== "" || param.defaultValue !== undefined)
      .map((param) => `@param ${param.name} ${paramDoc(param)}`),
    ...(one.kind === "method" && one.resultDoc !== "" ? [`@returns ${one.resultDoc}`] : []),
  ];
  const result = one.result === undefined ? "void" : resultText(one, types);
  const params = one.params.map((param, index) => parameter(param, one.params.slice(index + 1), types));
  return `${docComment(one.doc, "  ", tags)}${bracketed(`${one.name}(`, params, `): Awaitable<${result}>;`, "  ")}`;
}

/** `getParent` of a pipeline is null; any getter of an object may be, so references that are read can be undefined. */
function resultText(one: ApiOperation, types: TypeWriter): string {
  if (one.result === undefined) return "void";
  const text = types.type(one.result);
  return one.result.kind === "class" && one.kind === "getter" ? `${text} | undefined` : text;
}

function parameter(param: ApiParameter, later: readonly ApiParameter[], types: TypeWriter): string {
  const type = types.type(param.type);
  if (!param.optional) return `${param.name}: ${type}`;
  // A required parameter after an optional one leaves no room for a question mark.
  return later.every((one) => one.optional) ? `${param.name}?: ${type}` : `${param.name}: ${type} | undefined`;
}

/** Defaults are filled in before a constructor runs, so only an optional parameter without one can be missing. */
function constructorParams(one: ApiClass, types: TypeWriter): string {
  const lines = (one.constructorParams ?? []).map((param) => {
    const missing = param.optional && param.defaultValue === undefined;
    const type = types.type(param.type);
    return `${docComment(param.doc, "  ")}  readonly ${propertyKey(param.name)}${missing ? `?: ${type} | undefined` : `: ${type}`};\n`;
  });
  const doc = docComment(`What a {@link ${one.name}} is made from, defaults filled in.`);
  if (lines.length === 0) return `${doc}export type ${constructorParamsName(one)} = Readonly<Record<string, never>>;\n`;
  return `${doc}export interface ${constructorParamsName(one)} {\n${lines.join("")}}\n`;
}

function eventProperties(raised: readonly ApiEvent[], library: string | undefined, types: TypeWriter): string {
  const set = new Set(raised);
  const lines = raised.map((event) => {
    const names = handedOver(event, set).map((property) => JSON.stringify(property.name));
    return `${docComment(event.doc, "  ")}  readonly ${propertyKey(event.name)}: ${picked(() => types.event(event), names)};\n`;
  });
  const doc = docComment(
    "What a class hands over when it raises an event, by the event's name. Source, time, tags and type are added by the host.",
  );
  if (library !== undefined) types.import("EventProperties as KurentoEventProperties", library);
  const extend = library === undefined ? "" : " extends KurentoEventProperties";
  return `${doc}export interface EventProperties${extend} {\n${lines.join("")}}\n`;
}

/** A type that is not needed is not written, so that it is not imported either. */
function picked(type: () => string, names: readonly string[]): string {
  if (names.length === 0) return "Readonly<Record<string, never>>";
  const parts = [type(), names.join(" | ")];
  const line = `Pick<${parts.join(", ")}>`;
  return line.length <= 70 ? line : `Pick<\n    ${parts.join(",\n    ")}\n  >`;
}
