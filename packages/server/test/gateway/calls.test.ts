// What each method of the protocol answers, and each error, on both kinds of host.

import type { KurentoServer } from "@kurento-ts/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { textLike } from "./support/matchers.ts";
import { RawClient } from "./support/raw-client.ts";
import { testServer } from "./support/test-server.ts";

const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

describe.each(["in-process", "child-process"] as const)("with media in the %s host", (host) => {
  let server: KurentoServer;
  beforeAll(async () => {
    server = await testServer({ host });
  });
  afterAll(async () => {
    await server.close();
  });

  test("an object is made, used, described and released, and its session is named in every answer", async () => {
    await using client = await RawClient.open(server.url);
    const id = client.request("create", { type: "MediaPipeline" });
    const created = await client.answer(id);
    expect(created).toEqual({
      id,
      jsonrpc: "2.0",
      result: {
        sessionId: textLike(new RegExp(`^${UUID}$`)),
        value: textLike(new RegExp(`^${UUID}_kurento[.]MediaPipeline$`)),
      },
    });
    const { sessionId } = created.result ?? {};
    const pipeline = String(created.result?.value);
    const element = await client.create("kurento.PassThrough", { mediaPipeline: pipeline });
    expect(element).toMatch(new RegExp(`^${pipeline}/${UUID}_kurento\\.PassThrough$`));
    expect(await client.result("invoke", { object: element, operation: "getName" })).toEqual({
      sessionId,
      value: element,
    });
    expect(
      await client.result("invoke", { object: element, operation: "setName", operationParams: { name: "n" } }),
    ).toEqual({ sessionId, value: null });
    expect(await client.invoke(element, "getName")).toBe("n");
    expect(await client.invoke(element, "getParent")).toBe(pipeline);
    expect(await client.invoke(pipeline, "getParent")).toBeNull();
    expect(await client.invoke(pipeline, "getChildren")).toEqual([element]);
    expect(await client.result("describe", { object: element })).toEqual({
      hierarchy: ["kurento.MediaElement", "kurento.MediaObject"],
      qualifiedType: "kurento.PassThrough",
      type: "PassThrough",
      sessionId,
    });
    expect(await client.result("release", { object: pipeline })).toEqual({ sessionId });
    expect(await client.result("release", { object: pipeline })).toEqual({ sessionId });
    expect((await client.call("invoke", { object: element, operation: "getName" })).error).toEqual({
      code: 40101,
      data: { type: "MEDIA_OBJECT_NOT_FOUND" },
      message: `Object '${element}' not found`,
    });
    expect(server.snapshot().objects).toBe(0);
  });

  test("a tag in an object's events is there only when the object says so", async () => {
    await using client = await RawClient.open(server.url);
    const pipeline = await client.create("MediaPipeline");
    const source = await client.create("PassThrough", { mediaPipeline: pipeline });
    const sink = await client.create("PassThrough", { mediaPipeline: pipeline });
    await client.result("subscribe", { object: source, type: "ElementConnected" });
    await client.invoke(source, "addTag", { key: "k", value: "v" });
    await client.invoke(source, "connect", { sink, mediaType: "AUDIO" });
    await client.invoke(source, "setSendTagsInEvents", { sendTagsInEvents: true });
    await client.invoke(source, "connect", { sink, mediaType: "VIDEO" });
    await client.eventCount("ElementConnected", 2);
    const [plain, tagged] = client.events();
    expect(plain).toEqual({
      object: source,
      type: "ElementConnected",
      data: {
        source,
        type: "ElementConnected",
        tags: [],
        timestampMillis: textLike(/^\d{13}$/),
        sink,
        mediaType: "AUDIO",
        sourceMediaDescription: "default",
        sinkMediaDescription: "default",
      },
    });
    expect(tagged?.data.tags).toEqual([{ __module__: "kurento", __type__: "Tag", key: "k", value: "v" }]);
    await client.result("release", { object: pipeline });
  });

  test("parameters that do not fit are refused with the reason, and nothing is made", async () => {
    await using client = await RawClient.open(server.url);
    const pipeline = await client.create("MediaPipeline");
    const other = await client.create("MediaPipeline");
    const element = await client.create("PassThrough", { mediaPipeline: pipeline });
    const create = async (type: unknown, constructorParams?: unknown) =>
      (await client.call("create", { type, constructorParams })).error;
    const invoke = async (object: unknown, operation: unknown, operationParams?: unknown) =>
      (await client.call("invoke", { object, operation, operationParams })).error;
    const before = server.snapshot().objects;

    for (const type of [
      "NoSuchType",
      "",
      "mediapipeline",
      "MediaElement",
      "ServerManager",
      "core.PassThrough",
      "Filter",
    ]) {
      expect(await create(type, { mediaPipeline: pipeline })).toMatchObject({
        code: 40108,
        data: { type: "MEDIA_OBJECT_NOT_AVAILABLE" },
        message: `Factory '${type}' not found`,
      });
    }
    expect(await create({})).toEqual({ code: -32000, message: "'type' parameter should be a string" });
    expect(await create(undefined)).toEqual({ code: -32000, message: "'type' parameter is required" });
    expect(await create("PassThrough")).toMatchObject({
      code: 40001,
      data: { type: "MARSHALL_ERROR" },
      message: textLike(/^'constructorParams' is required/),
    });
    expect(await create("PassThrough", { mediaPipeline: "nope" })).toMatchObject({
      code: 40101,
      message: textLike(/^Object 'nope' not found/),
    });
    expect(await create("PassThrough", { mediaPipeline: element })).toMatchObject({
      code: 40107,
      message: textLike(/expected a kurento.MediaPipeline/),
    });
    expect(await create("PassThrough", { mediaPipeline: "newref:0" })).toMatchObject({ code: 40109 });
    expect(await invoke(element, "connect", { sink: pipeline })).toMatchObject({
      code: 40107,
      message: textLike(/expected a kurento.MediaElement/),
    });
    expect(await invoke(element, "connect", { sink: "manager_ServerManager" })).toMatchObject({ code: 40107 });
    expect(await invoke(element, "connect", { sink: element, mediaType: "SMELL" })).toMatchObject({ code: 40001 });
    const foreign = await client.create("PassThrough", { mediaPipeline: other });
    expect(await invoke(element, "connect", { sink: foreign })).toMatchObject({ code: 40004 });
    expect(await invoke(element, "noSuchOperation", { a: 1, b: 2 })).toEqual({
      code: 40008,
      data: { type: "MALFORMED_TRANSACTION" },
      message: "Method 'noSuchOperation' with 2 parameters not found",
    });
    expect(await invoke(element, "toString")).toMatchObject({ code: 40008 });
    expect(await invoke(element, "release")).toMatchObject({ code: 40008 });
    expect(await invoke(5, "getName")).toMatchObject({ code: 40101, message: "Object '5' not found" });
    expect(await invoke({}, "getName")).toEqual({ code: -32000, message: "'object' parameter should be a string" });
    expect(await invoke(undefined, undefined)).toEqual({ code: -32000, message: "'operation' parameter is required" });
    expect(await invoke(undefined, "getName")).toEqual({ code: -32000, message: "'object' parameter is required" });
    expect(server.snapshot().objects).toBe(before + 1);
    await client.result("release", { object: pipeline });
    await client.result("release", { object: other });
  });
});

test("each method says which of its parameters is missing, as Kurento does", async () => {
  await using server = await testServer();
  await using client = await RawClient.open(server.url);
  const message = async (method: string, params?: object) => (await client.call(method, params)).error?.message;
  expect(await message("subscribe")).toBe("'type' parameter is required");
  expect(await message("subscribe", { type: "Error" })).toBe("'object' parameter is required");
  expect(await message("unsubscribe")).toBe("'object' parameter is required");
  expect(await message("unsubscribe", { object: "x" })).toBe("'subscription' parameter is required");
  expect(await message("unsubscribe", { object: "x", subscription: "y" })).toBe("'sessionId' parameter is required");
  expect(await message("release")).toBe("'object' parameter is required");
  expect(await message("ref", { object: "x" })).toBe("'sessionId' parameter is required");
  expect(await message("unref", { object: "x" })).toBe("'sessionId' parameter is required");
  expect(await message("describe")).toBe("'object' parameter is required");
  expect(await message("keepAlive")).toBe("'sessionId' parameter is required");
  expect(await message("transaction")).toBe("'operations' parameter is required");
  expect(await message("transaction", { operations: {} })).toBe("'operations' parameter should be an array");
  expect((await client.call("noSuchMethod")).error).toEqual({ code: -32601, message: "Method not found." });
  expect((await client.call("")).error).toEqual({ code: -32601, message: "Method not found." });
  expect((await client.call("constructor")).error).toEqual({ code: -32601, message: "Method not found." });
});

test("what does not exist is released, given up and unsubscribed without an error", async () => {
  await using server = await testServer();
  await using client = await RawClient.open(server.url);
  const { sessionId } = await client.result("connect");
  for (const method of ["release", "unref"]) {
    expect(await client.result(method, { object: "nope" })).toEqual({ sessionId });
  }
  expect(await client.result("unsubscribe", { object: "nope", subscription: "nope" })).toEqual({ sessionId });
  expect(await client.result("release", { object: "manager_ServerManager" })).toEqual({ sessionId });
  for (const method of ["ref", "describe"]) {
    expect((await client.call(method, { object: "nope" })).error).toMatchObject({ code: 40101 });
  }
  expect((await client.call("subscribe", { object: "nope", type: "Error" })).error).toMatchObject({ code: 40101 });
});

test("requests are answered in their order, and only a call that waits on purpose steps out of it", async () => {
  await using server = await testServer();
  await using client = await RawClient.open(server.url);
  const pipeline = await client.create("MediaPipeline");
  const ids = Array.from({ length: 40 }, (_, index) =>
    index % 2 === 0
      ? client.request("ping")
      : client.request("create", { type: "PassThrough", constructorParams: { mediaPipeline: pipeline } }),
  );
  await client.answer(ids.at(-1) ?? "");
  const answered = client.received.map((message) => message.id).filter((id) => ids.includes(id as number));
  expect(answered).toEqual(ids);

  const slow = client.request("invoke", {
    object: "manager_ServerManager",
    operation: "getUsedCpu",
    operationParams: { interval: 100 },
  });
  const quick = client.request("ping");
  await client.answer(slow);
  const order = client.received.map((message) => message.id);
  expect(order.indexOf(quick)).toBeLessThan(order.indexOf(slow));
});
