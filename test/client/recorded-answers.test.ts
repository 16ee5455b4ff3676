// What a Kurento Media Server 7.3 was recorded to answer and to raise: the client reads all of it as its types promise.

import { KurentoError, type MediaObject } from "@kurento-ts/client";
import { isJsonObject, type JsonObject, type JsonValue } from "@kurento-ts/protocol";
import { kurentoApi } from "@kurento-ts/protocol/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Scene, setScene } from "../../packages/client/test/scene.ts";
import type { Reaction } from "../../packages/client/test/stand-in-server.ts";
import { loadRecording } from "../replay/recording.ts";

/** An invocation of an operation that the definition has, and what was answered. */
interface RecordedCall {
  readonly object: string;
  readonly operation: string;
  readonly params: JsonObject;
  readonly reaction: Exclude<Reaction, "hold">;
}

const api = kurentoApi();
const { calls, events } = readRecording();

let scene: Scene;
let reaction: Reaction = { result: {} };

beforeAll(async () => {
  scene = await setScene();
  scene.server.script = ({ method }) => (method === "invoke" ? reaction : undefined);
});
afterAll(() => scene[Symbol.asyncDispose]());

/** The answered invocations of a recording, each different one once, and its events. */
function readRecording(): { calls: readonly RecordedCall[]; events: readonly JsonObject[] } {
  const found = new Map<string, RecordedCall>();
  const raised: JsonObject[] = [];
  for (const { frames } of loadRecording().values()) {
    const sent = new Map<string, JsonObject>();
    const asked = new Set<string>();
    for (const { dir, raw, conn } of frames) {
      const message = dir === "send" || dir === "recv" ? parsed(raw) : undefined;
      if (message === undefined) continue;
      const params = isJsonObject(message.params) ? message.params : {};
      const key = `${conn} ${String(message.id)}`;
      // The server answers a repeated id with what it answered before, whatever is asked.
      if (dir === "send") {
        sent.set(key, asked.has(String(message.id)) ? { method: "repeated" } : message);
        asked.add(String(message.id));
      } else if (message.method === "onEvent" && isJsonObject(params.value)) raised.push(params.value);
      else {
        const call = recordedCall(sent.get(key), message);
        if (call !== undefined) found.set(JSON.stringify(call), call);
      }
    }
  }
  return { calls: [...found.values()], events: raised };
}

function parsed(raw: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(raw);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function recordedCall(request: JsonObject | undefined, answer: JsonObject): RecordedCall | undefined {
  if (request?.method !== "invoke" || !isJsonObject(request.params)) return undefined;
  const { object, operation, operationParams } = request.params;
  if (typeof object !== "string" || typeof operation !== "string" || !/^[\w./-]+$/.test(object)) return undefined;
  if (api.findClass(className(object))?.operations.has(operation) !== true) return undefined;
  const { result, error } = answer;
  if (result === undefined && !isJsonObject(error)) return undefined;
  return {
    object,
    operation,
    params: isJsonObject(operationParams) ? operationParams : {},
    reaction: (result === undefined ? { error } : { result }) as RecordedCall["reaction"],
  };
}

function className(id: string): string {
  const own = id.slice(id.lastIndexOf("/") + 1);
  return own.slice(Math.max(own.lastIndexOf("."), own.lastIndexOf("_")) + 1);
}

async function objectOf(id: string): Promise<MediaObject> {
  if (className(id) === "ServerManager") return scene.kurento.serverManager;
  reaction = { result: { value: [id] } };
  const [object] = await scene.pipeline.getChildren();
  if (object === undefined) throw new Error("expected one child");
  return object;
}

test("there is enough to look at", () => {
  expect(calls.length).toBeGreaterThan(300);
  expect(events.length).toBeGreaterThan(500);
  console.log(`${calls.length} recorded calls, ${events.length} recorded events`);
});

test("every recorded answer is given as a result of its type, or as the error that it is", async () => {
  const failures: string[] = [];
  for (const call of calls) {
    const object = await objectOf(call.object);
    const operation = api.findClass(object.type)?.operations.get(call.operation);
    const method: unknown = Reflect.get(object, call.operation);
    if (operation === undefined || typeof method !== "function") throw new Error(`no ${object.type}.${call.operation}`);
    // The client looks at candidates itself: it takes them as browsers give them.
    if (call.operation === "addIceCandidate" && "error" in call.reaction) continue;
    const args = operation.params.map(({ name }): JsonValue | undefined => call.params[name]);
    reaction = call.reaction;
    try {
      await Reflect.apply(method, object, args);
      if ("error" in call.reaction)
        failures.push(`${call.operation}: succeeded, expected ${call.reaction.error.message}`);
    } catch (error) {
      const expected = "error" in call.reaction ? call.reaction.error.code : undefined;
      if (call.operation === "getMediaPipeline" && object === scene.kurento.serverManager) {
        // The one object without a pipeline; nobody asks it, so the type says that there always is one.
        expect(String(error)).toContain("expected the id of a MediaPipeline, got null");
        continue;
      }
      if (!(error instanceof KurentoError) || error.code !== expected)
        failures.push(`${call.operation}: ${String(error)}`);
    }
  }
  expect(failures).toEqual([]);
});

test("every recorded event is heard by a listener for it, and none is reported as nonsense", async () => {
  let heard = 0;
  const subscribed = new Set<string>();
  for (const { object, type } of events) {
    const key = `${String(object)} ${String(type)}`;
    if (typeof object !== "string" || subscribed.has(key)) continue;
    subscribed.add(key);
    await (await objectOf(object)).on(type as never, () => heard++).ready;
  }
  for (const value of events) {
    scene.server.send(JSON.stringify({ jsonrpc: "2.0", method: "onEvent", params: { value } }));
  }
  reaction = { result: { value: "name" } };
  await scene.pipeline.getName();
  expect(heard).toBe(events.length);
  expect(scene.reported.map(String)).toEqual([]);
});
