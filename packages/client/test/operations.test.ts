// Every operation of all classes, looked up in the definition of the API: what the client's method sends, and what it makes of the answer.

import * as client from "@kurento-ts/client";
import { isJsonObject, type JsonValue } from "@kurento-ts/protocol";
import {
  type ApiClass,
  type ApiOperation,
  type ApiParameter,
  type ApiType,
  kurentoApi,
} from "@kurento-ts/protocol/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Scene, setScene } from "./scene.ts";

const api = kurentoApi();
const operations = api.classes.flatMap((owner) =>
  [...owner.operations.values()].map((operation) => ({ owner, operation, title: `${owner.name}.${operation.name}` })),
);
const creatable = api.classes.filter(({ constructorParams }) => constructorParams !== undefined);

let scene: Scene;
/** What the next call of the stand-in answers. */
let answer: JsonValue = null;

beforeAll(async () => {
  scene = await setScene();
  scene.server.script = ({ method }, server) =>
    method === "invoke" ? { result: { sessionId: server.sessionId, value: answer } } : undefined;
});
afterAll(() => scene[Symbol.asyncDispose]());

/** A value of a type as the wire has it; `seed` makes values of one type differ. */
function wireValue(type: ApiType, seed: number, depth = 0): JsonValue {
  switch (type.kind) {
    case "primitive":
      if (type.name === "String") return `text ${seed}`;
      if (type.name === "boolean") return seed % 2 === 0;
      return type.name === "float" || type.name === "double" ? seed + 0.5 : seed + 1;
    case "class":
      return objectId(type.class);
    case "enum":
      return type.enum.values[seed % type.enum.values.length] ?? "";
    case "register":
      return depth > 3
        ? {}
        : Object.fromEntries(type.register.properties.map((one, at) => [one.name, wireValue(one.type, at, depth + 1)]));
    case "list":
      return [wireValue(type.of, seed, depth), wireValue(type.of, seed + 1, depth)];
    case "map":
      return { first: wireValue(type.of, seed, depth), second: wireValue(type.of, seed + 1, depth) };
  }
}

function objectId({ name }: ApiClass): string {
  if (name === "MediaPipeline") return scene.pipeline.id;
  return name === "ServerManager" ? "manager_ServerManager" : `${scene.pipeline.id}/1_kurento.${name}`;
}

/** The client's object of a class, as a result or an event would give it. */
async function objectOf(one: ApiClass): Promise<client.RemoteObject> {
  if (one.name === "ServerManager") return scene.kurento.serverManager;
  answer = [objectId(one)];
  const [object] = await scene.pipeline.getChildren();
  if (object === undefined) throw new Error("expected one child");
  return object;
}

/** An argument as the application writes it: an object for a reference, otherwise the value of the wire. */
async function argument({ type, name }: ApiParameter, seed: number): Promise<unknown> {
  if (type.kind === "class") return await objectOf(type.class);
  // The one parameter that is finished by hand: a browser's candidate.
  if (name === "candidate") return { candidate: "candidate:1", sdpMid: "0", sdpMLineIndex: 0 };
  return wireValue(type, seed);
}

async function call(object: client.RemoteObject, operation: ApiOperation, args: readonly unknown[]): Promise<unknown> {
  const method: unknown = Reflect.get(object, operation.name);
  if (typeof method !== "function") throw new Error(`${object.type} has no method ${operation.name}`);
  answer = operation.result === undefined ? null : wireValue(operation.result, 2);
  return await Reflect.apply(method, object, args);
}

/** A result with ids again for objects. */
function asWire(value: unknown): unknown {
  return value === undefined ? null : JSON.parse(JSON.stringify(value));
}

test("the definition and the client have the same classes, with the same parents", () => {
  expect(api.classes).toHaveLength(29);
  for (const one of api.classes) {
    const found: unknown = Reflect.get(client, one.name);
    if (typeof found !== "function") throw new Error(`the client has no class ${one.name}`);
    const ancestors: string[] = [];
    for (let at: unknown = found; typeof at === "function" && at.name !== "RemoteObject" && at.name !== ""; ) {
      ancestors.push(at.name);
      at = Object.getPrototypeOf(at);
    }
    const names = [one.name, ...one.hierarchy.map((name) => name.replace("kurento.", ""))];
    expect(ancestors.filter((name) => !name.startsWith("Generated"))).toEqual(names);
  }
});

test("there are operations to look at", () => {
  expect(operations.length).toBeGreaterThan(500);
  expect(new Set(operations.map(({ operation }) => operation)).size).toBeGreaterThanOrEqual(52 + 40);
});

test.each(operations)("$title sends its name and all its parameters, and gives the result", async (one) => {
  const { owner, operation } = one;
  const object = await objectOf(owner);
  const args = await Promise.all(operation.params.map(argument));
  const result = await call(object, operation, args);
  const sent = scene.server.requests.at(-1);
  const operationParams = Object.fromEntries(operation.params.map(({ name }, at) => [name, asWire(args[at])]));
  expect(sent?.method).toBe("invoke");
  expect(sent?.params).toEqual({
    object: object.id,
    operation: operation.name,
    sessionId: scene.server.sessionId,
    ...(operation.params.length === 0 ? {} : { operationParams }),
  });
  if (operation.result === undefined) expect(result).toBeUndefined();
  else expect(asWire(result)).toEqual(answer);
  if (operation.result?.kind === "class") expect(result).toBeInstanceOf(client.MediaObject);
});

test.each(operations.filter(({ operation }) => operation.params.some(({ optional }) => optional)))(
  "$title sends of the optional parameters that are left out only those that others depend on",
  async ({ owner, operation }) => {
    const object = await objectOf(owner);
    const required = operation.params.filter(({ optional }) => !optional);
    const lastRequired = operation.params.findLastIndex(({ optional }) => !optional);
    const given = operation.params.slice(0, lastRequired + 1);
    const args = await Promise.all(given.map(async (one, at) => (one.optional ? undefined : await argument(one, at))));
    await call(object, operation, args);
    const params = scene.server.requests.at(-1)?.params.operationParams;
    const last = operation.params.at(-1);
    // Kurento drops an optional parameter when an earlier one is missing: those with a default are therefore sent.
    const filledIn = operation.params.filter((one) => one.optional && one !== last && one.defaultValue !== undefined);
    const sent = isJsonObject(params) ? params : {};
    expect(Object.keys(sent)).toEqual([...required, ...filledIn].map(({ name }) => name));
    for (const { name, defaultValue } of filledIn) expect(sent[name]).toEqual(defaultValue);
  },
);

test.each(creatable.map((one) => ({ one, title: one.name })))(
  "create $title sends type, parent and constructor parameters",
  async ({ one }) => {
    const params = one.constructorParams ?? [];
    const parent = params.find(({ type }) => type.kind === "class");
    const given = Object.fromEntries(
      params.filter((param) => param !== parent).map((param, at) => [param.name, wireValue(param.type, at)]),
    );
    const owner: unknown =
      parent === undefined
        ? scene.kurento
        : parent.name === "hub"
          ? await scene.pipeline.create("Composite")
          : scene.pipeline;
    const create: unknown = Reflect.get(owner as object, "create");
    if (typeof create !== "function") throw new Error("the owner has no create");
    const object: unknown = await Reflect.apply(create, owner, [one.name, given]);
    expect(object).toBeInstanceOf(Reflect.get(client, one.name));
    expect(scene.server.of("create").at(-1)?.params).toEqual({
      type: one.name,
      constructorParams: { ...given, ...(parent === undefined ? {} : { [parent.name]: asWire(owner) }) },
      sessionId: scene.server.sessionId,
    });
  },
);

test.each(api.classes.map((one) => ({ one, title: one.name })))(
  "$title hears each of its events, with objects for references",
  async ({ one }) => {
    const object = await objectOf(one);
    for (const event of one.allEvents.values()) {
      const data: Record<string, JsonValue> = {};
      event.properties.forEach((property, at) => {
        data[property.name] = wireValue(property.type, at);
      });
      const heard: unknown[] = [];
      // The names come from the definition, which the compiler does not know here.
      const subscription = object.on(event.name as never, (value: unknown) => heard.push(value));
      await subscription.ready;
      expect(scene.server.of("subscribe").at(-1)?.params).toMatchObject({ object: object.id, type: event.name });
      scene.server.event(object.id, event.name, { ...data, source: object.id, type: event.name });
      await scene.pipeline.getName().catch(() => undefined);
      subscription();
      expect(heard).toHaveLength(1);
      expect(asWire(heard[0])).toMatchObject({ ...data, source: object.id, type: event.name });
      const source: unknown = Reflect.get(heard[0] as object, "source");
      expect(source).toBe(object);
    }
  },
);
