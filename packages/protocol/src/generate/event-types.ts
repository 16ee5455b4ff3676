// Emits the data types of events, and which class raises which of them.

import type { ApiClass, ApiEvent, ApiParameter } from "../api-elements.ts";
import type { ApiModel } from "../api-model.ts";
import {
  assertUniqueNames,
  type EmitOptions,
  emitted,
  eventTypeName,
  type GeneratedFile,
  isEmitted,
} from "./emitter.ts";
import { raisedEvents } from "./raised-events.ts";
import { docComment, header, propertyKey } from "./source-text.ts";
import { holdsReferences, TypeWriter } from "./type-text.ts";
import { members, REFERENCE_PARAMETER } from "./value-types.ts";

/** The name of the interface that maps the events of a class to their data. */
export function classEventsName(apiClass: ApiClass): string {
  return `${apiClass.name}Events`;
}

/** Emits `events.gen.ts`. */
export function emitEventTypes(model: ApiModel, options: EmitOptions): readonly GeneratedFile[] {
  const extension = options.importExtension ?? ".ts";
  const values = `./values.gen${extension}`;
  const types = new TypeWriter(
    options,
    { reference: (one) => `R[${JSON.stringify(one.name)}]`, argument: "R" },
    { values },
  );
  types.import("ObjectIds", values);
  types.import("ReferenceMap", values);
  const classes = emitted(model.classes, options);
  const raised = new Set(raisedEvents(model));
  const body = [
    ...emitted(model.events, options).map((event) => eventData(event, raised, types)),
    ...classes.map((one) => classEvents(one, types, options)),
    eventsByClass(classes),
  ].join("\n");
  const text = `${header("The data of the events of the API, and which class raises which.", options)}\n${types.imports()}\n${body}`;
  return [assertUniqueNames({ path: "events.gen.ts", text })];
}

function eventData(event: ApiEvent, raised: ReadonlySet<ApiEvent>, types: TypeWriter): string {
  const name = eventTypeName(event);
  const generic = holdsReferences(event) ? `<${REFERENCE_PARAMETER}>` : "";
  const doc = docComment(event.doc);
  if (event.parent === undefined) {
    return `${doc}export interface ${name}${generic} {\n${members(event.ownProperties, types)}}\n`;
  }
  const parent = types.event(event.parent);
  const body = `${typeLiteral(event, raised)}${members(event.ownProperties, types)}`;
  if (body === "") return `${doc}export type ${name}${generic} = ${parent};\n`;
  return `${doc}export interface ${name}${generic} extends ${parent} {\n${body}}\n`;
}

/** The `type` that an event has from a base of events is its own name, which tells events apart. */
function typeLiteral(event: ApiEvent, raised: ReadonlySet<ApiEvent>): string {
  const isType = (property: ApiParameter): boolean => property.name === "type";
  const inherited = event.properties.some(isType) && !event.ownProperties.some(isType);
  // What extends another raised event must still be assignable to it.
  const exact = inherited && raised.has(event) && ![...raised].some((other) => other.parent === event);
  return exact ? `  readonly type: ${JSON.stringify(event.name)};\n` : "";
}

function classEvents(one: ApiClass, types: TypeWriter, options: EmitOptions): string {
  const name = `${classEventsName(one)}<${REFERENCE_PARAMETER}>`;
  const doc = docComment(`What a ${one.name} raises: its events by name, with their data.`);
  let parent: string | undefined;
  if (one.parent !== undefined) {
    parent = `${classEventsName(one.parent)}<R>`;
    if (!isEmitted(one.parent, options)) types.named(one.parent, classEventsName(one.parent), "events");
  }
  if (one.events.length === 0) {
    return `${doc}export type ${name} = ${parent ?? "Record<never, R>"};\n`;
  }
  const lines = one.events.map(
    (event) => `${docComment(event.doc, "  ")}  readonly ${propertyKey(event.name)}: ${types.event(event)};\n`,
  );
  return `${doc}export interface ${name}${parent === undefined ? "" : ` extends ${parent}`} {\n${lines.join("")}}\n`;
}

function eventsByClass(classes: readonly ApiClass[]): string {
  const lines = classes.map((one) => `  readonly ${propertyKey(one.name)}: ${classEventsName(one)}<R>;\n`);
  return `${docComment("The events of every class, by the name of the class.")}export interface EventsByClass<${REFERENCE_PARAMETER}> {\n${lines.join("")}}\n`;
}
