// Transactions: operations that use each other's results, what ends them, and what they leave behind.
import { describe, expect, test } from "vitest";
import { OperationResults } from "../../src/gateway/newref.ts";
import { RawClient, type Received } from "./support/raw-client.ts";
import { STAND_IN_CLASSES, testServer, until } from "./support/test-server.ts";

const create = (type: string, constructorParams: object = {}): object => ({
  method: "create",
  params: { type, constructorParams },
});

const invoke = (object: string, operation: string, operationParams?: object): object => ({
  method: "invoke",
  params: { object, operation, operationParams },
});

const named = (name: string, object = "newref:0"): object => invoke(object, "setName", { name });

/** Operations with the ids that they must have. */
function numbered(operations: readonly object[]): object[] {
  return operations.map((operation, id) => ({ id, jsonrpc: "2.0", ...operation }));
}

/** The answers of a transaction's operations. */
async function transact(client: RawClient, ...operations: object[]): Promise<readonly Received[]> {
  const { value } = await client.result("transaction", { operations: numbered(operations) });
  return value as readonly Received[];
}

const valuesOf = (answers: readonly Received[]): unknown[] => answers.map(({ result }) => result?.value);

describe.each(["in-process", "child-process"] as const)("with media in the %s host", (host) => {
  test("operations use the results of those before them, and each is answered in full", async () => {
    await using server = await testServer({ host });
    await using client = await RawClient.open(server.url);
    const answer = await client.call("transaction", {
      operations: numbered([
        create("MediaPipeline"),
        create("PassThrough", { mediaPipeline: "newref:0" }),
        create("PassThrough", { mediaPipeline: "newref:0" }),
        invoke("newref:1", "connect", { sink: "newref:2", mediaType: "AUDIO" }),
        invoke("newref:1", "getSinkConnections"),
        { method: "release", params: { object: "newref:2" } },
        { method: "ping" },
      ]),
    });
    const { sessionId, value } = answer.result ?? {};
    expect(sessionId).toMatch(/^[0-9a-f-]{36}$/);
    const answers = value as Received[];
    const [pipeline, source, sink] = valuesOf(answers).map(String);
    expect(source?.startsWith(`${pipeline}/`)).toBe(true);
    expect(answers).toEqual([
      { id: 0, jsonrpc: "2.0", result: { sessionId, value: pipeline } },
      { id: 1, jsonrpc: "2.0", result: { sessionId, value: source } },
      { id: 2, jsonrpc: "2.0", result: { sessionId, value: sink } },
      { id: 3, jsonrpc: "2.0", result: { sessionId, value: null } },
      { id: 4, jsonrpc: "2.0", result: { sessionId, value: [expect.objectContaining({ source, sink })] } },
      { id: 5, jsonrpc: "2.0", result: { sessionId } },
      { id: 6, jsonrpc: "2.0", result: { sessionId, value: "pong" } },
    ]);
    expect(server.snapshot()).toMatchObject({ objects: 2, sessions: 1 });
    expect(await client.result("ping")).toEqual({ sessionId, value: "pong" });
  });

  test("the first operation that fails ends the list, and what was done before stays done", async () => {
    await using server = await testServer({ host });
    await using client = await RawClient.open(server.url);
    const answers = await transact(client, create("MediaPipeline"), create("Nope"), create("MediaPipeline"));
    expect(answers).toHaveLength(2);
    expect(answers[1]).toMatchObject({ id: 1, jsonrpc: "2.0", error: { code: 40108 } });
    expect(server.snapshot().objects).toBe(1);
    expect(await client.invoke(String(answers[0]?.result?.value), "getName")).toBe(answers[0]?.result?.value);
  });
});

test("events come after the answer of the transaction that caused them, in their order", async () => {
  await using server = await testServer({ host: "child-process" });
  await using client = await RawClient.open(server.url);
  const id = client.request("transaction", {
    operations: numbered([
      { method: "subscribe", params: { object: "manager_ServerManager", type: "ObjectCreated" } },
      create("MediaPipeline"),
      create("PassThrough", { mediaPipeline: "newref:1" }),
    ]),
  });
  await client.eventCount("ObjectCreated", 2);
  expect(client.received[0]?.id).toBe(id);
  const [, ...made] = valuesOf((client.received[0]?.result?.value ?? []) as Received[]);
  expect(client.events().map(({ data }) => data.object)).toEqual(made);
  // Afterwards they flow as ever, also when a transaction failed as a whole.
  expect((await client.call("transaction", { operations: [5] })).error?.code).toBe(40008);
  await client.create("MediaPipeline");
  await client.eventCount("ObjectCreated", 3);
});

test("nothing to do is answered with nothing", async () => {
  await using server = await testServer();
  await using client = await RawClient.open(server.url);
  expect(await transact(client)).toEqual([]);
});

test.each([
  ["an id that is not the index", [{ id: 1, ...create("MediaPipeline") }], "Id of request '0' should be '0'"],
  ["an id that is a text", [{ id: "a", ...create("MediaPipeline") }], "Id of request '0' should be '0'"],
  ["a wrong second id", [create("MediaPipeline"), { id: 2, method: "ping" }], "Id of request '1' should be '1'"],
  [
    "a reference to a later operation",
    [create("PassThrough", { mediaPipeline: "newref:7" })],
    /^Result not found on request 7$/,
  ],
  ["a reference to itself", [create("PassThrough", { mediaPipeline: "newref:0" })], "Result not found on request 0"],
  [
    "a reference to a result without a value",
    [{ method: "release", params: { object: "x" } }, named("x")],
    "Result not found on request 0",
  ],
  [
    "a reference that is no number",
    [create("PassThrough", { mediaPipeline: "newref:x" })],
    "Invalid index of newref 'x'",
  ],
  ["a reference to nothing", [create("PassThrough", { mediaPipeline: "newref:" })], "Invalid index of newref ''"],
] as const)("%s makes the whole transaction fail with 40008", async (_what, operations, message) => {
  await using server = await testServer();
  await using client = await RawClient.open(server.url);
  const { error } = await client.call("transaction", { operations: numbered(operations) });
  expect(error).toMatchObject({ code: 40008, data: { type: "MALFORMED_TRANSACTION" } });
  expect(error?.message).toMatch(message);
  expect(await client.result("ping")).toEqual({ value: "pong" });
});

test("an operation that is no request, an unknown method and a transaction are operations that fail", async () => {
  await using server = await testServer();
  await using client = await RawClient.open(server.url);
  const answers = [
    ...(await transact(client, { jsonrpc: "1.0", method: "ping" })),
    ...(await transact(client, { method: "noSuch", params: {} })),
    ...(await transact(client, { method: "ping", params: [] })),
    ...(await transact(client, { method: "transaction", params: { operations: [] } })),
  ];
  expect(answers.map(({ error }) => error?.code)).toEqual([-32600, -32601, -32602, 40008]);
  expect(answers[3]?.error?.message).toBe(
    "A transaction cannot be in a transaction: put its operations into the outer one",
  );
});

test("outside of a transaction a newref is answered with 40109", async () => {
  await using server = await testServer();
  await using client = await RawClient.open(server.url);
  await transact(client, create("MediaPipeline"));
  expect((await client.call("describe", { object: "newref:0" })).error).toMatchObject({ code: 40109 });
});

test("every operation belongs to the session of the transaction, whatever it says", async () => {
  await using server = await testServer();
  await using client = await RawClient.open(server.url);
  const operations = numbered([{ method: "create", params: { type: "MediaPipeline", sessionId: "other" } }]);
  const { sessionId, value } = await client.result("transaction", { operations, sessionId: "mine" });
  expect([sessionId, (value as Received[])[0]?.result?.sessionId]).toEqual(["mine", "mine"]);
  expect(await client.invoke("manager_ServerManager", "getSessions")).toEqual(["mine"]);
});

test("a host that dies in the middle ends the list with an error, and the server goes on", async () => {
  await using server = await testServer({ host: "child-process", classesModule: STAND_IN_CLASSES });
  await using client = await RawClient.open(server.url);
  const answers = await transact(client, create("MediaPipeline"), named("crash"), create("MediaPipeline"));
  expect(answers).toHaveLength(2);
  expect(answers[1]?.error).toMatchObject({ code: 40003 });
  expect(answers[1]?.error?.message).toContain("The media host is gone");
  await until(() => server.snapshot().objects === 0, "the objects are gone");
  expect(await transact(client, create("MediaPipeline"), invoke("newref:0", "getName"))).toHaveLength(2);
});

test("a transaction goes on without its connection; sent again on another one it is answered and not run again", async () => {
  await using server = await testServer({ host: "child-process", classesModule: STAND_IN_CLASSES });
  await using first = await RawClient.open(server.url);
  const { sessionId, value: object } = await first.result("create", { type: "MediaPipeline" });
  const operations = numbered([named("slow-count", String(object)), invoke(String(object), "getName")]);
  first.request("transaction", { operations, sessionId }, "t");
  await first.close();
  await using second = await RawClient.open(server.url);
  second.request("transaction", { operations, sessionId }, "t");
  const answer = await second.answer("t");
  expect(valuesOf(answer.result?.value as Received[])).toEqual([null, "1"]);
  expect(await second.result("ping")).toEqual({ sessionId, value: "pong" });
});

test("requests behind a transaction wait for it, also for a call in it that waits on purpose", async () => {
  await using server = await testServer();
  await using client = await RawClient.open(server.url);
  const id = client.request("transaction", {
    operations: numbered([invoke("manager_ServerManager", "getUsedCpu", { interval: 30 })]),
  });
  const ping = client.request("ping");
  await client.answer(ping);
  expect(client.received.map((message) => message.id)).toEqual([id, ping]);
});

test("a thousand operations run, and more are refused before anything is done", async () => {
  await using server = await testServer();
  await using client = await RawClient.open(server.url);
  const pings = Array.from({ length: 1000 }, () => ({ method: "ping" }));
  expect(await transact(client, ...pings)).toHaveLength(1000);
  const { error } = await client.call("transaction", { operations: numbered([create("MediaPipeline"), ...pings]) });
  expect(error).toMatchObject({ code: 40009, message: "A transaction may have 1000 operations; this one has 1001" });
  expect(server.snapshot().objects).toBe(0);
});

test("a newref is replaced wherever it stands, by whatever the result is, and results are not looked into", () => {
  const results = new OperationResults();
  results.add("id");
  results.add({ list: ["newref:0", 1, null] });
  const resolved = results.resolve({
    a: ["x", ["newref:0"], { b: "newref:1" }],
    c: "see newref:0",
    d: 5,
    e: null,
    ["__proto__"]: "newref:0",
  });
  expect(JSON.stringify(resolved)).toBe(
    '{"a":["x",["id"],{"b":{"list":["newref:0",1,null]}}],"c":"see newref:0","d":5,"e":null,"__proto__":"id"}',
  );
});

test("a long result is not multiplied without end", async () => {
  await using server = await testServer();
  await using client = await RawClient.open(server.url);
  const long = "x".repeat(100_000);
  const { error } = await client.call("transaction", {
    operations: numbered([
      create("MediaPipeline"),
      named(long),
      invoke("newref:0", "getName"),
      invoke("newref:0", "getName", { list: Array.from({ length: 1000 }, () => "newref:2") }),
    ]),
  });
  expect(error).toMatchObject({ code: 40009 });
  expect(error?.message).toContain("are longer than 16777216 bytes");
  expect(await client.result("ping")).toEqual({ value: "pong" });
});
