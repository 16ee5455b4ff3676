// The ServerManager: what it tells about the server, and that it cannot be harmed.
import { expect, test } from "vitest";
import { RawClient } from "./support/raw-client.ts";
import { testServer } from "./support/test-server.ts";

const MANAGER = "manager_ServerManager";

test("info lists the modules that official clients insist on, with their factories, and transactions", async () => {
  await using server = await testServer();
  await using client = await RawClient.open(server.url);
  const info = (await client.invoke(MANAGER, "getInfo")) as { modules: { name: string }[] };
  const module = (name: string, factories: string[]): object => ({
    __module__: "kurento",
    __type__: "ModuleInfo",
    name,
    version: "7.3.0",
    generationTime: "",
    factories,
  });
  expect(info).toEqual({
    __module__: "kurento",
    __type__: "ServerInfo",
    version: "7.3.0",
    type: "KMS",
    capabilities: ["transactions"],
    modules: [
      module("core", ["HubPort", "MediaPipeline", "PassThrough"]),
      module("elements", [
        "AlphaBlending",
        "Composite",
        "Dispatcher",
        "DispatcherOneToMany",
        "HttpPostEndpoint",
        "Mixer",
        "PlayerEndpoint",
        "RecorderEndpoint",
        "RtpEndpoint",
        "WebRtcEndpoint",
      ]),
      module("filters", ["FaceOverlayFilter", "GStreamerFilter", "ImageOverlayFilter", "ZBarFilter"]),
    ],
  });
});

test("it tells pipelines and sessions, and asking keeps no pipeline alive", async () => {
  await using server = await testServer();
  await using maker = await RawClient.open(server.url);
  await using watcher = await RawClient.open(server.url);
  const pipelines = [await maker.create("MediaPipeline"), await maker.create("MediaPipeline")];
  await maker.create("PassThrough", { mediaPipeline: pipelines[0] });
  expect(await watcher.invoke(MANAGER, "getPipelines")).toEqual(pipelines);
  const ids = [(await maker.result("ping")).sessionId, (await watcher.result("ping")).sessionId].sort();
  expect(await watcher.invoke(MANAGER, "getSessions")).toEqual(ids);
  await maker.call("closeSession");
  expect(await watcher.invoke(MANAGER, "getPipelines")).toEqual([]);
});

test("it gives out module definitions, and names the error for one it does not have", async () => {
  await using server = await testServer();
  await using client = await RawClient.open(server.url);
  const kmd = JSON.parse(String(await client.invoke(MANAGER, "getKmd", { moduleName: "core" }))) as { name: string };
  expect(kmd.name).toBe("core");
  const failure = async (operation: string, operationParams?: object): Promise<unknown> =>
    (await client.call("invoke", { object: MANAGER, operation, operationParams })).error;
  expect(await failure("getKmd", { moduleName: "nope" })).toEqual({
    code: 40500,
    data: { type: "UNDEFINED" },
    message: "Requested kmd module doesn't exist",
  });
  expect(await failure("getKmd")).toMatchObject({ code: 40001 });
});

test.each(["in-process", "child-process"] as const)(
  "it measures cores, memory and load, with the %s host",
  async (host) => {
    await using server = await testServer({ host });
    await using client = await RawClient.open(server.url);
    expect(await client.invoke(MANAGER, "getCpuCount")).toBeGreaterThan(0);
    const kib = await client.invoke(MANAGER, "getUsedMemory");
    // More than 10 MiB a process, less than a few GiB: neither bytes nor pages.
    expect(kib).toBeGreaterThan(10_000 * (host === "child-process" ? 2 : 1));
    expect(kib).toBeLessThan(4_000_000);
    const load = await client.invoke(MANAGER, "getUsedCpu", { interval: 50 });
    expect(load).toBeGreaterThanOrEqual(0);
    expect(load).toBeLessThan(100 * 256);
    expect(await client.invoke(MANAGER, "getUsedCpu", { interval: -1 })).toBeNull();
    expect(await client.invoke(MANAGER, "getUsedCpu", { interval: 0 })).toBeNull();
    const failure = async (operationParams: object): Promise<unknown> =>
      (await client.call("invoke", { object: MANAGER, operation: "getUsedCpu", operationParams })).error;
    expect(await failure({})).toMatchObject({ code: 40001 });
    expect(await failure({ interval: 2_000_000_000 })).toMatchObject({ code: 40107 });
    expect(await failure({ interval: 1e300 })).toMatchObject({ code: 40001 });
  },
);

test("it is a MediaObject like others, stays when it is released, and nobody can make a second one", async () => {
  await using server = await testServer({ metadata: '{"a":1}' });
  await using client = await RawClient.open(server.url);
  expect(await client.result("describe", { object: MANAGER })).toMatchObject({
    hierarchy: ["kurento.MediaObject"],
    qualifiedType: "kurento.ServerManager",
    type: "ServerManager",
  });
  for (const method of ["release", "unref"]) await client.result(method, { object: MANAGER });
  expect(await client.invoke(MANAGER, "getName")).toBe(MANAGER);
  await client.invoke(MANAGER, "setName", { name: "mgr" });
  expect(await client.invoke(MANAGER, "getName")).toBe("mgr");
  expect(await client.invoke(MANAGER, "getId")).toBe(MANAGER);
  expect(await client.invoke(MANAGER, "getParent")).toBeNull();
  expect(await client.invoke(MANAGER, "getMediaPipeline")).toBeNull();
  expect(await client.invoke(MANAGER, "getChildren")).toEqual([]);
  expect(await client.invoke(MANAGER, "getMetadata")).toBe('{"a":1}');
  expect(await client.invoke(MANAGER, "getTags")).toEqual([]);
  await client.invoke(MANAGER, "addTag", { key: "k", value: "v" });
  await client.invoke(MANAGER, "setSendTagsInEvents", { sendTagsInEvents: true });
  await client.result("subscribe", { object: MANAGER, type: "ObjectCreated" });
  await client.create("MediaPipeline");
  await client.eventCount("ObjectCreated", 1);
  const tag = { __module__: "kurento", __type__: "Tag", key: "k", value: "v" };
  expect(await client.invoke(MANAGER, "getTags")).toEqual([tag]);
  expect(client.events()[0]?.data.tags).toEqual([tag]);
  const creationTime = await client.invoke(MANAGER, "getCreationTime");
  expect(Math.abs(Number(creationTime) - Date.now() / 1000)).toBeLessThan(60);
  for (const operation of ["eventData", "constructor", "className"]) {
    expect((await client.call("invoke", { object: MANAGER, operation })).error).toMatchObject({ code: 40008 });
  }
});
