// Parameters of a custom module's types: registers that extend each other, lists, maps, and nesting without end.

import { describe, expect, it } from "vitest";
import { decodeConstructorParams, decodeOperationParams, encodeResult } from "../src/api.ts";
import { customApi, resolveId } from "./support/known-objects.ts";

const canvas = customApi.class("shapes.Canvas");
const draw = canvas.operations.get("draw")!;

function decode(params: unknown): ReturnType<typeof decodeOperationParams<string>> {
  return decodeOperationParams(customApi, draw, params, resolveId);
}

/** A group in a group in a group. */
function nested(depth: number): unknown {
  let shape: unknown = { __type__: "Shape" };
  for (let level = 0; level < depth; level++) shape = { __type__: "Group", members: [shape] };
  return shape;
}

describe("a parameter whose type others extend", () => {
  it("is read as the type that it says, and keeps saying it", () => {
    const shape = { __module__: "shapes", __type__: "Group", colour: "RED", members: [{ colour: "RED" }] };
    expect(decode({ shape: { __type__: "Group", members: [{}] } }).named).toEqual({ shape });
    expect(decode({ shape }).named).toEqual({ shape });
  });

  it("is read as the declared type when it does not say", () => {
    expect(decode({ shape: { members: "not looked at" } }).named).toEqual({ shape: { colour: "RED" } });
  });

  it("is told the path to what does not fit", () => {
    expect(() => decode({ shape: { __type__: "Group", members: [{}, { __type__: "Circle", radius: "r" }] } })).toThrow(
      "'radius' property should be a double (draw.shape.members[1].radius: expected double, got the string \"r\")",
    );
    expect(() => decode({ shape: { __type__: "Group", members: [], labels: { a: [] } } })).toThrow(
      "'labels' element should be a string (draw.shape.labels[\"a\"]: expected String, got a list)",
    );
    expect(() => decode({ shape: { __type__: "Group", members: [], labels: [] } })).toThrow(
      "'labels' property should be a map",
    );
    expect(() => decode({ shape: { __type__: "Group", members: {} } })).toThrow("'members' property should be a list");
    expect(() => decode({ shape: {}, at: { kept: true }, many: [[1], [2, "x"]] })).toThrow(
      "'many' element should be a int64 (draw.many[1][1]: expected int64, got the string \"x\")",
    );
  });

  it("resolves references inside it", () => {
    const shape = { __type__: "Group", members: [], anchors: ["E", "nope"] };
    expect(() => decode({ shape })).toThrow("Object 'nope' not found (draw.shape.anchors[1]: expected a MediaElement)");
    expect(decode({ shape: { ...shape, anchors: ["E", "W"] } }).named.shape).toMatchObject({ anchors: ["E", "W"] });
  });

  it("may hold keys that mean something to JavaScript", () => {
    const shape: unknown = JSON.parse('{"__type__":"Group","members":[],"labels":{"__proto__":"x","constructor":"y"}}');
    const { named } = decode({ shape });
    expect(JSON.stringify(named)).toContain('"labels":{"__proto__":"x","constructor":"y"}');
    const twist = canvas.operations.get("twist")!;
    for (const odd of [{}, { constructor: "x" }]) {
      expect(JSON.stringify(decodeOperationParams(customApi, twist, { odd }, resolveId).named)).toBe(
        JSON.stringify({ odd }),
      );
      expect(JSON.stringify(encodeResult(twist, odd, String))).toBe(
        JSON.stringify({ __module__: "shapes", __type__: "Odd", ...odd }),
      );
    }
  });

  it("may nest, but not without end", () => {
    expect(decode({ shape: nested(60) }).named).toBeDefined();
    expect(() => decode({ shape: nested(10_000) })).toThrow(
      /^'members' element should be a object \(draw.*nested deeper than 64 levels\)$/,
    );
  });

  it("has its default read as its type", () => {
    const decoded = decodeConstructorParams(customApi, canvas, { mediaPipeline: "P" }, resolveId);
    expect(decoded.named).toEqual({ mediaPipeline: "P", background: { colour: "RED" } });
  });
});
