// What an emitter of code is given and what it gives back, and the names it may use.

import type { ApiEvent, ApiName, ApiRegister } from "../api-elements.ts";
import type { ApiModel } from "../api-model.ts";

/** A file to write. `path` is relative to the folder that the files are written to. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/** What all emitters are told. */
export interface EmitOptions {
  /** The command that makes the files again; the first line of each file names it. */
  readonly command: string;
  /** The modules to emit. Default: all of the model. */
  readonly modules?: readonly string[];
  /** Where values and events of modules that are not emitted come from. Default `@kurento-ts/protocol`. */
  readonly library?: string;
  /** Where the server contract of modules that are not emitted comes from. Default `@kurento-ts/server`. */
  readonly serverLibrary?: string;
  /** How imports of other generated files end. Default `.ts`. */
  readonly importExtension?: ".ts" | ".js";
}

/** Makes files from an API. It reads and writes nothing itself. */
export type Emitter = (model: ApiModel, options: EmitOptions) => readonly GeneratedFile[];

/** Names that generated declarations must not take: an import of them would hide a global of JavaScript or of browsers. */
const RESERVED: ReadonlySet<string> = new Set([
  ..."AggregateError Array ArrayBuffer BigInt Boolean DataView Date Error EvalError Function Infinity Intl Iterator".split(
    " ",
  ),
  ..."JSON Map Math NaN Number Object Promise Proxy RangeError ReferenceError Reflect RegExp Set String Symbol".split(
    " ",
  ),
  ..."SyntaxError TypeError URIError WeakMap WeakRef WeakSet Awaited Exclude Extract NonNullable Omit Parameters".split(
    " ",
  ),
  ..."Partial Pick Readonly Record Required ReturnType AbortController AbortSignal Blob Buffer CloseEvent".split(" "),
  ..."CustomEvent Document Element ErrorEvent Event EventTarget File FormData Headers MediaError MediaRecorder".split(
    " ",
  ),
  ..."MediaStream MediaStreamTrack MessageEvent Node Performance Plugin Range Request Response Storage Text URL".split(
    " ",
  ),
  ..."WebSocket Window Worker".split(" "),
]);

/** The name of a declaration: the wanted one, or with `Kurento` before it when it would hide a global. */
export function safeName(wanted: string): string {
  return RESERVED.has(wanted) ? `Kurento${wanted}` : wanted;
}

/** The name of the interface of an event's data: `IceCandidateFoundEvent`, and `KurentoErrorEvent` for `Error`. */
export function eventTypeName(event: ApiEvent): string {
  return safeName(`${event.name}Event`);
}

/** The name of the union of a register and what extends it. */
export function unionName(register: ApiRegister): string {
  return `Any${register.name}`;
}

/**
 * The registers that a value of a register's type can be besides the register itself. For a register of a module that
 * is not emitted these are the ones that its library knows.
 */
export function knownDescendants(register: ApiRegister, options: EmitOptions): readonly ApiRegister[] {
  if (isEmitted(register, options)) return register.descendants;
  return register.descendants.filter((one) => !isEmitted(one, options));
}

/** True when a value of the register's type can be one of several registers. */
export function isPolymorphic(register: ApiRegister, options: EmitOptions): boolean {
  return knownDescendants(register, options).length > 0;
}

/** The modules of the model that are not emitted; their declarations come from libraries. */
export function hasLibraryModules(model: ApiModel, options: EmitOptions): boolean {
  return model.modules.some((module) => options.modules !== undefined && !options.modules.includes(module.name));
}

/** Throws `Error` when a generated text declares a name twice, as two elements of an API with like names can make it. */
export function assertUniqueNames(file: GeneratedFile): GeneratedFile {
  const seen = new Set<string>();
  for (const [, name] of file.text.matchAll(/^export (?:interface|type|const|class|function) (\w+)/gm)) {
    if (name === undefined) continue;
    if (seen.has(name)) throw new Error(`${file.path}: two elements of the API would both be called ${name}`);
    seen.add(name);
  }
  return file;
}

/** Those of the given elements that are to be emitted. */
export function emitted<T extends ApiName>(elements: readonly T[], options: EmitOptions): readonly T[] {
  const { modules } = options;
  return modules === undefined ? elements : elements.filter((element) => modules.includes(element.module));
}

/** True when an element belongs to a module that is emitted. */
export function isEmitted(element: ApiName, options: EmitOptions): boolean {
  return options.modules === undefined || options.modules.includes(element.module);
}
