// Writes a type of the API as a TypeScript type, and keeps account of the names that this needs imported.

import type { ApiClass, ApiEvent, ApiName, ApiRegister, ApiType } from "../api-elements.ts";
import {
  type EmitOptions,
  eventTypeName,
  isEmitted,
  isPolymorphic,
  knownDescendants,
  safeName,
  unionName,
} from "./emitter.ts";
import { importTypes } from "./source-text.ts";

/** How references to objects are written. */
export type ReferenceText = (apiClass: ApiClass) => string;

/** The argument that stands for the references in a generic value type, or undefined when it is left to its default. */
export type ReferenceArgument = string | undefined;

const PRIMITIVES = {
  String: "string",
  boolean: "boolean",
  int: "number",
  int64: "number",
  float: "number",
  double: "number",
} as const;

/**
 * Writes types for one generated file. Value types that hold references to objects, directly or deeper, are generic in
 * how references look; `argument` is what this file passes for that.
 */
export class TypeWriter {
  readonly #options: EmitOptions;
  readonly #reference: ReferenceText;
  readonly #argument: ReferenceArgument;
  readonly #imports = new Map<string, Set<string>>();
  readonly #valuesFile: string | undefined;
  readonly #eventsFile: string | undefined;

  /**
   * @param files where the emitted values and events are imported from; undefined when they are in this very file.
   */
  constructor(
    options: EmitOptions,
    references: { readonly reference: ReferenceText; readonly argument: ReferenceArgument },
    files: { readonly values?: string; readonly events?: string } = {},
  ) {
    this.#options = options;
    this.#reference = references.reference;
    this.#argument = references.argument;
    this.#valuesFile = files.values;
    this.#eventsFile = files.events;
  }

  /** A type as TypeScript. */
  type(type: ApiType): string {
    switch (type.kind) {
      case "primitive":
        return PRIMITIVES[type.name];
      case "class":
        return this.#reference(type.class);
      case "enum":
        return this.named(type.enum, safeName(type.enum.name), "values");
      case "register":
        return isPolymorphic(type.register, this.#options) ? this.union(type.register) : this.register(type.register);
      case "list": {
        const item = this.type(type.of);
        return /^[\w.]+(<[\w.]+>)?$/.test(item) ? `readonly ${item}[]` : `readonly (${item})[]`;
      }
      case "map":
        return `Readonly<Record<string, ${this.type(type.of)}>>`;
    }
  }

  /** A register's own interface. */
  register(register: ApiRegister): string {
    const name = this.named(register, safeName(register.name), "values");
    return this.#withArgument(name, holdsReferences(register));
  }

  /** The union of a register and all that extend it. */
  union(register: ApiRegister): string {
    const name = this.named(register, unionName(register), "values");
    return this.#withArgument(name, [register, ...knownDescendants(register, this.#options)].some(holdsReferences));
  }

  /** The data of an event. */
  event(event: ApiEvent): string {
    return this.#withArgument(this.named(event, eventTypeName(event), "events"), holdsReferences(event));
  }

  /** Notes that a name is used, and gives it back. */
  named(element: ApiName, name: string, file: "values" | "events"): string {
    const own = file === "values" ? this.#valuesFile : this.#eventsFile;
    const from = isEmitted(element, this.#options) ? own : (this.#options.library ?? "@kurento-ts/protocol");
    if (from !== undefined) this.import(name, from);
    return name;
  }

  /** Imports a name, whatever it is. */
  import(name: string, from: string): void {
    const names = this.#imports.get(from) ?? new Set();
    names.add(name);
    this.#imports.set(from, names);
  }

  /** The imports that the types written so far need. */
  imports(): string {
    const sorted = [...this.#imports].sort(([a], [b]) => (a < b ? -1 : 1));
    return sorted.map(([from, names]) => importTypes(names, from)).join("");
  }

  #withArgument(name: string, generic: boolean): string {
    return generic && this.#argument !== undefined ? `${name}<${this.#argument}>` : name;
  }
}

/** True when a record holds references to objects, directly or deeper. */
export function holdsReferences(record: ApiRegister | ApiEvent): boolean {
  return reaches(record, new Set());
}

function reaches(record: ApiRegister | ApiEvent, seen: Set<ApiRegister | ApiEvent>): boolean {
  if (seen.has(record)) return false;
  seen.add(record);
  return record.properties.some((property) => typeReaches(property.type, seen));
}

function typeReaches(type: ApiType, seen: Set<ApiRegister | ApiEvent>): boolean {
  switch (type.kind) {
    case "primitive":
    case "enum":
      return false;
    case "class":
      return true;
    case "list":
    case "map":
      return typeReaches(type.of, seen);
    case "register":
      return [type.register, ...type.register.descendants].some((one) => reaches(one, seen));
  }
}
