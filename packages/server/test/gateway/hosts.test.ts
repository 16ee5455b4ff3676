// What happens when a media host misbehaves, dies or does not come up.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { RawClient } from "./support/raw-client.ts";
import { logged, STAND_IN_CLASSES, testServer, until } from "./support/test-server.ts";

describe.each(["in-process", "child-process"] as const)("in the %s host", (host) => {
  test("what an element throws answers its call, and everything else goes on", async () => {
    await using server = await testServer({ host, classesModule: STAND_IN_CLASSES });
    await using client = await RawClient.open(server.url);
    const pipeline = await client.create("MediaPipeline");
    const setName = async (name: string): Promise<unknown> =>
      (await client.call("invoke", { object: pipeline, operation: "setName", operationParams: { name } })).error;
    const unexpected = (message: string): object => ({ code: 40003, data: { type: "UNEXPECTED_ERROR" }, message });
    expect(await setName("throw")).toEqual(unexpected("this object always fails"));
    expect(await setName("reject")).toEqual(unexpected("this object fails later"));
    expect(await setName("throw-kurento")).toEqual({
      code: 40201,
      data: { type: "SDP_PARSE_ERROR" },
      message: "Invalid SDP",
    });
    expect((await client.call("invoke", { object: pipeline, operation: "getLatencyStats" })).error).toMatchObject({
      code: 40006,
    });
    expect(
      (await client.call("create", { type: "ZBarFilter", constructorParams: { mediaPipeline: pipeline } })).error,
    ).toEqual(unexpected("cannot be made"));
    expect((await client.call("create", { type: "WebRtcEndpoint" })).error).toMatchObject({ code: 40108 });
    expect(server.snapshot().objects).toBe(1);
    expect(await client.invoke(pipeline, "getName")).toBe(pipeline);
  });

  test("operations get their parameters by position, with objects for references", async () => {
    await using server = await testServer({ host, classesModule: STAND_IN_CLASSES });
    await using client = await RawClient.open(server.url);
    const pipeline = await client.create("MediaPipeline");
    const element = await client.create("PassThrough", { mediaPipeline: pipeline });
    await client.invoke(element, "connect", { sourceMediaDescription: "a", sink: element, mediaType: "AUDIO" });
    expect(JSON.parse(String(await client.invoke(element, "getName")))).toEqual([element, "AUDIO", "a", null]);
  });

  test("releasing ends children first, waits for them, and is not stopped by one that fails", async () => {
    await using server = await testServer({ host, classesModule: STAND_IN_CLASSES });
    await using client = await RawClient.open(server.url);
    const pipeline = await client.create("MediaPipeline");
    const hub = await client.create("Dispatcher", { mediaPipeline: pipeline });
    const port = await client.create("HubPort", { hub });
    expect(port.startsWith(`${hub}/`)).toBe(true);
    await client.invoke(port, "setName", { name: "slow-release" });
    await client.invoke(hub, "setName", { name: "failing-release" });
    await client.result("subscribe", { object: "manager_ServerManager", type: "ObjectDestroyed" });
    await client.result("release", { object: pipeline });
    expect(server.snapshot().objects).toBe(0);
    await client.eventCount("ObjectDestroyed", 3);
    expect(client.events().map(({ data }) => data.objectId)).toEqual([port, hub, pipeline]);
    expect(logged.some((line) => line.includes("cannot end"))).toBe(true);
  });
});

test("when a host dies its pending calls fail, its objects raise Error and are gone, and the next create works", async () => {
  await using server = await testServer({ host: "child-process", classesModule: STAND_IN_CLASSES });
  await using client = await RawClient.open(server.url);
  await using caller = await RawClient.open(server.url);
  const pipeline = await client.create("MediaPipeline");
  const element = await client.create("PassThrough", { mediaPipeline: pipeline });
  await client.result("subscribe", { object: pipeline, type: "Error" });
  await client.result("subscribe", { object: element, type: "Error" });
  await client.result("subscribe", { object: "manager_ServerManager", type: "ObjectDestroyed" });
  const [pid] = server.snapshot().hostPids;
  const pending = await caller.call("invoke", {
    object: element,
    operation: "setName",
    operationParams: { name: "crash" },
  });
  expect(pending.error).toMatchObject({
    code: 40003,
    message: expect.stringContaining("it was ended by SIGKILL") as unknown,
  });
  await client.eventCount("ObjectDestroyed", 2);
  expect(client.events().map(({ object, type, data }) => [type, data.objectId ?? object])).toEqual([
    ["Error", pipeline],
    ["Error", element],
    ["ObjectDestroyed", element],
    ["ObjectDestroyed", pipeline],
  ]);
  expect(client.events("Error")[0]?.data).toMatchObject({ source: pipeline, errorCode: 40003, tags: [] });
  expect((await client.call("describe", { object: pipeline })).error).toMatchObject({ code: 40101 });
  expect(server.snapshot()).toMatchObject({ objects: 0, hostPids: [] });
  const again = await client.create("MediaPipeline");
  expect(await client.invoke(again, "getName")).toBe(again);
  expect(server.snapshot().hostPids).not.toContain(pid);
});

test("a host that is killed while idle is noticed, and too many deaths in a row are answered with 40009", async () => {
  await using server = await testServer({ host: "child-process", classesModule: STAND_IN_CLASSES });
  await using client = await RawClient.open(server.url);
  for (let round = 0; round < 3; round++) {
    await client.create("MediaPipeline");
    const [pid] = server.snapshot().hostPids;
    process.kill(pid ?? 0, "SIGKILL");
    await until(() => server.snapshot().hostPids.length === 0, "the death was noticed");
    expect(server.snapshot().objects).toBe(0);
  }
  expect((await client.call("create", { type: "MediaPipeline" })).error).toMatchObject({
    code: 40009,
    message: expect.stringMatching(/ended 3 times within 10000 ms; the next one starts in \d+ ms/) as unknown,
  });
  expect(await client.result("ping")).toMatchObject({ value: "pong" });
});

test("creates that arrive while a host starts all wait for that one host", async () => {
  await using server = await testServer({ host: "child-process", classesModule: STAND_IN_CLASSES });
  const clients = await Promise.all(Array.from({ length: 5 }, () => RawClient.open(server.url)));
  process.kill(server.snapshot().hostPids[0] ?? 0, "SIGKILL");
  await until(() => server.snapshot().hostPids.length === 0, "the death was noticed");
  await Promise.all(clients.map((client) => client.create("MediaPipeline")));
  expect(server.snapshot().hostPids).toHaveLength(1);
  expect(server.snapshot().objects).toBe(5);
  for (const client of clients) await client.close();
});

test("a host that does not come up is the reason why the server does not start", async () => {
  const missing = { host: "child-process", classesModule: "/no/such/module.mjs" } as const;
  await expect(testServer(missing)).rejects.toThrow(/No media host could be started: .*no\/such\/module\.mjs/);
  await expect(testServer({ ...missing, host: "in-process" })).rejects.toThrow(/No media host could be started/);
});

test("a host process ends when the process it serves is killed", async () => {
  const program = `
    import { startServer } from "@kurento-ts/server";
    const server = await startServer({ port: 0, classesModule: process.argv[1] });
    console.log(JSON.stringify(server.snapshot().hostPids));
  `;
  const classes = fileURLToPath(new URL("./support/lively-classes.mjs", import.meta.url));
  const parent = spawn(process.execPath, ["--input-type=module", "-e", program, classes], {
    stdio: ["ignore", "pipe", "inherit"],
    cwd: import.meta.dirname,
  });
  const [line] = (await once(createInterface(parent.stdout), "line")) as [string];
  const [pid] = JSON.parse(line) as number[];
  const alive = (): boolean => {
    try {
      return process.kill(pid ?? 0, 0);
    } catch {
      return false;
    }
  };
  expect(alive()).toBe(true);
  parent.kill("SIGKILL");
  await until(() => !alive(), "the host process has ended");
});
