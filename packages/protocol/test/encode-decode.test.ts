// Properties of checking and encoding that hold for every type of the API and for whatever a client sends.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ApiParameter, ApiRegister, ApiType } from "../src/api.ts";
import { decodeConstructorParams, decodeOperationParams, encodeValue } from "../src/api.ts";
import { KurentoError } from "../src/index.ts";
import { customApi, OBJECTS, resolveId } from "./support/known-objects.ts";

const INT_LIMIT = 2 ** 31;

/** Values of a type as a program holds them; references are ids of known objects. */
function valueOfType(type: ApiType, depth = 0): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case "primitive":
      switch (type.name) {
        case "String":
          return fc.string({ unit: "binary" });
        case "boolean":
          return fc.boolean();
        case "int":
          return fc.integer({ min: -INT_LIMIT, max: INT_LIMIT - 1 });
        case "int64":
          return fc.maxSafeInteger();
        case "float":
        case "double":
          return fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
      }
      break;
    case "class": {
      const fitting = [...OBJECTS].filter(([, name]) => customApi.isSubclass(name, type.class.name));
      return fc.constantFrom(...fitting.map(([id]) => id));
    }
    case "enum":
      return fc.constantFrom(...type.enum.values);
    case "register": {
      const concrete = depth > 2 ? [type.register] : [type.register, ...type.register.descendants];
      return fc.oneof(...concrete.map((one) => registerOf(one, type.register, depth + 1)));
    }
    case "list":
      return fc.array(valueOfType(type.of, depth + 1), { maxLength: 3 });
    case "map":
      return fc.dictionary(fc.string(), valueOfType(type.of, depth + 1), {
        minKeys: 1,
        maxKeys: 3,
        noNullPrototype: true,
      });
  }
  throw new Error("a type of no kind");
}

/** A register whose optional properties without default may be missing. */
function registerOf(one: ApiRegister, declared: ApiRegister, depth: number): fc.Arbitrary<unknown> {
  const mayMiss = (property: ApiParameter): boolean => property.optional && property.defaultValue === undefined;
  const tags: Record<string, fc.Arbitrary<unknown>> = one === declared
    ? {}
    : { __module__: fc.constant(one.prefix), __type__: fc.constant(one.name) };
  const model = Object.fromEntries(
    one.properties.map((property) => [property.name, valueOfType(property.type, depth)]),
  );
  return fc.record(
    { ...tags, ...model },
    {
      requiredKeys: [...Object.keys(tags), ...one.properties.filter((p) => !mayMiss(p)).map((p) => p.name)],
      noNullPrototype: true,
    },
  );
}

const targets = customApi.classes.flatMap((one) => [
  ...(one.constructorParams === undefined
    ? []
    : [{ name: one.name, params: one.constructorParams, apiClass: one, operation: undefined }]),
  ...[...one.operations.values()]
    .filter((operation) => operation.owner === one && operation.params.length > 0)
    .map((operation) => ({
      name: `${one.name}.${operation.name}`,
      params: operation.params,
      apiClass: one,
      operation,
    })),
]);

function decode(target: (typeof targets)[number], params: unknown): ReturnType<typeof decodeOperationParams<string>> {
  const { apiClass, operation } = target;
  return operation === undefined
    ? decodeConstructorParams(customApi, apiClass, params, resolveId)
    : decodeOperationParams(customApi, operation, params, resolveId);
}

/** Some class of every reference must be among the known objects. */
const askable = targets.filter(({ params }) =>
  params.every(
    ({ type }) =>
      type.kind !== "class" || [...OBJECTS.values()].some((name) => customApi.isSubclass(name, type.class.name)),
  ),
);

describe("checked parameters", () => {
  it.each(askable.map((target) => [target.name, target] as const))("%s takes back what it wrote", (_, target) => {
    const params = fc.record(Object.fromEntries(target.params.map((param) => [param.name, valueOfType(param.type)])), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(params, (values) => {
        const encoded = Object.fromEntries(
          target.params.map((param) => [param.name, encodeValue(param.type, values[param.name], String, param.name)]),
        );
        const decoded = decode(target, JSON.parse(JSON.stringify(encoded)));
        expect(decoded.named).toEqual(values);
        expect(decoded.ignored).toEqual([]);
        // What is checked stays as it is when it is checked again, as a host does after the gateway.
        expect(decode(target, JSON.parse(JSON.stringify(decoded.named)))).toEqual(decoded);
      }),
      { numRuns: 30 },
    );
  });

  it("come from any JSON, or it is refused with an error of Kurento's", () => {
    const names = [...new Set(targets.flatMap(({ params }) => params.map((param) => param.name)))];
    const json = fc.jsonValue({ maxDepth: 4 });
    const params = fc.oneof(json, fc.dictionary(fc.constantFrom(...names, "__proto__", "constructor"), json));
    fc.assert(
      fc.property(fc.constantFrom(...targets), params, (target, sent) => {
        try {
          decode(target, sent);
        } catch (error) {
          expect(error).toBeInstanceOf(KurentoError);
          expect([40001, 40003, 40101, 40107]).toContain((error as KurentoError).code);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
