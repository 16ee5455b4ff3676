// What the run time knows of a KMD module: its classes, and where its values hold references to objects.

import type { ObjectNode } from "./object-node.ts";
import type { RemoteObject } from "./remote-object.ts";

/** A class of client objects. */
export type RemoteObjectClass = new (node: ObjectNode) => RemoteObject;

/** The properties of a value that hold references, directly or deeper, with their KMD types. */
export type ReferenceProperties = Readonly<Record<string, string>>;

/** The run-time side of a generated module; `connect` takes further ones in its option `modules`. */
export interface ClientModule {
  /** The name of the KMD module. */
  readonly name: string;
  /** The classes by name. */
  readonly classes: Readonly<Record<string, RemoteObjectClass>>;
  /** The registers that hold references, by name. */
  readonly registers: Readonly<Record<string, ReferenceProperties>>;
  /** The events that hold references, by name. */
  readonly events: Readonly<Record<string, ReferenceProperties>>;
}

/** Several modules as one. */
export class ModuleTable {
  readonly #classes = new Map<string, RemoteObjectClass>();
  readonly #registers = new Map<string, ReferenceProperties>();
  readonly #events = new Map<string, ReferenceProperties>();

  constructor(modules: readonly ClientModule[]) {
    for (const module of modules) {
      for (const [name, value] of Object.entries(module.classes)) this.#classes.set(name, value);
      for (const [name, value] of Object.entries(module.registers)) this.#registers.set(name, value);
      for (const [name, value] of Object.entries(module.events)) this.#events.set(name, value);
    }
  }

  /** A class by its plain name. */
  class(name: string): RemoteObjectClass | undefined {
    return this.#classes.get(name);
  }

  /** Where a register holds references; undefined when it holds none. */
  register(name: string): ReferenceProperties | undefined {
    return this.#registers.get(name);
  }

  /** Where an event holds references; undefined when it holds none or is not known. */
  event(name: string): ReferenceProperties | undefined {
    return this.#events.get(name);
  }
}
