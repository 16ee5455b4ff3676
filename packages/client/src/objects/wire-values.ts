// Turns values of the wire into what the generated types promise: ids become objects, a wrong shape an error.

import { isJsonObject, type JsonObject, type JsonValue } from "@kurento-ts/protocol";
import { unexpectedMessage } from "../client-errors.ts";
import type { ModuleTable, ReferenceProperties } from "./client-module.ts";
import type { RemoteObject } from "./remote-object.ts";

/** Gives the client object of an id; `className` is the class that the definition names. */
export type ResolveReference = (id: string, className: string) => RemoteObject;

const PRIMITIVES: Readonly<Record<string, "string" | "number" | "boolean">> = {
  String: "string",
  boolean: "boolean",
  int: "number",
  int64: "number",
  float: "number",
  double: "number",
};

/** Reads values by their KMD types. */
export class WireValues {
  readonly #modules: ModuleTable;
  readonly #resolve: ResolveReference;

  constructor(modules: ModuleTable, resolve: ResolveReference) {
    this.#modules = modules;
    this.#resolve = resolve;
  }

  /**
   * A value of a KMD type; `T?` is a `T` that may be null, and undefined here. `what` names the value in errors.
   * Kurento writes an empty list or map as null.
   */
  read(value: JsonValue | undefined, type: string, what: string): unknown {
    if (type.endsWith("?")) return value === null ? undefined : this.read(value, type.slice(0, -1), what);
    if (type.endsWith("[]")) {
      if (value === null) return [];
      if (!isList(value)) throw wrongShape(what, "a list", value);
      const of = type.slice(0, -2);
      return value.map((item, index) => this.read(item, of, `${what}[${index}]`));
    }
    if (type.endsWith("<>")) {
      if (value === null) return {};
      if (!isJsonObject(value)) throw wrongShape(what, "a map", value);
      const of = type.slice(0, -2);
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, this.read(item, of, `${what}.${key}`)]),
      );
    }
    const primitive = PRIMITIVES[type];
    if (primitive !== undefined) {
      // JSON has no NaN: Kurento writes null, for example for the processor time of no time.
      if (value === null && (type === "float" || type === "double")) return Number.NaN;
      if (typeof value !== primitive) throw wrongShape(what, `a ${primitive}`, value);
      return value;
    }
    if (this.#modules.class(type) !== undefined) {
      if (typeof value !== "string" || value === "") throw wrongShape(what, `the id of a ${type}`, value);
      return this.#resolve(value, type);
    }
    if (value === null || value === undefined) throw wrongShape(what, `a ${type}`, value);
    if (!isJsonObject(value)) return value;
    const actual = typeof value.__type__ === "string" ? value.__type__ : type;
    return this.#withReferences(value, this.#modules.register(actual) ?? this.#modules.register(type), what);
  }

  /** The data of an event. An event that is not known is passed as it came. */
  readEvent(event: string, data: JsonObject): unknown {
    return this.#withReferences(data, this.#modules.event(event), event);
  }

  #withReferences(value: JsonObject, references: ReferenceProperties | undefined, what: string): unknown {
    if (references === undefined) return value;
    const read: Record<string, unknown> = { ...value };
    for (const [property, type] of Object.entries(references)) {
      const held = value[property];
      // Kurento leaves some out, for example the source of ObjectCreated, and an object that is gone is "".
      if (held !== undefined && held !== null && held !== "")
        read[property] = this.read(held, type, `${what}.${property}`);
    }
    return read;
  }
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function wrongShape(what: string, expected: string, got: JsonValue | undefined): Error {
  const text = JSON.stringify(got) ?? "nothing";
  return unexpectedMessage(`${what}: expected ${expected}, got ${text.length <= 80 ? text : `${text.slice(0, 80)}…`}`);
}
