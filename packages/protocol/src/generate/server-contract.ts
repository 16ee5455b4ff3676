// Emits what a server class must be: an interface per class with a method for every operation.

import type { ApiClass, ApiEvent, ApiOperation, ApiParameter } from "../api-elements.ts";
import type { ApiModel } from "../api-model.ts";
import { type EmitOptions, emitted, type GeneratedFile, isEmitted } from "./emitter.ts";
import { bracketed, docComment, header, propertyKey } from "./source-text.ts";
import { TypeWriter } from "./type-text.ts";

/** The name of the interface of a class's constructor parameters. */
export function constructorParamsName(apiClass: ApiClass): string {
  return `${apiClass.name}ConstructorParams`;
}

/** Emits `contract.gen.ts`. Values and events are imported from `library`. */
export function emitServerContract(model: ApiModel, options: EmitOptions): readonly GeneratedFile[] {
  const library = options.library ?? "@kurento-ts/protocol";
  const types = new TypeWriter(
    options,
    { reference: (one) => one.name, argument: "References" },
    { values: library, events: library },
  );
  types.import("ReferenceMap", library);
  const classes = emitted(model.classes, options);
  const raised = raisedEvents(model).filter((event) => isEmitted(event, options));
  const body = [
    `${docComment("What an operation may give back: the value, or a promise of it.")}export type Awaitable<T> = T | Promise<T>;\n`,
    references(classes),
    ...classes.map((one) => contract(one, types)),
    ...classes.filter((one) => one.constructorParams !== undefined).map((one) => constructorParams(one, types)),
    eventProperties(raised, types),
  ].join("\n");
  const text = `${header("What a server class must be: every operation of its class, with objects for references.", options)}\n${types.imports()}\n${body}`;
  return [{ path: "contract.gen.ts", text }];
}

/** The events that some class raises, without the bases of events. */
export function raisedEvents(model: ApiModel): readonly ApiEvent[] {
  const raised = new Set(model.classes.flatMap((one) => one.events));
  return model.events.filter((event) => raised.has(event));
}

function references(classes: readonly ApiClass[]): string {
  const lines = classes.map((one) => `  readonly ${propertyKey(one.name)}: ${one.name};\n`);
  return `${docComment("References as a server sees them: the objects themselves.")}export interface References extends ReferenceMap {\n${lines.join("")}}\n`;
}

function contract(one: ApiClass, types: TypeWriter): string {
  const own = [...one.operations.values()].filter((operation) => operation.owner === one);
  const extend = one.parent === undefined ? "" : ` extends ${one.parent.name}`;
  if (own.length === 0 && one.parent !== undefined) {
    return `${docComment(one.doc)}export type ${one.name} = ${one.parent.name};\n`;
  }
  return `${docComment(one.doc)}export interface ${one.name}${extend} {\n${own.map((each) => operation(each, types)).join("")}}\n`;
}

function operation(one: ApiOperation, types: TypeWriter): string {
  const tags = [
    ...(one.kind === "method" ? one.params : [])
      .filter((param) => param.doc !== "")
      .map((param) => `@param ${param.name} ${param.doc}`),
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
  if (lines.length === 0) return `${doc}export type ${constructorParamsName(one)} = Readonly<Record<never, never>>;\n`;
  return `${doc}export interface ${constructorParamsName(one)} {\n${lines.join("")}}\n`;
}

function eventProperties(raised: readonly ApiEvent[], types: TypeWriter): string {
  const set = new Set(raised);
  const lines = raised.map((event) => {
    const names = ownProperties(event, set).map((property) => JSON.stringify(property.name));
    const type =
      names.length === 0 ? "Readonly<Record<never, never>>" : `Pick<${types.event(event)}, ${names.join(" | ")}>`;
    return `${docComment(event.doc, "  ")}  readonly ${propertyKey(event.name)}: ${type};\n`;
  });
  const doc = docComment(
    "What a class hands over when it raises an event, by the event's name. Source, time, tags and type are added by the host.",
  );
  return `${doc}export interface EventProperties {\n${lines.join("")}}\n`;
}

/** The properties that an event does not have from a base of events. */
export function ownProperties(event: ApiEvent, raised: ReadonlySet<ApiEvent>): readonly ApiParameter[] {
  const inherited = event.parent !== undefined && raised.has(event.parent) ? ownProperties(event.parent, raised) : [];
  return [...inherited, ...event.ownProperties];
}
