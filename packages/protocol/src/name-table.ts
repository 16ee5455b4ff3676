// Finds elements of an API by their plain or qualified name.

import type { ApiName } from "./api-elements.ts";

/**
 * Elements of one kind by name. A plain name that two prefixes share means Kurento's own, or else the one that was
 * added first; a qualified name is exact.
 */
export class NameTable<T extends ApiName> {
  readonly #byQualifiedName = new Map<string, T>();
  readonly #byPlainName = new Map<string, T>();
  readonly #byModule = new Map<string, T>();

  /** Enters an element under its names. */
  add(element: T): void {
    this.#byQualifiedName.set(element.qualifiedName, element);
    this.#byModule.set(`${element.module}/${element.name}`, element);
    const other = this.#byPlainName.get(element.name);
    if (other === undefined || (element.prefix === "kurento" && other.prefix !== "kurento")) {
      this.#byPlainName.set(element.name, element);
    }
  }

  /** Finds by plain (`PassThrough`) or qualified (`kurento.PassThrough`) name. */
  get(name: string): T | undefined {
    return this.#byQualifiedName.get(name) ?? this.#byPlainName.get(name);
  }

  /** Finds what a module itself defines under a plain name. */
  getIn(module: string, name: string): T | undefined {
    return this.#byModule.get(`${module}/${name}`);
  }

  /** Finds what a name means inside a module: what the module defines itself goes first. */
  getFrom(module: string, name: string): T | undefined {
    return this.getIn(module, name) ?? this.get(name);
  }

  /** All elements in the order in which they were added. */
  all(): readonly T[] {
    return [...this.#byQualifiedName.values()];
  }
}
