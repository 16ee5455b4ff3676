// How the generated client is laid out: which file holds a class, what it is called there, where the run time comes from.

import type { ApiClass } from "../api-elements.ts";
import { type EmitOptions, isEmitted, safeName } from "./emitter.ts";

/** What generated client code needs of the client's run time. */
export type ClientRuntimeName =
  | "CallOptions"
  | "ClassInfo"
  | "ClientModule"
  | "ClientReferences"
  | "Creatable"
  | "NoParams"
  | "RemoteObject";

/** What the emitter of client classes is told besides. */
export interface ClientEmitOptions extends EmitOptions {
  /** Where a name of the run time is imported from. Default: `@kurento-ts/client` for all. */
  readonly runtime?: (name: ClientRuntimeName) => string;
  /**
   * Classes that are finished by hand, with the file that does it. Such a class is emitted as `Generated…`; the file
   * exports a class with the plain name that extends it, and everything else refers to that one.
   */
  readonly extensions?: ReadonlyMap<string, string>;
}

/** Where the client's own package is found by code that is generated outside of it. */
const CLIENT_PACKAGE = "@kurento-ts/client";

/** Where a name of the run time is imported from. */
export function runtimeFile(name: ClientRuntimeName, options: ClientEmitOptions): string {
  return options.runtime?.(name) ?? CLIENT_PACKAGE;
}

/** The generated file of a class, without folder: `web-rtc-endpoint.gen.ts`. */
export function classFile(apiClass: ApiClass): string {
  const words = apiClass.name.replace(/([a-z0-9])([A-Z])/g, "$1-$2").replace(/([A-Z]+)([A-Z][a-z])/g, "$1-$2");
  return `${words.toLowerCase()}.gen.ts`;
}

/** The name of a class for those that use it. */
export function className(apiClass: ApiClass): string {
  return safeName(apiClass.name);
}

/** The name of a class in its generated file. */
export function emittedClassName(apiClass: ApiClass, options: ClientEmitOptions): string {
  return options.extensions?.has(apiClass.name) === true ? `Generated${apiClass.name}` : className(apiClass);
}

/** The file from which a class is imported, seen from a generated file. */
export function classImport(apiClass: ApiClass, options: ClientEmitOptions): string {
  if (!isEmitted(apiClass, options)) return CLIENT_PACKAGE;
  const extension = options.importExtension ?? ".ts";
  return options.extensions?.get(apiClass.name) ?? `./${classFile(apiClass).replace(/\.ts$/, extension)}`;
}

/** A class with all its ancestors, the oldest first. */
export function lineage(apiClass: ApiClass): readonly ApiClass[] {
  return apiClass.parent === undefined ? [apiClass] : [...lineage(apiClass.parent), apiClass];
}

/** The interface of what `create` takes for a class. */
export function createParamsName(apiClass: ApiClass): string {
  return `${apiClass.name}Params`;
}
