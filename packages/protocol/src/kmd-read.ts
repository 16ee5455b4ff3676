// Reads a KMD module from JSON that nobody has checked: a user's file, or what a server's `getKmd` answers.

import { describeJson } from "./api-errors.ts";
import { isJsonObject, type JsonObject } from "./json.ts";
import type {
  KmdClass,
  KmdComplexType,
  KmdConstructor,
  KmdDefault,
  KmdEvent,
  KmdMethod,
  KmdModule,
  KmdParameter,
  KmdProperty,
} from "./kmd.ts";

/** How deeply a default value may nest. */
const MAX_DEFAULT_DEPTH = 16;

/**
 * Reads a KMD module. What the format allows to leave out (docs, empty lists) is filled in, and what it does not know
 * is dropped. Names are checked to be identifiers, so that code can be generated from them.
 *
 * @param json the parsed JSON.
 * @param source what the JSON comes from, for messages, for example a path.
 * @throws `TypeError` that names source, path, expectation and what was got.
 */
export function readKmd(json: unknown, source: string): KmdModule {
  const reader = new KmdReader(source);
  const module = reader.object(json, "");
  return {
    name: reader.name(module, ""),
    version: reader.optional(module, "version", "", reader.text) ?? "0.0.0",
    ...given("kurentoVersion", reader.optional(module, "kurentoVersion", "", reader.text)),
    imports: reader.list(module, "imports", "", (value, path) => {
      const one = reader.object(value, path);
      return {
        name: reader.name(one, path),
        ...given("version", reader.optional(one, "version", path, reader.text)),
      };
    }),
    remoteClasses: reader.list(module, "remoteClasses", "", reader.remoteClass),
    complexTypes: reader.list(module, "complexTypes", "", reader.complexType),
    events: reader.list(module, "events", "", reader.event),
  };
}

type Read<T> = (value: unknown, path: string) => T;

class KmdReader {
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  readonly remoteClass: Read<KmdClass> = (value, path) => {
    const one = this.object(value, path);
    return {
      ...this.#named(one, path),
      ...given("extends", this.optional(one, "extends", path, this.identifier)),
      abstract: this.#flag(one, "abstract", path),
      constructor: this.optional(one, "constructor", path, this.#maker),
      properties: this.list(one, "properties", path, this.#property),
      methods: this.list(one, "methods", path, this.#method),
      events: this.list(one, "events", path, this.identifier),
    };
  };

  readonly complexType: Read<KmdComplexType> = (value, path) => {
    const one = this.object(value, path);
    const named = this.#named(one, path);
    const format = own(one, "typeFormat");
    if (format === "ENUM") {
      return { ...named, typeFormat: "ENUM", values: this.list(one, "values", path, this.text) };
    }
    if (format !== "REGISTER") throw this.#error(join(path, "typeFormat"), "ENUM or REGISTER", format);
    return {
      ...named,
      typeFormat: "REGISTER",
      ...given("extends", this.optional(one, "extends", path, this.identifier)),
      properties: this.list(one, "properties", path, this.#parameter),
    };
  };

  readonly event: Read<KmdEvent> = (value, path) => {
    const one = this.object(value, path);
    return {
      ...this.#named(one, path),
      ...given("extends", this.optional(one, "extends", path, this.identifier)),
      properties: this.list(one, "properties", path, this.#parameter),
    };
  };

  readonly #maker: Read<KmdConstructor> = (value, path) => {
    const one = this.object(value, path);
    return { doc: this.#doc(one, path), params: this.list(one, "params", path, this.#parameter) };
  };

  readonly #method: Read<KmdMethod> = (value, path) => {
    const one = this.object(value, path);
    const result = this.optional(one, "return", path, (inner, at) => {
      const returned = this.object(inner, at);
      return { type: this.#required(returned, "type", at, this.text), doc: this.#doc(returned, at) };
    });
    return {
      ...this.#named(one, path),
      params: this.list(one, "params", path, this.#parameter),
      ...given("return", result),
    };
  };

  readonly #parameter: Read<KmdParameter> = (value, path) => {
    const one = this.object(value, path);
    return {
      ...this.#named(one, path),
      type: this.#required(one, "type", path, this.text),
      optional: this.#flag(one, "optional", path),
      ...given("defaultValue", this.optional(one, "defaultValue", path, this.#default)),
    };
  };

  readonly #property: Read<KmdProperty> = (value, path) => {
    const one = this.object(value, path);
    return {
      ...this.#named(one, path),
      type: this.#required(one, "type", path, this.text),
      readOnly: this.#flag(one, "readOnly", path),
      final: this.#flag(one, "final", path),
      ...given("defaultValue", this.optional(one, "defaultValue", path, this.#default)),
    };
  };

  readonly #default: Read<KmdDefault> = (value, path) => this.#defaultAt(value, path, 0);

  readonly text: Read<string> = (value, path) => {
    if (typeof value !== "string") throw this.#error(path, "a string", value);
    return value;
  };

  /** A name, perhaps with the prefix of a module. */
  readonly identifier: Read<string> = (value, path) => {
    const text = this.text(value, path);
    if (!/^([A-Za-z_][\w-]*\.)?[A-Za-z_]\w*$/.test(text)) {
      throw this.#error(path, "a name of letters, digits and underscores", value);
    }
    return text;
  };

  name(one: JsonObject, path: string): string {
    const name = this.#required(one, "name", path, this.text);
    if (!/^[A-Za-z_]\w*$/.test(name)) {
      throw this.#error(join(path, "name"), "a name of letters, digits and underscores", name);
    }
    return name;
  }

  object(value: unknown, path: string): JsonObject {
    if (!isJsonObject(value)) throw this.#error(path, "an object", value);
    return value;
  }

  list<T>(one: JsonObject, key: string, path: string, read: Read<T>): readonly T[] {
    const value: unknown = own(one, key);
    const at = join(path, key);
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) throw this.#error(at, "a list", value);
    return value.map((item: unknown, index) => read(item, `${at}[${index}]`));
  }

  optional<T>(one: JsonObject, key: string, path: string, read: Read<T>): T | undefined {
    const value = own(one, key);
    return value === undefined || value === null ? undefined : read(value, join(path, key));
  }

  #required<T>(one: JsonObject, key: string, path: string, read: Read<T>): T {
    return read(own(one, key), join(path, key));
  }

  #named(one: JsonObject, path: string): { readonly name: string; readonly doc: string } {
    return { name: this.name(one, path), doc: this.#doc(one, path) };
  }

  #doc(one: JsonObject, path: string): string {
    return this.optional(one, "doc", path, this.text) ?? "";
  }

  #flag(one: JsonObject, key: string, path: string): boolean {
    return (
      this.optional(one, key, path, (value, at) => {
        if (typeof value !== "boolean") throw this.#error(at, "true or false", value);
        return value;
      }) ?? false
    );
  }

  #defaultAt(value: unknown, path: string, depth: number): KmdDefault {
    if (depth > MAX_DEFAULT_DEPTH) throw this.#error(path, `at most ${MAX_DEFAULT_DEPTH} levels`, value);
    if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
      return value;
    }
    if (Array.isArray(value)) return value.map((item, index) => this.#defaultAt(item, `${path}[${index}]`, depth + 1));
    const entries = Object.entries(this.object(value, path));
    return Object.fromEntries(entries.map(([key, item]) => [key, this.#defaultAt(item, join(path, key), depth + 1)]));
  }

  #error(path: string, expected: string, got: unknown): TypeError {
    return new TypeError(
      `${this.#source}: ${path === "" ? "module" : path}: expected ${expected}, got ${describeJson(got)}`,
    );
  }
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

/** Only what the JSON itself says: a plain object has a `constructor` of its own otherwise. */
function own(one: JsonObject, key: string): unknown {
  return Object.hasOwn(one, key) ? one[key] : undefined;
}

/** A member, or none when it is undefined. */
function given<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V });
}
