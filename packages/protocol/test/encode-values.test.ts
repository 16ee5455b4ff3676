// What an object gives back and what an event says, as JSON in Kurento's form.

import { describe, expect, it } from "vitest";
import { encodeEvent, encodeResult, type ReferenceId } from "../src/api.ts";
import type { JsonValue } from "../src/index.ts";
import { api, customApi } from "./support/known-objects.ts";

const idOf: ReferenceId = (object) => {
  if (typeof object !== "object" || object === null || !("id" in object))
    throw new TypeError("not an object of the server");
  return String(object.id);
};

function encode(target: string, value: unknown): JsonValue {
  const [className = "", operation = ""] = target.split(".");
  return encodeResult(customApi.class(className).operations.get(operation)!, value, idOf);
}

describe("a result", () => {
  it("is null when the operation has none, whatever the method gave back", () => {
    expect(encode("PassThrough.addTag", undefined)).toBeNull();
    expect(encode("PassThrough.addTag", { some: "thing" })).toBeNull();
    expect(encode("PassThrough.setName", 5)).toBeNull();
  });

  it.each([
    ["PassThrough.getName", "x"],
    ["PassThrough.getSendTagsInEvents", false],
    ["PassThrough.getCreationTime", 1795349081],
    ["PassThrough.getTags", []],
    ["ServerManager.getUsedMemory", 2 ** 40],
    ["ServerManager.getUsedCpu", 12.5],
    ["UriEndpoint.getState", "PAUSE"],
  ])("of %s is %j itself", (target, value) => {
    expect(encode(target, value)).toEqual(value);
  });

  it("that is an object is its id, and null when there is none", () => {
    expect(encode("PassThrough.getParent", { id: "P" })).toBe("P");
    expect(encode("MediaPipeline.getParent", undefined)).toBeNull();
    expect(encode("MediaPipeline.getParent", null)).toBeNull();
    expect(encode("MediaPipeline.getChildren", [{ id: "P/E" }, { id: "P/W" }])).toEqual(["P/E", "P/W"]);
    expect(encode("MediaPipeline.getChildren", new Set([{ id: "P/E" }]))).toEqual(["P/E"]);
  });

  it("names module and type of every value type, also inside others", () => {
    expect(encode("PassThrough.getTags", [{ key: "k2", value: "5" }])).toEqual([
      { __module__: "kurento", __type__: "Tag", key: "k2", value: "5" },
    ]);
    const connection = {
      source: { id: "A" },
      sink: { id: "B" },
      type: "AUDIO",
      sourceDescription: "default",
      sinkDescription: "default",
    };
    expect(encode("PassThrough.getSinkConnections", [connection])).toEqual([
      { __module__: "kurento", __type__: "ElementConnectionData", ...connection, source: "A", sink: "B" },
    ]);
    const module = { version: "7.3.0", name: "core", generationTime: "now", factories: ["MediaPipeline"] };
    expect(
      encode("ServerManager.getInfo", { version: "7.3.0", modules: [module], type: "KMS", capabilities: [] }),
    ).toEqual({
      __module__: "kurento",
      __type__: "ServerInfo",
      version: "7.3.0",
      modules: [{ __module__: "kurento", __type__: "ModuleInfo", ...module }],
      type: "KMS",
      capabilities: [],
    });
  });

  it("leaves out optional properties that are not set, and what the type does not define", () => {
    expect(encode("WebRtcEndpoint.getRembParams", { upLosses: undefined, exponentialFactor: 0.04, secret: 1 })).toEqual(
      {
        __module__: "kurento",
        __type__: "RembParams",
        exponentialFactor: 0.04,
      },
    );
    expect(encode("Canvas.getShapes", { a: {} })).toEqual({ a: { __module__: "shapes", __type__: "Shape" } });
  });

  it("that is a value of an extending type keeps saying so", () => {
    const stats = {
      __type__: "ElementStats",
      id: "E",
      type: "element",
      timestampMillis: 1795349126769,
      inputLatency: [{ name: "l", type: "AUDIO", avg: 0.5 }],
    };
    expect(encode("PassThrough.getStats", { E: stats })).toEqual({
      E: {
        __module__: "kurento",
        ...stats,
        inputLatency: [{ __module__: "kurento", __type__: "MediaLatencyStat", name: "l", type: "AUDIO", avg: 0.5 }],
      },
    });
  });

  it("that is a map without entries is null, as on Kurento", () => {
    expect(encode("PassThrough.getStats", {})).toBeNull();
    expect(encode("PassThrough.getStats", new Map())).toBeNull();
    expect(encode("Canvas.getShapes", new Map([["a", { colour: "RED" }]]))).toEqual({
      a: { __module__: "shapes", __type__: "Shape", colour: "RED" },
    });
  });

  it.each([
    ["PassThrough.getName", 5, "MediaObject.getName: expected String, got number 5"],
    ["PassThrough.getName", undefined, "MediaObject.getName: expected String, got undefined"],
    ["PassThrough.getCreationTime", 1.5, "MediaObject.getCreationTime: expected int, got number 1.5"],
    ["PassThrough.getCreationTime", 2 ** 31, "MediaObject.getCreationTime: expected int, got number 2147483648"],
    ["ServerManager.getUsedCpu", Number.NaN, "ServerManager.getUsedCpu: expected float, got number NaN"],
    ["ServerManager.getUsedMemory", 0.1, "ServerManager.getUsedMemory: expected int64, got number 0.1"],
    ["UriEndpoint.getState", "GONE", "UriEndpoint.getState: expected UriEndpointState, got string GONE"],
    ["PassThrough.getTags", [{ key: "k" }], "MediaObject.getTags[0].value: expected String, got undefined"],
    ["PassThrough.getTags", {}, "MediaObject.getTags: expected Tag[], got an object"],
    ["PassThrough.getChildren", [undefined], "MediaObject.getChildren[0]: expected MediaObject, got undefined"],
    [
      "PassThrough.getStats",
      { a: { __type__: "Tag" } },
      'MediaElement.getStats["a"]: expected Stats or what extends it, got __type__ Tag',
    ],
    ["PassThrough.getStats", "x", "MediaElement.getStats: expected Stats<>, got string x"],
  ])("of %s that is %j is a defect of the server and says where", (target, value, message) => {
    expect(() => encode(target, value)).toThrow(new TypeError(message));
  });

  it("that contains itself is refused", () => {
    const group: { __type__: string; members: unknown[] } = { __type__: "Group", members: [] };
    group.members.push(group);
    expect(() => encode("Canvas.getShapes", { a: group })).toThrow(/nested deeper than 64 levels$/);
  });
});

describe("the data of an event", () => {
  const base = { source: { id: "P/W" }, timestampMillis: "1700000000000", tags: [] };

  it("has source, time, tags, its name as the type, and its own properties", () => {
    const candidate = { candidate: "candidate:1", sdpMid: "0", sdpMLineIndex: 0 };
    expect(encodeEvent(api.findEvent("IceCandidateFound")!, { ...base, candidate, extra: 1 }, idOf)).toEqual({
      ...base,
      source: "P/W",
      type: "IceCandidateFound",
      candidate: { __module__: "kurento", __type__: "IceCandidate", ...candidate },
    });
  });

  it("has the type of the error when it is an error, and none when the event defines none", () => {
    const error = { description: "d", errorCode: 7, type: "INVALID_URI" };
    const data = { ...base, source: "P/W" };
    expect(encodeEvent(api.findEvent("Error")!, { ...base, ...error }, idOf)).toEqual({ ...data, ...error });
    expect(encodeEvent(api.findEvent("ObjectCreated")!, { ...base, object: { id: "P" } }, idOf)).toEqual({
      ...data,
      object: "P",
    });
    expect(() => encodeEvent(api.findEvent("Error")!, { ...base, description: "d", errorCode: 7 }, idOf)).toThrow(
      "Error.type: expected String, got undefined",
    );
  });

  it("writes tags as value types", () => {
    const tags = [{ key: "k", value: "v" }];
    expect(encodeEvent(api.findEvent("EndOfStream")!, { ...base, tags }, idOf)).toMatchObject({
      tags: [{ __module__: "kurento", __type__: "Tag", key: "k", value: "v" }],
      type: "EndOfStream",
    });
  });
});
