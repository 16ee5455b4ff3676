// Emits the value types of an API: an interface per register, a union of strings and a list of values per enumeration.

import type { ApiEnum, ApiParameter, ApiRegister } from "../api-elements.ts";
import type { ApiModel } from "../api-model.ts";
import {
  assertUniqueNames,
  type EmitOptions,
  emitted,
  type GeneratedFile,
  hasLibraryModules,
  isPolymorphic,
  knownDescendants,
  safeName,
  unionName,
} from "./emitter.ts";
import { docComment, header, propertyKey, union } from "./source-text.ts";
import { holdsReferences, TypeWriter } from "./type-text.ts";

/** How a generic value type declares what its references look like. */
export const REFERENCE_PARAMETER = "R extends ReferenceMap = ObjectIds";

/** Emits `values.gen.ts`. */
export function emitValueTypes(model: ApiModel, options: EmitOptions): readonly GeneratedFile[] {
  const registers = emitted(model.registers, options);
  const types = new TypeWriter(options, { reference: (one) => `R[${JSON.stringify(one.name)}]`, argument: "R" });
  const body = [
    referenceMap(model, options, types),
    ...emitted(model.enums, options).map(enumeration),
    ...registers.map((one) => register(one, types)),
    ...registers.filter((one) => isPolymorphic(one, options)).map((one) => variants(one, types, options)),
  ].join("\n");
  const imports = types.imports();
  const text = `${header("The value types of the API: registers and enumerations.", options)}\n${imports}${imports === "" ? "" : "\n"}${body}`;
  return [assertUniqueNames({ path: "values.gen.ts", text })];
}

/** The properties of a record as members of an interface. */
export function members(properties: readonly ApiParameter[], types: TypeWriter): string {
  return properties
    .map((property) => {
      const tags =
        property.defaultValue === undefined ? [] : [`@defaultValue \`${JSON.stringify(property.defaultValue)}\``];
      const type = types.type(property.type);
      const value = property.optional ? `?: ${type} | undefined` : `: ${type}`;
      return `${docComment(property.doc, "  ", tags)}  readonly ${propertyKey(property.name)}${value};\n`;
    })
    .join("");
}

function referenceMap(model: ApiModel, options: EmitOptions, types: TypeWriter): string {
  const classes = emitted(model.classes, options);
  const declare = (name: string, doc: string, type: string): string => {
    const lines = classes.map((one) => `  readonly ${propertyKey(one.name)}: ${type};\n`).join("");
    let extend = "";
    if (hasLibraryModules(model, options)) {
      types.import(`${name} as Kurento${name}`, options.library ?? "@kurento-ts/protocol");
      extend = ` extends Kurento${name}`;
      if (lines === "") return `${docComment(doc)}export type ${name} = Kurento${name};\n`;
    }
    return `${docComment(doc)}export interface ${name}${extend} {\n${lines}}\n`;
  };
  const map = "What stands for an object in a value, by class. Value types with references are generic in it:";
  return [
    declare("ReferenceMap", `${map} ids on the wire, objects in a program.`, "unknown"),
    declare("ObjectIds", "The references of the wire: every one is the id of the object.", "string"),
  ].join("\n");
}

function enumeration(one: ApiEnum): string {
  const name = safeName(one.name);
  const list = `${constantCase(one.name)}_VALUES`;
  const values = one.values.map((value) => JSON.stringify(value));
  const line = `export const ${list}: readonly ${name}[] = [${values.join(", ")}];\n`;
  const constant =
    line.length <= 121
      ? line
      : `export const ${list}: readonly ${name}[] = [\n${values.map((value) => `  ${value},\n`).join("")}];\n`;
  return `${docComment(one.doc)}${union(values, `export type ${name} =`)}\n${docComment(`Every {@link ${name}}.`)}${constant}`;
}

function register(one: ApiRegister, types: TypeWriter): string {
  const generic = holdsReferences(one) ? `<${REFERENCE_PARAMETER}>` : "";
  const parent = one.parent === undefined ? "" : ` extends ${types.register(one.parent)}`;
  const name = safeName(one.name);
  if (one.ownProperties.length === 0 && one.parent !== undefined) {
    return `${docComment(one.doc)}export type ${name}${generic} = ${types.register(one.parent)};\n`;
  }
  return `${docComment(one.doc)}export interface ${name}${generic}${parent} {\n${members(one.ownProperties, types)}}\n`;
}

function variants(one: ApiRegister, types: TypeWriter, options: EmitOptions): string {
  const all = [one, ...knownDescendants(one, options)];
  const generic = all.some(holdsReferences) ? `<${REFERENCE_PARAMETER}>` : "";
  const doc = docComment(`A {@link ${one.name}} of any kind; \`__type__\` tells which.`);
  const parts = all.map((each) => `(${types.register(each)} & { readonly __type__: ${JSON.stringify(each.name)} })`);
  return `${doc}${union(parts, `export type ${unionName(one)}${generic} =`)}`;
}

function constantCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
    .toUpperCase();
}
