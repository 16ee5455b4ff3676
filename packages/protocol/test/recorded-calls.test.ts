// Every call, answer and event that was recorded from a running Kurento, against the checking and encoding here.

import { describe, expect, it } from "vitest";
import { loadRecording } from "../../../test/replay/recording.ts";
import {
  decodeConstructorParams,
  decodeOperationParams,
  encodeEvent,
  encodeResult,
  operationNotFound,
} from "../src/api.ts";
import { isJsonObject, type JsonObject, type JsonValue, SERVER_MANAGER_ID } from "../src/index.ts";
import { api } from "./support/known-objects.ts";

interface Exchange {
  readonly request: JsonObject;
  readonly answer: JsonObject;
}

/** Errors with code 40001 that come from GStreamer, after the parameters were found to fit. */
const FROM_GSTREAMER = /GStreamer|Given command|No property|Cannot convert/;

const exchanges: Exchange[] = [];
const events: JsonObject[] = [];

for (const { name, frames } of loadRecording().values()) {
  // There a later request has the id of an earlier one and gets its answer.
  if (name.includes("request-cache")) continue;
  const asked = new Map<string, JsonObject>();
  for (const { dir, conn, raw } of frames) {
    const message = dir === "send" || dir === "recv" ? parse(raw) : undefined;
    if (message === undefined) continue;
    const key = `${conn} ${JSON.stringify(message.id)}`;
    const request = asked.get(key);
    if (dir === "send") asked.set(key, message);
    else if (message.method === "onEvent") events.push(objectIn(objectIn(message, "params"), "value"));
    else if (request !== undefined) exchanges.push({ request, answer: message });
  }
}

/** What a frame says, when it says it in a JSON object. Some recorded frames are broken on purpose. */
function parse(raw: string): JsonObject | undefined {
  try {
    const message: unknown = JSON.parse(raw);
    return isJsonObject(message) ? message : undefined;
  } catch {
    return undefined;
  }
}

function objectIn(parent: JsonObject, key: string): JsonObject {
  const value = parent[key];
  return isJsonObject(value) ? value : {};
}

/** What the request is checked with, or undefined when it is of another kind or names what is not there. */
function checkOf({ request }: Exchange): (() => unknown) | undefined {
  const { type, constructorParams, operationParams } = objectIn(request, "params");
  if (request.method === "create") {
    const made = typeof type === "string" ? api.findClass(type) : undefined;
    if (made?.constructorParams === undefined) return undefined;
    return () => decodeConstructorParams(api, made, constructorParams, String);
  }
  const operation = operationOf(request);
  return operation && (() => decodeOperationParams(api, operation, operationParams, String));
}

function operationOf(request: JsonObject): ReturnType<ReadonlyMap<string, Parameters<typeof encodeResult>[0]>["get"]> {
  const { object, operation } = objectIn(request, "params");
  if (request.method !== "invoke" || typeof object !== "string" || typeof operation !== "string") return undefined;
  const name = object === SERVER_MANAGER_ID ? "ServerManager" : (object.split(".").at(-1) ?? "");
  return api.findClass(name)?.operations.get(operation);
}

function messageOf(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe("every recorded call", () => {
  it("is accepted or refused as Kurento did, in words that begin with Kurento's", () => {
    const wrong: string[] = [];
    const counts = { accepted: 0, refused: 0 };
    for (const exchange of exchanges) {
      const check = checkOf(exchange);
      if (check === undefined) continue;
      const { code, message } = objectIn(exchange.answer, "error");
      const refused = code === 40001 && !FROM_GSTREAMER.test(String(message));
      counts[refused ? "refused" : "accepted"]++;
      const ours = messageOf(check);
      if (refused ? !ours?.startsWith(String(message)) : ours !== undefined) {
        wrong.push(`${JSON.stringify(exchange.request)}: Kurento says ${String(message)}, we say ${ours}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(counts.accepted).toBeGreaterThan(800);
    expect(counts.refused).toBeGreaterThan(40);
  });

  it("of an unknown operation is refused in Kurento's words", () => {
    const unknown = exchanges.filter(({ answer }) =>
      /^Method '.*' with/.test(String(objectIn(answer, "error").message)),
    );
    expect(unknown.length).toBeGreaterThan(8);
    for (const { request, answer } of unknown) {
      const { operation, operationParams } = objectIn(request, "params");
      expect(operationOf(request)).toBeUndefined();
      expect(operationNotFound(String(operation), operationParams).toBody()).toEqual(answer.error);
    }
  });
});

describe("every recorded answer and event", () => {
  it("is what encoding its values gives", () => {
    let count = 0;
    for (const { request, answer } of exchanges) {
      const operation = operationOf(request);
      if (operation === undefined || answer.result === undefined) continue;
      const value: JsonValue | undefined = objectIn(answer, "result").value;
      // The share of a processor over no time at all is no number, which Kurento writes as null.
      if (operation.name === "getUsedCpu" && value === null) continue;
      count++;
      expect(encodeResult(operation, operation.result?.kind === "map" ? (value ?? {}) : value, String)).toEqual(value);
    }
    expect(count).toBeGreaterThan(500);
  });

  it("has the data that its event defines", () => {
    for (const { type, data } of events) {
      const event = api.findEvent(String(type));
      expect(event, String(type)).toBeDefined();
      if (event !== undefined && isJsonObject(data)) expect(encodeEvent(event, data, String)).toEqual(data);
    }
    expect(events.length).toBeGreaterThan(400);
  });
});
