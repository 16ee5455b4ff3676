// The API that KMD modules describe, resolved: what the server, the validation and the code generation ask.

import { type ApiParts, buildApi } from "./api-builder.ts";
import type { ApiClass, ApiEnum, ApiEvent, ApiRegister } from "./api-elements.ts";
import type { KmdModule } from "./kmd.ts";

/**
 * A resolved API. Every look-up takes a plain (`WebRtcEndpoint`) or a qualified (`kurento.WebRtcEndpoint`) name,
 * exactly as written; core, elements and filters all share the prefix `kurento`.
 */
export class ApiModel {
  /** The modules that it was built from. */
  readonly modules: readonly KmdModule[];
  readonly #parts: ApiParts;

  private constructor(modules: readonly KmdModule[]) {
    this.modules = modules;
    this.#parts = buildApi(modules);
  }

  /**
   * Resolves modules, in which a later one may refer to an earlier one and the other way round. Throws an `Error`
   * that names module, element and reason when a name is defined twice, refers to nothing or extends itself.
   */
  static fromModules(modules: readonly KmdModule[]): ApiModel {
    return new ApiModel([...modules]);
  }

  /** All classes, in the order of the definition. */
  get classes(): readonly ApiClass[] {
    return this.#parts.classes.all();
  }

  /** All enumerations. */
  get enums(): readonly ApiEnum[] {
    return this.#parts.enums.all();
  }

  /** All registers. */
  get registers(): readonly ApiRegister[] {
    return this.#parts.registers.all();
  }

  /** All events and bases of events. */
  get events(): readonly ApiEvent[] {
    return this.#parts.events.all();
  }

  /** A class by name, or undefined. */
  findClass(name: string): ApiClass | undefined {
    return this.#parts.classes.get(name);
  }

  /** An enumeration by name, or undefined. */
  findEnum(name: string): ApiEnum | undefined {
    return this.#parts.enums.get(name);
  }

  /** A register by name, or undefined. */
  findRegister(name: string): ApiRegister | undefined {
    return this.#parts.registers.get(name);
  }

  /** An event or base of events by name, or undefined. */
  findEvent(name: string): ApiEvent | undefined {
    return this.#parts.events.get(name);
  }

  /** A class by name. Throws `RangeError` when there is none. */
  class(name: string): ApiClass {
    const found = this.findClass(name);
    if (found === undefined) throw new RangeError(`there is no class ${name} in the API`);
    return found;
  }

  /** True when a class is another one or extends it. False when either is not in the API. */
  isSubclass(name: string, ancestorName: string): boolean {
    const ancestor = this.findClass(ancestorName);
    const apiClass = this.findClass(name);
    return ancestor !== undefined && apiClass !== undefined && isSubclass(apiClass, ancestor);
  }
}

/** True when a class is another one or extends it. */
export function isSubclass(apiClass: ApiClass, ancestor: ApiClass): boolean {
  return apiClass.qualifiedName === ancestor.qualifiedName || apiClass.hierarchy.includes(ancestor.qualifiedName);
}
