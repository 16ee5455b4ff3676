// Resolves KMD modules into the elements of an API: names to references, inheritance, properties to operations.

import type {
  ApiClass,
  ApiEnum,
  ApiEvent,
  ApiName,
  ApiOperation,
  ApiParameter,
  ApiProperty,
  ApiRegister,
  ApiType,
} from "./api-elements.ts";
import type { KmdClass, KmdEvent, KmdModule, KmdParameter } from "./kmd.ts";
import { constructorOf } from "./kmd.ts";
import { NameTable } from "./name-table.ts";
import { isPrimitiveName, parseType, type TypeSyntax } from "./type-syntax.ts";

/** The parts of a resolved API, by plain and qualified name. */
export interface ApiParts {
  readonly classes: NameTable<ApiClass>;
  readonly enums: NameTable<ApiEnum>;
  readonly registers: NameTable<ApiRegister>;
  readonly events: NameTable<ApiEvent>;
}

/** Lets the builder fill in what readers see as read-only. */
type Draft<T> = { -readonly [K in keyof T]: T[K] };
type ClassDraft = Draft<ApiClass> & { own: Map<string, ApiOperation> };
type RegisterDraft = Draft<ApiRegister> & { descendants: ApiRegister[] };

/** The modules whose names all start with `kurento.` on the wire. */
const KURENTO_MODULES: ReadonlySet<string> = new Set(["core", "elements", "filters"]);

/** The name of a module on the wire: `kurento` for core, elements and filters, otherwise its own name. */
export function wirePrefix(module: string): string {
  return KURENTO_MODULES.has(module) ? "kurento" : module;
}

/** Resolves modules. Throws `Error` naming module, element and what is wrong with it. */
export function buildApi(modules: readonly KmdModule[]): ApiParts {
  return new ApiBuilder(modules).build();
}

class ApiBuilder {
  readonly #modules: readonly KmdModule[];
  readonly #classes = new NameTable<ClassDraft>();
  readonly #enums = new NameTable<ApiEnum>();
  readonly #registers = new NameTable<RegisterDraft>();
  readonly #events = new NameTable<Draft<ApiEvent>>();

  constructor(modules: readonly KmdModule[]) {
    this.#modules = modules;
  }

  build(): ApiParts {
    const names = new Set<string>();
    for (const module of this.#modules) {
      if (names.has(module.name)) throw new Error(`KMD module ${module.name} is given twice`);
      names.add(module.name);
    }
    for (const module of this.#modules) {
      for (const imported of module.imports ?? []) {
        if (!names.has(imported.name)) {
          throw new Error(`KMD module ${module.name} imports ${imported.name}, which was not given`);
        }
      }
      this.#declare(module);
    }
    for (const module of this.#modules) this.#resolveModule(module);
    this.#inheritRegisters();
    this.#inheritEvents();
    this.#inheritClasses();
    return { classes: this.#classes, enums: this.#enums, registers: this.#registers, events: this.#events };
  }

  /** Enters the names of a module, so that types may refer to what is defined later. */
  #declare(module: KmdModule): void {
    for (const kmd of module.complexTypes ?? []) {
      const name = nameOf(module, kmd);
      const other = this.#registers.get(name.qualifiedName) ?? this.#enums.get(name.qualifiedName);
      if (other !== undefined) throw new Error(definedTwice("type", name, other));
      if (kmd.typeFormat === "ENUM") this.#enums.add({ ...name, values: kmd.values });
      else {
        this.#registers.add({ ...name, parent: undefined, ownProperties: [], properties: [], descendants: [] });
      }
    }
    for (const kmd of module.events ?? []) {
      const name = nameOf(module, kmd);
      const other = this.#events.get(name.qualifiedName);
      if (other !== undefined) throw new Error(definedTwice("event", name, other));
      this.#events.add({ ...name, parent: undefined, ownProperties: [], properties: [] });
    }
    for (const kmd of module.remoteClasses ?? []) {
      const name = nameOf(module, kmd);
      const other = this.#classes.get(name.qualifiedName);
      if (other !== undefined) throw new Error(definedTwice("class", name, other));
      const type = this.#registers.get(name.qualifiedName) ?? this.#enums.get(name.qualifiedName);
      if (type !== undefined) throw new Error(definedTwice("class and type", name, type));
      this.#classes.add({
        ...name,
        abstract: kmd.abstract === true,
        parent: undefined,
        hierarchy: [],
        constructorParams: undefined,
        constructorDoc: constructorOf(kmd)?.doc ?? "",
        properties: [],
        methods: [],
        operations: new Map(),
        events: [],
        allEvents: new Map(),
        own: new Map(),
      });
    }
  }

  #resolveModule(module: KmdModule): void {
    for (const kmd of module.complexTypes ?? []) {
      if (kmd.typeFormat === "ENUM") continue;
      const where = `${module.name}: type ${kmd.name}`;
      const register = required(this.#registers.getIn(module.name, kmd.name), where);
      if (kmd.extends !== undefined) {
        register.parent = this.#find(this.#registers, module.name, kmd.extends, `${where}: extends`, "register");
      }
      register.ownProperties = this.#params(module.name, kmd.properties, where);
    }
    for (const kmd of module.events ?? []) this.#resolveEvent(module.name, kmd);
    for (const kmd of module.remoteClasses ?? []) this.#resolveClass(module.name, kmd);
  }

  #resolveEvent(module: string, kmd: KmdEvent): void {
    const where = `${module}: event ${kmd.name}`;
    const event = required(this.#events.getIn(module, kmd.name), where);
    if (kmd.extends !== undefined) {
      event.parent = this.#find(this.#events, module, kmd.extends, `${where}: extends`, "event");
    }
    event.ownProperties = this.#params(module, kmd.properties, where);
  }

  #resolveClass(module: string, kmd: KmdClass): void {
    const where = `${module}: class ${kmd.name}`;
    const draft = required(this.#classes.getIn(module, kmd.name), where);
    if (kmd.extends !== undefined) {
      draft.parent = this.#find(this.#classes, module, kmd.extends, `${where}: extends`, "class");
    }
    const maker = constructorOf(kmd);
    if (maker !== undefined && !draft.abstract) {
      draft.constructorParams = this.#params(module, maker.params, `${where}: constructor`);
    }
    draft.properties = (kmd.properties ?? []).map((property): ApiProperty => {
      const final = property.final === true;
      return {
        name: property.name,
        doc: property.doc,
        type: this.#type(module, property.type, `${where}: property ${property.name}`),
        defaultValue: property.defaultValue,
        owner: draft,
        readOnly: final || property.readOnly === true,
        final,
      };
    });
    draft.methods = (kmd.methods ?? []).map((method): ApiOperation => {
      const at = `${where}: method ${method.name}`;
      return {
        name: method.name,
        doc: method.doc,
        kind: "method",
        owner: draft,
        params: this.#params(module, method.params, at),
        result: method.return === undefined ? undefined : this.#type(module, method.return.type, `${at}: return`),
        resultDoc: method.return?.doc ?? "",
        property: undefined,
      };
    });
    draft.events = (kmd.events ?? []).map((name) =>
      this.#find(this.#events, module, name, `${where}: events`, "event"),
    );
    for (const operation of [...draft.properties.flatMap(accessors), ...draft.methods]) {
      if (draft.own.has(operation.name)) throw new Error(`${where}: operation ${operation.name} is defined twice`);
      draft.own.set(operation.name, operation);
    }
  }

  #params(module: string, params: readonly KmdParameter[], where: string): ApiParameter[] {
    const seen = new Set<string>();
    return params.map((param) => {
      if (seen.has(param.name)) throw new Error(`${where}: ${param.name} is defined twice`);
      seen.add(param.name);
      return {
        name: param.name,
        doc: param.doc,
        type: this.#type(module, param.type, `${where}: ${param.name}`),
        optional: param.optional === true,
        defaultValue: param.defaultValue,
      };
    });
  }

  #type(module: string, text: string, where: string): ApiType {
    let syntax: TypeSyntax;
    try {
      syntax = parseType(text);
    } catch (cause) {
      throw new Error(`${where}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
    return this.#resolveType(module, syntax, where);
  }

  #resolveType(module: string, syntax: TypeSyntax, where: string): ApiType {
    if (syntax.kind !== "name") return { kind: syntax.kind, of: this.#resolveType(module, syntax.of, where) };
    if (isPrimitiveName(syntax.name)) return { kind: "primitive", name: syntax.name };
    const register = this.#registers.getFrom(module, syntax.name);
    if (register !== undefined) return { kind: "register", register };
    const enumeration = this.#enums.getFrom(module, syntax.name);
    if (enumeration !== undefined) return { kind: "enum", enum: enumeration };
    const apiClass = this.#find(this.#classes, module, syntax.name, where, "type");
    return { kind: "class", class: apiClass };
  }

  #find<T extends ApiName>(table: NameTable<T>, module: string, name: string, where: string, what: string): T {
    const found = table.getFrom(module, name);
    if (found !== undefined) return found;
    const known = this.#modules.map((one) => one.name).join(", ");
    throw new Error(`${where}: there is no ${what} ${name} in the modules ${known}`);
  }

  #inheritRegisters(): void {
    for (const register of this.#registers.all()) {
      const chain = ancestors<ApiRegister>(register, "type");
      register.properties = chain.toReversed().flatMap((one) => one.ownProperties);
      for (const ancestor of chain.slice(1)) this.#registers.get(ancestor.qualifiedName)?.descendants.push(register);
    }
  }

  #inheritEvents(): void {
    for (const event of this.#events.all()) {
      event.properties = ancestors<ApiEvent>(event, "event")
        .toReversed()
        .flatMap((one) => one.ownProperties);
    }
  }

  #inheritClasses(): void {
    for (const draft of this.#classes.all()) {
      const chain = ancestors<ApiClass>(draft, "class");
      draft.hierarchy = chain.slice(1).map((one) => one.qualifiedName);
      const operations = new Map<string, ApiOperation>();
      const events = new Map<string, ApiEvent>();
      for (const one of chain.toReversed()) {
        for (const [name, operation] of this.#classes.get(one.qualifiedName)?.own ?? [])
          operations.set(name, operation);
        for (const event of one.events) events.set(event.name, event);
      }
      draft.operations = operations;
      draft.allEvents = events;
    }
  }
}

/** The getter of a property, and its setter unless it is read-only. Only the first letter is upper-cased. */
function accessors(property: ApiProperty): ApiOperation[] {
  const { name, doc, type, owner } = property;
  const capitalised = name.charAt(0).toUpperCase() + name.slice(1);
  const shared = { doc, owner, property };
  const getter: ApiOperation = {
    ...shared,
    name: `get${capitalised}`,
    kind: "getter",
    params: [],
    result: type,
    resultDoc: doc,
  };
  if (property.readOnly) return [getter];
  const param: ApiParameter = { name, doc, type, optional: false, defaultValue: undefined };
  const setter: ApiOperation = {
    ...shared,
    name: `set${capitalised}`,
    kind: "setter",
    params: [param],
    result: undefined,
    resultDoc: "",
  };
  return [getter, setter];
}

/** An element and what it extends, nearest first. */
function ancestors<T extends ApiName & { readonly parent: T | undefined }>(element: T, what: string): T[] {
  const chain: T[] = [];
  for (let one: T | undefined = element; one !== undefined; one = one.parent) {
    if (chain.includes(one)) throw new Error(`${element.module}: ${what} ${element.name} extends itself`);
    chain.push(one);
  }
  return chain;
}

function nameOf(module: KmdModule, kmd: { readonly name: string; readonly doc: string }): ApiName {
  const prefix = wirePrefix(module.name);
  return { name: kmd.name, module: module.name, prefix, qualifiedName: `${prefix}.${kmd.name}`, doc: kmd.doc };
}

function definedTwice(what: string, name: ApiName, other: ApiName): string {
  const where = name.module === other.module ? `in ${name.module}` : `by ${other.module} and ${name.module}`;
  return `${what} ${name.qualifiedName} is defined twice, ${where}`;
}

function required<T>(value: T | undefined, where: string): T {
  if (value === undefined) throw new Error(`${where} was not declared`);
  return value;
}
