// Wrong messages over real sockets: each gets a clear error where there is somebody to tell, and nobody else notices.
import { once } from "node:events";
import { connect } from "node:net";
import { type KurentoServer, startServer } from "@kurento-ts/server";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { type Answer, openLooseClient } from "./loose-client.ts";
import { openSteadySession, type SteadySession } from "./steady-session.ts";

let server: KurentoServer;
let steady: SteadySession;
let hostPids: readonly number[];

beforeAll(async () => {
  // Collected often: what clients leave behind must end by itself.
  server = await startServer({ port: 0, garbageCollectorPeriodMs: 300 });
  steady = await openSteadySession(server.url);
  ({ hostPids } = server.snapshot());
});

afterAll(async () => {
  await steady?.[Symbol.asyncDispose]();
  await vi.waitFor(() => expect(server.snapshot().objects).toBe(0), 5000);
  await server?.close();
});

/** After every piece of bad input: the other session works, and it is still the first host that it works with. */
afterEach(async () => {
  await steady.beat();
  expect(server.snapshot().hostPids).toEqual(hostPids);
});

describe("a message that is none", () => {
  test.each([
    ["text", "hello", -32700],
    ["nothing", "", -32700],
    ["half a message", '{"jsonrpc":"2.0","id":1,"meth', -32700],
    ["a NUL in the middle", '{"jsonrpc":"2.0",\u0000"id":1,"method":"ping"}', -32700],
    ["single quotes", "{'jsonrpc':'2.0','id':1,'method':'ping'}", -32700],
    ["NaN", '{"jsonrpc":"2.0","id":NaN,"method":"ping"}', -32700],
    ["JSON nested 100,000 levels deep", `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`, -32700],
    ["JSON that opens 1,000,000 brackets", "[".repeat(1_000_000), -32700],
    ["a number", "5", -32600],
    ["null", "null", -32600],
    ["an empty list", "[]", -32600],
    ["a batch", '[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600],
    ["an empty object", "{}", -32600],
    ["no version", '{"id":1,"method":"ping"}', -32600],
    ["version 1.0", '{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600],
    ["no method", '{"jsonrpc":"2.0","id":1}', -32600],
    ["a method that is a number", '{"jsonrpc":"2.0","id":1,"method":5}', -32600],
    ["an id that is an object", '{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600],
    ["an answer", '{"jsonrpc":"2.0","id":1,"result":{}}', -32600],
  ])("%s is answered, and the connection goes on", async (_what, text, code) => {
    await using client = await openLooseClient(server.url);
    for (const session of [false, true]) {
      if (session) await client.call("connect", {});
      const answer = await client.say(text);
      expect(answer.error?.code).toBe(code);
      expect(answer.id).toBeNull();
      expect((await client.call("ping", {})).result?.value).toBe("pong");
    }
  });
});

describe("a call that cannot be", () => {
  const cases: readonly [what: string, method: string, params: object | undefined, code: number, message: RegExp][] = [
    ["an unknown method", "noSuch", {}, -32601, /^Method not found\./],
    ["a method named like a part of every object", "constructor", {}, -32601, /^Method not found\./],
    ["a method named __proto__", "__proto__", {}, -32601, /^Method not found\./],
    ["no params", "create", undefined, -32000, /^'type' parameter is required/],
    ["create without a type", "create", {}, -32000, /^'type' parameter is required/],
    ["create with a type that is a list", "create", { type: [] }, -32000, /^'type' parameter should be a string/],
    ["an unknown type", "create", { type: "NoSuch" }, 40108, /^Factory 'NoSuch' not found/],
    ["an abstract type", "create", { type: "MediaElement" }, 40108, /^Factory 'MediaElement' not found/],
    ["a type named toString", "create", { type: "toString" }, 40108, /^Factory 'toString' not found/],
    ["an element without a pipeline", "create", { type: "PassThrough" }, 40001, /^'constructorParams' is required/],
    [
      "a pipeline that is a number",
      "create",
      { type: "PassThrough", constructorParams: { mediaPipeline: 5 } },
      40101,
      /^Object '5' not found/,
    ],
    [
      "a pipeline that is a list",
      "create",
      { type: "PassThrough", constructorParams: { mediaPipeline: [] } },
      40001,
      /^'mediaPipeline' parameter should be a string/,
    ],
    [
      "a pipeline that is the server's manager",
      "create",
      { type: "PassThrough", constructorParams: { mediaPipeline: "manager_ServerManager" } },
      40107,
      /manager_ServerManager/,
    ],
    ["invoke without an object", "invoke", { operation: "getName" }, -32000, /^'object' parameter is required/],
    ["an unknown object", "invoke", { object: "nope", operation: "getName" }, 40101, /^Object 'nope' not found/],
    [
      "an unknown operation",
      "invoke",
      { object: "manager_ServerManager", operation: "explode" },
      40008,
      /^Method 'explode' with 0 parameters not found/,
    ],
    [
      "an operation named hasOwnProperty",
      "invoke",
      { object: "manager_ServerManager", operation: "hasOwnProperty" },
      40008,
      /^Method 'hasOwnProperty' with 0 parameters not found/,
    ],
    [
      "an operation without its parameter",
      "invoke",
      { object: "manager_ServerManager", operation: "getUsedCpu", operationParams: {} },
      40001,
      /^'interval' parameter should be a integer/,
    ],
    [
      "an integer out of range",
      "invoke",
      { object: "manager_ServerManager", operation: "getUsedCpu", operationParams: { interval: 1e300 } },
      40001,
      /^'interval' parameter should be a integer/,
    ],
    [
      "an unknown event",
      "subscribe",
      { object: "manager_ServerManager", type: "Nope" },
      40106,
      /^Event 'Nope' not supported/,
    ],
    [
      "an event named valueOf",
      "subscribe",
      { object: "manager_ServerManager", type: "valueOf" },
      40106,
      /^Event 'valueOf' not supported/,
    ],
    ["a session that never was", "connect", { sessionId: "nope" }, 40007, /^Invalid session/],
    ["a session kept alive that never was", "keepAlive", { sessionId: "nope" }, 40007, /^Invalid session/],
    [
      "an uncommitted reference",
      "invoke",
      { object: "newref:0", operation: "getName" },
      40109,
      /^Object 'newref:0' not found/,
    ],
  ];
  test.each(cases)("%s is answered with its code and text", async (_what, method, params, code, message) => {
    await using client = await openLooseClient(server.url);
    const { error } = await client.call(method, params);
    expect(error?.code).toBe(code);
    expect(error?.message).toMatch(message);
    expect((await client.call("ping", {})).result?.value).toBe("pong");
  });

  test("a reference of the wrong class is told, and nothing dies", async () => {
    await using client = await openLooseClient(server.url);
    const pipeline = (await client.call("create", { type: "MediaPipeline" })).result?.value;
    const constructorParams = { mediaPipeline: pipeline };
    const element = (await client.call("create", { type: "PassThrough", constructorParams })).result?.value;
    for (const operation of ["connect", "disconnect"]) {
      const { error } = await client.call("invoke", {
        object: element,
        operation,
        operationParams: { sink: pipeline },
      });
      expect(error).toMatchObject({ code: 40107, data: { type: "MEDIA_OBJECT_ILLEGAL_PARAM_ERROR" } });
    }
    const create = { type: "PassThrough", constructorParams: { mediaPipeline: element } };
    expect((await client.call("create", create)).error?.code).toBe(40107);
    await client.call("release", { object: pipeline });
  });

  test("elements of two pipelines cannot be connected", async () => {
    await using client = await openLooseClient(server.url);
    const made: unknown[] = [];
    for (let number = 0; number < 2; number++) {
      const mediaPipeline = (await client.call("create", { type: "MediaPipeline" })).result?.value;
      const { result } = await client.call("create", { type: "PassThrough", constructorParams: { mediaPipeline } });
      made.push(mediaPipeline, result?.value);
    }
    const [first, object, second, sink] = made;
    const { error } = await client.call("invoke", { object, operation: "connect", operationParams: { sink } });
    expect(error).toMatchObject({ code: 40004, message: "Media elements do not share pipeline" });
    await client.call("release", { object: first });
    await client.call("release", { object: second });
  });
});

describe("much at once", () => {
  test("a message of 2 MB is answered", async () => {
    await using client = await openLooseClient(server.url);
    expect((await client.call("ping", { pad: "x".repeat(2_000_000) })).result?.value).toBe("pong");
  });

  test("a message of 40 MB ends its connection with 1009", async () => {
    await using client = await openLooseClient(server.url);
    client.connection.send(JSON.stringify({ pad: "x".repeat(40_000_000) }), false);
    expect(await client.connection.until(() => client.connection.ended, 10_000)).toMatchObject({ code: 1009 });
  });

  test("a call with 20,000 parameters is answered", async () => {
    await using client = await openLooseClient(server.url);
    const operationParams = Object.fromEntries([...Array(20_000).keys()].map((key) => [`p${key}`, key]));
    const params = { object: "manager_ServerManager", operation: "getName", operationParams };
    expect((await client.call("invoke", params)).error?.code ?? 0).toBe(0);
  });

  test("4,000 calls are all answered in order", async () => {
    await using client = await openLooseClient(server.url);
    for (let id = 0; id < 4000; id++) client.connection.send(`{"jsonrpc":"2.0","id":${id},"method":"ping"}`, false);
    await client.connection.until(() => (client.connection.answers.length >= 4000 ? true : undefined), 10_000);
    const ids = client.connection.answers.splice(0).map(({ parsed }) => (parsed as Answer).id);
    expect(ids).toEqual([...Array(4000).keys()]);
  });
});

describe("what is no WebSocket message", () => {
  test("text that is no UTF-8 ends its connection with 1007", async () => {
    const [socket] = await handshake();
    // A masked text frame of two bytes, 0xC3 0x28.
    socket.write(Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28]));
    const [close] = (await once(socket, "data", { signal: AbortSignal.timeout(5000) })) as [Buffer];
    expect(close[0]).toBe(0x88);
    expect(close.readUInt16BE(2)).toBe(1007);
    socket.destroy();
  });

  test.each([
    ["a frame without a mask", Buffer.from([0x81, 0x02, 0x68, 0x69])],
    ["a frame of a reserved kind", Buffer.from([0x83, 0x80, 0, 0, 0, 0])],
    [
      "a frame that says it is 2^63 bytes long",
      Buffer.from([0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
    ],
    ["noise", Buffer.from([...Array(500).keys()].map((n) => (n * 7919) & 0xff))],
  ])("%s ends its connection", async (_what, bytes) => {
    const [socket, ended] = await handshake();
    socket.write(bytes);
    await ended;
    socket.destroy();
  });

  test("noise in place of HTTP, and a connection that leaves in the middle, are nobody's trouble", async () => {
    const noise = connect(server.port, "127.0.0.1");
    await once(noise, "connect");
    noise.resume();
    noise.on("error", () => {});
    noise.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03, 10, 13, 10, 13]));
    await once(noise, "close", { signal: AbortSignal.timeout(5000) });
    const half = connect(server.port, "127.0.0.1");
    await once(half, "connect");
    half.write("GET /kurento HTTP/1.1\r\nHost: x\r\nUpgrade: webs");
    half.resetAndDestroy();
  });

  test("a client that sends a call and is gone before its answer", async () => {
    for (let number = 0; number < 20; number++) {
      await using client = await openLooseClient(server.url);
      client.connection.send('{"jsonrpc":"2.0","id":1,"method":"create","params":{"type":"MediaPipeline"}}', false);
    }
  });
});

/** Opens a WebSocket by hand; the promise resolves when the server ends the connection. */
async function handshake(): Promise<[ReturnType<typeof connect>, Promise<unknown>]> {
  const socket = connect(server.port, "127.0.0.1");
  socket.on("error", () => {});
  const ended = once(socket, "close", { signal: AbortSignal.timeout(5000) });
  ended.catch(() => {});
  socket.write(
    "GET /kurento HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
  );
  await once(socket, "data");
  return [socket, ended];
}

test("whatever JSON is sent, every request with an id is answered once", async () => {
  await using client = await openLooseClient(server.url);
  const methods = fc.constantFrom(
    ...[
      "connect",
      "ping",
      "create",
      "invoke",
      "subscribe",
      "unsubscribe",
      "release",
      "ref",
      "unref",
      "keepAlive",
      "describe",
    ],
  );
  const values = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom(
      "manager_ServerManager",
      "MediaPipeline",
      "PassThrough",
      "getName",
      "Error",
      "__proto__",
      "constructor",
    ),
  );
  const keys = ["type", "object", "operation", "operationParams", "constructorParams", "subscription"];
  const params = fc.oneof(
    fc.record(Object.fromEntries(keys.map((key) => [key, values])), { requiredKeys: [] }),
    fc.jsonValue({ maxDepth: 2 }),
  );
  let id = 0;
  await fc.assert(
    fc.asyncProperty(methods, params, async (method, given) => {
      const answer = await client.say(JSON.stringify({ jsonrpc: "2.0", id: ++id, method, params: given }));
      expect(answer.id).toBe(id);
      expect("result" in answer).not.toBe("error" in answer);
      expect(answer.error?.message ?? "").not.toMatch(/undefined|\[object|TypeError|cannot read/i);
    }),
    { numRuns: 500 },
  );
  expect(client.connection.answers).toEqual([]);
});
