// The definition in this package against a table of what Kurento's API is: every name, type, default and arity.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ApiClass } from "../src/api.ts";
import { kurentoApi } from "../src/api.ts";
import { constructorOf, type KmdClass, type KmdMethod, type KmdModule, type KmdParameter } from "../src/kmd.ts";

interface ApiTable {
  readonly facts: readonly string[];
}

const table = JSON.parse(readFileSync(new URL("fixtures/api-table.json", import.meta.url), "utf8")) as ApiTable;
const api = kurentoApi();

/** The facts of the KMD modules in the words of the table, with what inheritance adds taken from the model. */
function factsOf(modules: readonly KmdModule[]): string[] {
  return modules.flatMap((module) => [
    `module ${module.name} ${module.version}`,
    ...(module.remoteClasses ?? []).flatMap((one) => classFacts(module.name, one)),
    ...(module.complexTypes ?? []).flatMap((type) =>
      type.typeFormat === "ENUM"
        ? [`enum ${module.name}.${type.name}: ${type.values.join(" ")}`]
        : [
            `register ${module.name}.${type.name}${extend(type.extends)}`,
            ...type.properties.map((property) => `field ${type.name}.${param(property)}`),
          ],
    ),
    ...(module.events ?? []).flatMap((event) => [
      `event ${module.name}.${event.name}${extend(event.extends)}`,
      ...event.properties.map((property) => `data ${event.name}.${param(property)}`),
      `all data of ${event.name}: ${names(api.findEvent(event.name)?.properties ?? [])}`,
    ]),
  ]);
}

function classFacts(module: string, one: KmdClass): string[] {
  const resolved = api.class(one.name);
  const made = constructorOf(one);
  return [
    `class ${module}.${one.name}${one.abstract ? " abstract" : ""}${extend(one.extends)}`,
    `describe ${resolved.qualifiedName}: ${resolved.hierarchy.join(" ") || "-"}`,
    ...(made === undefined ? [] : [`constructor ${one.name}(${made.params.map(param).join(", ")})`]),
    ...(one.properties ?? []).map((property) => {
      const access = property.final ? " final" : property.readOnly ? " readOnly" : "";
      return `property ${one.name}.${property.name}: ${property.type}${access}${byDefault(property.defaultValue)}`;
    }),
    ...(one.methods ?? []).map((method) => `method ${one.name}.${signature(method)}`),
    ...(one.events ?? []).map((event) => `raises ${one.name}: ${event}`),
    `subscribable ${one.name}: ${[...resolved.allEvents.keys()].sort().join(" ")}`,
  ];
}

function signature(method: KmdMethod): string {
  return `${method.name}(${method.params.map(param).join(", ")}): ${method.return?.type ?? "void"}`;
}

function param(one: KmdParameter): string {
  return `${one.name}${one.optional ? "?" : ""}: ${one.type}${byDefault(one.defaultValue)}`;
}

function byDefault(value: unknown): string {
  return value === undefined ? "" : ` = ${JSON.stringify(value)}`;
}

function extend(parent: string | undefined): string {
  return parent === undefined ? "" : ` extends ${parent}`;
}

function names(items: readonly { readonly name: string }[]): string {
  return items.map((item) => item.name).join(" ");
}

/** The lines that only one side has. */
function differences(facts: readonly string[]): string[] {
  const [ours, theirs] = [new Set(facts), new Set(table.facts)];
  return [
    ...table.facts.filter((fact) => !ours.has(fact)).map((fact) => `missing: ${fact}`),
    ...facts.filter((fact) => !theirs.has(fact)).map((fact) => `extra:   ${fact}`),
  ];
}

describe("the API definition", () => {
  it("says what Kurento's says: every class, operation, type, default and event", () => {
    expect(differences(factsOf(api.modules))).toEqual([]);
  });

  it("would be told of any fact that differs", () => {
    const facts = factsOf(api.modules).map((fact) => fact.replace("iceTcp: boolean", "iceTcp: int"));
    expect(differences(facts)).toEqual([
      "missing: property WebRtcEndpoint.iceTcp: boolean",
      "extra:   property WebRtcEndpoint.iceTcp: int",
    ]);
  });

  it("has Kurento's counts", () => {
    const { classes, enums, registers, events } = api;
    const own = (one: ApiClass): number => [...one.operations.values()].filter((each) => each.owner === one).length;
    const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
    expect({
      classes: classes.length,
      abstractClasses: classes.filter((one) => one.abstract).length,
      creatableClasses: classes.filter((one) => one.constructorParams !== undefined).length,
      ownMethods: sum(classes.map((one) => one.methods.length)),
      ownProperties: sum(classes.map((one) => one.properties.length)),
      writableProperties: sum(classes.map((one) => one.properties.filter((property) => !property.readOnly).length)),
      invokableOperations: sum(classes.map(own)),
      constructorParams: sum(classes.map((one) => one.constructorParams?.length ?? 0)),
      complexTypes: enums.length + registers.length,
      enums: enums.length,
      registers: registers.length,
      enumValues: sum(enums.map((one) => one.values.length)),
      events: events.length,
      subscribableEvents: new Set(classes.flatMap((one) => one.events)).size,
    }).toEqual({
      classes: 29,
      abstractClasses: 12,
      creatableClasses: 17,
      ownMethods: 52,
      ownProperties: 40,
      writableProperties: 21,
      invokableOperations: 113,
      constructorParams: 36,
      complexTypes: 55,
      enums: 22,
      registers: 33,
      enumValues: 136,
      events: 28,
      subscribableEvents: 26,
    });
  });
});
