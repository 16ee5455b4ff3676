// Definitions that come from outside: what may be left out, and what is told when one is broken.

import { describe, expect, it } from "vitest";
import { ApiModel, kmdModuleNames, kmdText, readKmd } from "../src/api.ts";
import { constructorOf } from "../src/kmd.ts";
import { api, CUSTOM_KMD, customApi } from "./support/known-objects.ts";

/** A module with the given parts. */
function build(parts: Readonly<Record<string, unknown>>): ApiModel {
  return ApiModel.fromModules([readKmd({ name: "test", ...parts }, "test.kmd.json")]);
}

describe("a definition that is read", () => {
  it("may leave out what can be empty", () => {
    expect(readKmd({ name: "empty", code: { kmd: 1 } }, "empty")).toEqual({
      name: "empty",
      version: "0.0.0",
      imports: [],
      remoteClasses: [],
      complexTypes: [],
      events: [],
    });
  });

  it("has a constructor only when it says so", () => {
    const module = readKmd({ name: "m", remoteClasses: [{ name: "A" }, { name: "B", constructor: {} }] }, "m");
    expect(module.remoteClasses?.map(constructorOf)).toEqual([undefined, { doc: "", params: [] }]);
  });

  it.each([
    [null, "test.kmd.json: module: expected an object, got null"],
    [[], "test.kmd.json: module: expected an object, got a list"],
    [{}, "test.kmd.json: name: expected a string, got nothing"],
    [{ name: "a b" }, 'test.kmd.json: name: expected a name of letters, digits and underscores, got the string "a b"'],
    [{ name: "m", remoteClasses: {} }, "test.kmd.json: remoteClasses: expected a list, got an object"],
    [{ name: "m", remoteClasses: [{}] }, "test.kmd.json: remoteClasses[0].name: expected a string, got nothing"],
    [
      { name: "m", remoteClasses: [{ name: "A", abstract: "yes" }] },
      'remoteClasses[0].abstract: expected true or false, got the string "yes"',
    ],
    [
      { name: "m", remoteClasses: [{ name: "A", methods: [{ name: "f", params: [{ name: "p" }] }] }] },
      "remoteClasses[0].methods[0].params[0].type: expected a string, got nothing",
    ],
    [
      { name: "m", complexTypes: [{ name: "T" }] },
      "complexTypes[0].typeFormat: expected ENUM or REGISTER, got nothing",
    ],
    [
      { name: "m", events: [{ name: "x; alert(1)" }] },
      "events[0].name: expected a name of letters, digits and underscores",
    ],
    [
      { name: "m", remoteClasses: [{ name: "A", extends: "B{}" }] },
      "remoteClasses[0].extends: expected a name of letters",
    ],
  ])("and is %j is refused with the path", (json, message) => {
    expect(() => readKmd(json, "test.kmd.json")).toThrow(message);
  });
});

describe("a definition that refers to nothing", () => {
  const A = { name: "A" };

  it.each([
    [
      { remoteClasses: [{ ...A, extends: "Nope" }] },
      "test: class A: extends: there is no class Nope in the modules test",
    ],
    [
      { remoteClasses: [{ ...A, events: ["Nope"] }] },
      "test: class A: events: there is no event Nope in the modules test",
    ],
    [
      { remoteClasses: [{ ...A, properties: [{ name: "p", type: "Nope" }] }] },
      "test: class A: property p: there is no type Nope",
    ],
    [
      { remoteClasses: [{ ...A, methods: [{ name: "f", params: [{ name: "p", type: "Nope[]" }] }] }] },
      "test: class A: method f: p: there is no type Nope",
    ],
    [
      { remoteClasses: [{ ...A, methods: [{ name: "f", return: { type: "Nope<>" } }] }] },
      "test: class A: method f: return: there is no type Nope",
    ],
    [
      { remoteClasses: [{ ...A, constructor: { params: [{ name: "p", type: "Nope" }] } }] },
      "test: class A: constructor: p: there is no type Nope",
    ],
    [
      { complexTypes: [{ name: "T", typeFormat: "REGISTER", extends: "Nope" }] },
      "test: type T: extends: there is no register Nope",
    ],
    [{ events: [{ name: "E", extends: "Nope" }] }, "test: event E: extends: there is no event Nope"],
    [{ imports: [{ name: "core" }] }, "KMD module test imports core, which was not given"],
  ])("%j is refused with the place", (parts, message) => {
    expect(() => build(parts)).toThrow(message);
  });

  it.each([
    [{ remoteClasses: [A, A] }, "class test.A is defined twice, in test"],
    [{ events: [A, A] }, "event test.A is defined twice"],
    [{ remoteClasses: [A], complexTypes: [{ name: "A", typeFormat: "ENUM", values: [] }] }, "test.A is defined twice"],
    [
      { remoteClasses: [{ ...A, methods: [{ name: "f" }, { name: "f" }] }] },
      "test: class A: operation f is defined twice",
    ],
    [
      { remoteClasses: [{ ...A, properties: [{ name: "p", type: "int" }], methods: [{ name: "getP" }] }] },
      "test: class A: operation getP is defined twice",
    ],
    [
      {
        remoteClasses: [
          {
            ...A,
            methods: [
              {
                name: "f",
                params: [
                  { name: "p", type: "int" },
                  { name: "p", type: "int" },
                ],
              },
            ],
          },
        ],
      },
      "test: class A: method f: p is defined twice",
    ],
    [
      {
        remoteClasses: [
          { ...A, extends: "B" },
          { name: "B", extends: "A" },
        ],
      },
      "test: class A extends itself",
    ],
    [{ events: [{ name: "E", extends: "E" }] }, "test: event E extends itself"],
    [{ complexTypes: [{ name: "T", typeFormat: "REGISTER", extends: "T" }] }, "test: type T extends itself"],
    [
      { remoteClasses: [{ ...A, properties: [{ name: "p", type: "int[" }] }] },
      'test: class A: property p: "int[" is not a type',
    ],
    [{ remoteClasses: [{ ...A, properties: [{ name: "p", type: `int${"[]".repeat(99)}` }] }] }, "is not a type"],
  ])("or contradicts itself, as %j does, is refused", (parts, message) => {
    expect(() => build(parts)).toThrow(message);
  });

  it("is refused when two modules of Kurento's prefix define the same", () => {
    const modules = ["core", "filters"].map((name) => readKmd({ name, remoteClasses: [A] }, name));
    expect(() => ApiModel.fromModules(modules)).toThrow("class kurento.A is defined twice, by core and filters");
  });
});

describe("a resolved API", () => {
  it("finds by plain and by qualified name, and by no other", () => {
    expect(api.findClass("PassThrough")).toBe(api.class("kurento.PassThrough"));
    for (const name of [
      "core.PassThrough",
      "elements.PlayerEndpoint",
      "mediapipeline",
      "",
      "constructor",
      "toString",
    ]) {
      expect(api.findClass(name)).toBeUndefined();
    }
    expect(() => api.class("Nope")).toThrow(new RangeError("there is no class Nope in the API"));
    expect(customApi.findClass("shapes.Canvas")).toMatchObject({ name: "Canvas", module: "shapes", prefix: "shapes" });
    expect(customApi.findRegister("shapes.Shape")?.descendants.map((one) => one.name)).toEqual(["Circle", "Group"]);
    expect(api.findEnum("kurento.MediaType")?.values).toEqual(["AUDIO", "DATA", "VIDEO"]);
    expect(api.findEvent("kurento.Error")?.parent?.name).toBe("RaiseBase");
  });

  it("prefers Kurento's own for a plain name, and a module's own inside of the module", () => {
    const modules = [
      readKmd(
        { name: "mine", remoteClasses: [{ name: "Hub" }, { name: "Box", properties: [{ name: "hub", type: "Hub" }] }] },
        "mine",
      ),
      ...api.modules,
    ];
    const model = ApiModel.fromModules(modules);
    expect(model.class("Hub").qualifiedName).toBe("kurento.Hub");
    expect(model.class("mine.Box").properties[0]?.type).toMatchObject({ class: { qualifiedName: "mine.Hub" } });
  });

  it("knows who extends whom", () => {
    expect(api.isSubclass("WebRtcEndpoint", "kurento.MediaElement")).toBe(true);
    expect(api.isSubclass("MediaElement", "MediaElement")).toBe(true);
    expect(api.isSubclass("MediaPipeline", "MediaElement")).toBe(false);
    expect(api.isSubclass("Nope", "Nope")).toBe(false);
    expect(api.class("WebRtcEndpoint").hierarchy).toEqual([
      "kurento.BaseRtpEndpoint",
      "kurento.SdpEndpoint",
      "kurento.SessionEndpoint",
      "kurento.Endpoint",
      "kurento.MediaElement",
      "kurento.MediaObject",
    ]);
  });

  it("makes getters and setters with only the first letter upper-cased", () => {
    const { operations } = api.class("WebRtcEndpoint");
    for (const name of [
      "getICECandidatePairs",
      "getIceConnectionState",
      "getStunServerAddress",
      "setStunServerAddress",
    ]) {
      expect(operations.has(name), name).toBe(true);
    }
    for (const name of ["setICECandidatePairs", "setId", "getStunserveraddress", "getConstructor", "constructor"]) {
      expect(operations.has(name), name).toBe(false);
    }
    expect(operations.get("setIceTcp")).toMatchObject({
      kind: "setter",
      params: [{ name: "iceTcp", optional: false }],
    });
  });

  it("makes only what has a constructor and is not abstract", () => {
    expect(api.class("ServerManager").constructorParams).toBeUndefined();
    expect(api.class("MediaPipeline").constructorParams).toEqual([]);
  });

  it("holds the definitions as text, which read back to the same", () => {
    expect(kmdModuleNames()).toEqual(["core", "elements", "filters"]);
    expect(kmdText("nope")).toBeUndefined();
    expect(kmdText("constructor")).toBeUndefined();
    const modules = kmdModuleNames().map((name) => readKmd(JSON.parse(kmdText(name)!), name));
    expect(modules).toEqual(api.modules);
  });

  it("reads a definition that it wrote itself", () => {
    const module = readKmd(CUSTOM_KMD, "shapes");
    expect(readKmd(JSON.parse(JSON.stringify(module)), "again")).toEqual(module);
  });
});
