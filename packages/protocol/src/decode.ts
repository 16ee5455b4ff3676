// Checks parameters that come from the wire against the API and turns them into the values that an operation takes.

import { wirePrefix } from "./api-builder.ts";
import type { ApiClass, ApiEnum, ApiOperation, ApiParameter, ApiRegister, ApiType } from "./api-elements.ts";
import { describeJson, objectNotFound, wrongClass } from "./api-errors.ts";
import type { ApiModel } from "./api-model.ts";
import { isSubclass } from "./api-model.ts";
import { toPrimitive, toText } from "./coerce.ts";
import { KurentoError } from "./errors.ts";
import { isJsonObject } from "./json.ts";
import { typeName } from "./type-name.ts";

/**
 * Finds what an object id stands for. Throws `KurentoError` 40101 when there is no such object, and 40107 when it is
 * of another class; {@link checkReference} does both.
 */
export type ReferenceResolver<R> = (id: string, expected: ApiClass) => R;

/** A checked value. `R` stands in the place of references to objects; with ids for references it is JSON. */
export type DecodedValue<R> =
  | string
  | number
  | boolean
  | R
  | readonly DecodedValue<R>[]
  | { readonly [key: string]: DecodedValue<R> | undefined };

/** Checked parameters, twice. */
export interface DecodedParams<R> {
  /** In the order of the definition, with `undefined` for what was left out and has no default. */
  readonly positional: readonly (DecodedValue<R> | undefined)[];
  /** By name, without what was left out and has no default. Decoding this again gives the same. */
  readonly named: { readonly [name: string]: DecodedValue<R> };
  /** Optional parameters that were given but do not count, because an earlier one was left out. */
  readonly ignored: readonly string[];
}

/** How deeply a value may nest; only a register that contains itself can get there. */
const MAX_DEPTH = 64;

/** Kurento's names of the types in its messages. */
const KIND_TEXTS = {
  String: "string",
  boolean: "boolean",
  int: "integer",
  int64: "int64",
  float: "double",
  double: "double",
} as const;

/** What a value is part of, as Kurento's messages say it. */
type Role = "parameter" | "property" | "element";

/** Where a value stands: the last name for Kurento's text, and the whole path for ours. */
interface Place {
  readonly name: string;
  readonly role: Role;
  readonly path: string;
  readonly depth: number;
}

/**
 * Checks the `operationParams` of an `invoke`. Unknown names are ignored. As on Kurento, a setter takes anything that
 * is not an object for an empty one, and an operation without required parameters does not look.
 *
 * An optional parameter counts only when each optional one before it is given or has a default; otherwise it is
 * checked, dropped and listed in `ignored` (Kurento drops it even when there is a default).
 *
 * Throws `KurentoError`: 40001 for a value that does not fit, 40003 for a `__type__` that does not fit, and what
 * `resolve` throws. The message begins with Kurento's text and goes on with path, expectation and what was got.
 */
export function decodeOperationParams<R>(
  model: ApiModel,
  operation: ApiOperation,
  params: unknown,
  resolve: ReferenceResolver<R>,
): DecodedParams<R> {
  const given = isJsonObject(params) ? params : undefined;
  if (given === undefined && operation.kind === "method" && hasRequired(operation.params)) {
    const missing = params === undefined || params === null || Array.isArray(params);
    throw notAnObject("operationParams", missing, operation.name, operation.params, params);
  }
  return new Decoder(model, resolve).params(operation.params, given ?? {}, operation.name, true);
}

/**
 * Checks the `constructorParams` of a `create` and fills in defaults. Unknown names are ignored. Throws as
 * {@link decodeOperationParams} does, and `RangeError` for a class that has no constructor.
 */
export function decodeConstructorParams<R>(
  model: ApiModel,
  apiClass: ApiClass,
  params: unknown,
  resolve: ReferenceResolver<R>,
): DecodedParams<R> {
  if (apiClass.constructorParams === undefined) throw new RangeError(`${apiClass.name} has no constructor`);
  const given = isJsonObject(params) ? params : undefined;
  if (given === undefined && hasRequired(apiClass.constructorParams)) {
    const missing = params === undefined || params === null;
    throw notAnObject("constructorParams", missing, apiClass.name, apiClass.constructorParams, params);
  }
  return new Decoder(model, resolve).params(apiClass.constructorParams, given ?? {}, apiClass.name, false);
}

/**
 * Checks that an id stands for an object of a class or of one that extends it; `actual` is the class of the object
 * with that id, or undefined when there is none. Throws `KurentoError` 40101, 40109 or 40107.
 */
export function checkReference(id: string, actual: ApiClass | undefined, expected: ApiClass): void {
  if (actual === undefined) throw objectNotFound(id);
  if (!isSubclass(actual, expected)) throw wrongClass(id, actual, expected);
}

class Decoder<R> {
  readonly #model: ApiModel;
  readonly #resolve: ReferenceResolver<R>;

  constructor(model: ApiModel, resolve: ReferenceResolver<R>) {
    this.#model = model;
    this.#resolve = resolve;
  }

  params(
    params: readonly ApiParameter[],
    given: Readonly<Record<string, unknown>>,
    owner: string,
    positionalRule: boolean,
  ): DecodedParams<R> {
    const positional: (DecodedValue<R> | undefined)[] = [];
    const named: [string, DecodedValue<R>][] = [];
    const ignored: string[] = [];
    let gap = false;
    for (const param of params) {
      const place: Place = { name: param.name, role: "parameter", path: `${owner}.${param.name}`, depth: 0 };
      let value = this.#parameter(param, given, place);
      const isGiven = ownValue(given, param.name) !== undefined;
      if (positionalRule && param.optional && gap && isGiven) {
        ignored.push(param.name);
        value = this.#default(param, place);
      } else if (param.optional && !isGiven && param.defaultValue === undefined) {
        gap = true;
      }
      positional.push(value);
      if (value !== undefined) named.push([param.name, value]);
    }
    return { positional, named: Object.fromEntries(named), ignored };
  }

  /** A parameter or a property of a register: given, or its default, or undefined when it may be left out. */
  #parameter(param: ApiParameter, given: Readonly<Record<string, unknown>>, place: Place): DecodedValue<R> | undefined {
    const raw = ownValue(given, param.name);
    if (raw !== undefined) return this.#value(param.type, raw, place);
    if (param.optional) return this.#default(param, place);
    throw mismatch(param.type, undefined, place);
  }

  #default(param: ApiParameter, place: Place): DecodedValue<R> | undefined {
    return param.defaultValue === undefined ? undefined : this.#value(param.type, param.defaultValue, place);
  }

  #value(type: ApiType, raw: unknown, place: Place): DecodedValue<R> {
    switch (type.kind) {
      case "primitive": {
        const value = toPrimitive(type.name, raw);
        if (value === undefined) throw mismatch(type, raw, place);
        return value;
      }
      case "class":
        return this.#reference(type.class, toText(raw) ?? fail(mismatch(type, raw, place)), place);
      case "enum":
        return enumValue(type.enum, toText(raw) ?? fail(mismatch(type, raw, place)), place);
      case "register":
        return this.#register(type.register, asObject(raw) ?? fail(mismatch(type, raw, place)), place);
      case "list": {
        const items: unknown = raw === null ? [] : raw;
        if (!Array.isArray(items)) throw mismatch(type, raw, place);
        return items.map((item: unknown, index) => this.#value(type.of, item, inside(place, `[${index}]`)));
      }
      case "map": {
        const entries = Object.entries(asObject(raw) ?? fail(mismatch(type, raw, place)));
        return Object.fromEntries(
          entries.map(([key, item]) => [key, this.#value(type.of, item, inside(place, `[${JSON.stringify(key)}]`))]),
        );
      }
    }
  }

  #reference(apiClass: ApiClass, id: string, place: Place): R {
    try {
      return this.#resolve(id, apiClass);
    } catch (error) {
      if (!(error instanceof KurentoError)) throw error;
      const expected = error.message.includes("expected") ? "" : `: expected ${article(apiClass.name)}`;
      throw new KurentoError(error, `${error.message} (${place.path}${expected})`, { cause: error });
    }
  }

  #register(
    declared: ApiRegister,
    given: Readonly<Record<string, unknown>>,
    place: Place,
  ): { readonly [key: string]: DecodedValue<R> | undefined } {
    if (place.depth >= MAX_DEPTH) {
      throw new KurentoError(
        "MARSHALL_ERROR",
        `'${place.name}' ${place.role} should be a object (${place.path}: nested deeper than ${MAX_DEPTH} levels)`,
      );
    }
    const register = this.#concrete(declared, given, place);
    const entries: [string, DecodedValue<R>][] = [];
    if (register !== declared) entries.push(["__module__", register.prefix], ["__type__", register.name]);
    for (const property of register.properties) {
      const at: Place = {
        name: property.name,
        role: "property",
        path: `${place.path}.${property.name}`,
        depth: place.depth + 1,
      };
      const value = this.#parameter(property, given, at);
      if (value !== undefined) entries.push([property.name, value]);
    }
    return Object.fromEntries(entries);
  }

  /** The register that a value says it is, in `__type__` and perhaps `__module__`; otherwise the declared one. */
  #concrete(declared: ApiRegister, given: Readonly<Record<string, unknown>>, place: Place): ApiRegister {
    const type = ownValue(given, "__type__");
    if (type === undefined) return declared;
    const module = ownValue(given, "__module__");
    if (typeof type !== "string" || (module !== undefined && typeof module !== "string")) {
      const name = typeof type === "string" ? "__module__" : "__type__";
      const got = describeJson(typeof type === "string" ? module : type);
      throw new KurentoError(
        "MARSHALL_ERROR",
        `'${name}' property should be a string (${place.path}.${name}: expected String, got ${got})`,
      );
    }
    const prefix = module === undefined ? declared.prefix : wirePrefix(module);
    const found = this.#model.findRegister(`${prefix}.${type}`);
    if (found === undefined) {
      throw new KurentoError(
        "UNEXPECTED_ERROR",
        `Type ${type.slice(0, 100)} does not exist in module ${prefix.slice(0, 100)} (${place.path}: expected ${declared.name})`,
      );
    }
    if (found !== declared && !declared.descendants.includes(found)) {
      throw new KurentoError(
        "UNEXPECTED_ERROR",
        `Type ${type} is not compatible (${place.path}: expected ${declared.name}, got ${found.qualifiedName})`,
      );
    }
    return found;
  }
}

function asObject(raw: unknown): Readonly<Record<string, unknown>> | undefined {
  if (raw === null) return {};
  return isJsonObject(raw) ? raw : undefined;
}

function enumValue(type: ApiEnum, text: string, place: Place): string {
  if (type.values.includes(text)) return text;
  throw new KurentoError(
    "MARSHALL_ERROR",
    `Invalid value for '${type.name}' (${place.path}: expected one of ${type.values.join(", ")}, got ${describeJson(text)})`,
  );
}

function ownValue(given: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(given, name) ? given[name] : undefined;
}

function hasRequired(params: readonly ApiParameter[]): boolean {
  return params.some((param) => !param.optional);
}

function inside(place: Place, key: string): Place {
  return { name: place.name, role: "element", path: place.path + key, depth: place.depth };
}

/** 40001: the value is not of the type. */
function mismatch(type: ApiType, raw: unknown, place: Place): KurentoError {
  return new KurentoError(
    "MARSHALL_ERROR",
    `'${place.name}' ${place.role} should be a ${kindText(type)} (${place.path}: expected ${typeName(type)}, got ${describeJson(raw)})`,
  );
}

function notAnObject(
  what: string,
  missing: boolean,
  owner: string,
  params: readonly ApiParameter[],
  raw: unknown,
): KurentoError {
  const names = params.filter((param) => !param.optional).map((param) => param.name);
  return new KurentoError(
    "MARSHALL_ERROR",
    `'${what}' ${missing ? "is required" : "should be an object"} (${owner}: expected an object with ${names.join(", ")}, got ${describeJson(raw)})`,
  );
}

function kindText(type: ApiType): string {
  switch (type.kind) {
    case "primitive":
      return KIND_TEXTS[type.name];
    case "class":
    case "enum":
      return "string";
    case "register":
      return "object";
    case "list":
    case "map":
      return type.kind;
  }
}

function article(name: string): string {
  return `${/^[AEIOU]/.test(name) ? "an" : "a"} ${name}`;
}

function fail(error: Error): never {
  throw error;
}
