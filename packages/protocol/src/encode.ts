// Turns what server classes give back, and the data of their events, into JSON as the API says.

import type { ApiClass, ApiEvent, ApiOperation, ApiParameter, ApiRegister, ApiType } from "./api-elements.ts";
import type { JsonObject, JsonValue } from "./json.ts";
import { isJsonObject } from "./json.ts";
import { typeName } from "./type-name.ts";

/** Gives the id of an object of a class. Throws when what it is given is not one. */
export type ReferenceId = (object: unknown, expected: ApiClass) => string;

/** How deeply a value may nest: deeper means that it contains itself. */
const MAX_DEPTH = 64;

/**
 * Encodes what an operation gave back. An operation without a result, a missing object and an empty map (as on
 * Kurento) become null. Throws `TypeError` with the path when the value is not of the type, for this is a defect of
 * the server and not of the client.
 */
export function encodeResult(operation: ApiOperation, value: unknown, idOf: ReferenceId): JsonValue {
  const { result } = operation;
  if (result === undefined) return null;
  if (result.kind === "class" && (value === undefined || value === null)) return null;
  return encodeValue(result, value, idOf, `${operation.owner.name}.${operation.name}`);
}

/**
 * Encodes the data of an event: `source`, `timestampMillis`, `tags` and its own properties, all given by the caller.
 * Only a `type` that comes from a base of the event may be missing: it is the event's name. What the event does not
 * define is left out. Throws `TypeError` as {@link encodeResult} does.
 */
export function encodeEvent(
  event: ApiEvent,
  properties: Readonly<Record<string, unknown>>,
  idOf: ReferenceId,
): JsonObject {
  const inheritsType = !event.ownProperties.some((property) => property.name === "type");
  const data = inheritsType && properties.type === undefined ? { ...properties, type: event.name } : properties;
  return Object.fromEntries(encodeProperties(event.properties, data, idOf, event.name, 0));
}

/** Encodes a value of a type. Throws `TypeError` naming `path` when it is not of the type. */
export function encodeValue(type: ApiType, value: unknown, idOf: ReferenceId, path: string): JsonValue {
  return encode(type, value, idOf, path, 0);
}

function encode(type: ApiType, value: unknown, idOf: ReferenceId, path: string, depth: number): JsonValue {
  if (depth > MAX_DEPTH) throw new TypeError(`${path}: nested deeper than ${MAX_DEPTH} levels`);
  switch (type.kind) {
    case "primitive":
      return encodePrimitive(type, value, path);
    case "class":
      if (value === undefined || value === null) throw mismatch(type, value, path);
      return idOf(value, type.class);
    case "enum":
      if (typeof value !== "string" || !type.enum.values.includes(value)) throw mismatch(type, value, path);
      return value;
    case "register":
      return encodeRegister(type.register, value, idOf, path, depth);
    case "list":
      if (!isIterable(value)) throw mismatch(type, value, path);
      return Array.from(value, (item, index) => encode(type.of, item, idOf, `${path}[${index}]`, depth + 1));
    case "map": {
      if (typeof value !== "object" || value === null) throw mismatch(type, value, path);
      const entries =
        value instanceof Map ? [...value].map(([key, item]) => [String(key), item] as const) : Object.entries(value);
      if (entries.length === 0) return null;
      return Object.fromEntries(
        entries.map(([key, item]) => [key, encode(type.of, item, idOf, `${path}[${JSON.stringify(key)}]`, depth + 1)]),
      );
    }
  }
}

function encodePrimitive(type: ApiType & { kind: "primitive" }, value: unknown, path: string): JsonValue {
  switch (type.name) {
    case "String":
      if (typeof value === "string") return value;
      break;
    case "boolean":
      if (typeof value === "boolean") return value;
      break;
    case "int":
      if (typeof value === "number" && Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31) return value;
      break;
    case "int64": {
      const number = typeof value === "bigint" ? Number(value) : value;
      if (typeof number === "number" && Number.isInteger(number)) return number;
      break;
    }
    case "float":
    case "double":
      if (typeof value === "number" && Number.isFinite(value)) return value;
      break;
  }
  throw mismatch(type, value, path);
}

/** A value that carries a `__type__` of its own keeps it when that register is the declared one or extends it. */
function encodeRegister(
  declared: ApiRegister,
  value: unknown,
  idOf: ReferenceId,
  path: string,
  depth: number,
): JsonObject {
  if (!isRecord(value)) throw mismatch({ kind: "register", register: declared }, value, path);
  const own = value.__type__;
  const register =
    own === undefined || own === declared.name ? declared : declared.descendants.find((one) => one.name === own);
  if (register === undefined) {
    throw new TypeError(`${path}: expected ${declared.name} or what extends it, got __type__ ${String(own)}`);
  }
  return Object.fromEntries([
    ["__module__", register.prefix],
    ["__type__", register.name],
    ...encodeProperties(register.properties, value, idOf, path, depth + 1),
  ]);
}

function encodeProperties(
  properties: readonly ApiParameter[],
  value: Readonly<Record<string, unknown>>,
  idOf: ReferenceId,
  path: string,
  depth: number,
): [string, JsonValue][] {
  const entries: [string, JsonValue][] = [];
  for (const property of properties) {
    // A getter of a class instance counts as well; only what every object has by itself does not.
    const item =
      property.name in Object.prototype && !Object.hasOwn(value, property.name) ? undefined : value[property.name];
    if (property.optional && (item === undefined || item === null)) continue;
    entries.push([property.name, encode(property.type, item, idOf, `${path}.${property.name}`, depth)]);
  }
  return entries;
}

function mismatch(type: ApiType, value: unknown, path: string): TypeError {
  const got =
    value === null || value === undefined
      ? String(value)
      : typeof value === "object"
        ? Array.isArray(value)
          ? "a list"
          : "an object"
        : `${typeof value} ${String(value).slice(0, 60)}`;
  return new TypeError(`${path}: expected ${typeName(type)}, got ${got}`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return isJsonObject(value);
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.iterator in value && !(value instanceof Map);
}
