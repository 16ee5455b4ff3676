// What is no proper frame or message: it is answered or closed with a reason, and nobody else notices.
import { request } from "node:http";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { RawClient, type Received } from "./support/raw-client.ts";
import { STAND_IN_CLASSES, testServer, until } from "./support/test-server.ts";

const parseError = { code: -32700, message: "Parse error." };
const invalidRequest = { code: -32600, message: "Invalid JSON-RPC request." };

/** Sends a frame, then a ping, and gives what came before the pong. */
async function answersTo(url: string, frame: string | Buffer): Promise<Received[]> {
  await using client = await RawClient.open(url);
  client.send(frame);
  client.request("ping", {}, "after");
  await client.answer("after");
  return client.received.slice(0, -1);
}

describe("a message that cannot be used is answered, and the connection goes on", () => {
  test.each([
    ["cut off", '{"id":1,"method":"ping"', null, parseError],
    ["text", "hello", null, parseError],
    ["empty", "", null, parseError],
    ["single quotes", "{'id':77,'method':'ping','jsonrpc':'2.0'}", null, parseError],
    ["trailing garbage", '{"id":1,"method":"ping","jsonrpc":"2.0"} x', null, parseError],
    ["an empty batch", "[]", null, invalidRequest],
    ["a batch", '[{"id":1,"method":"ping","jsonrpc":"2.0"}]', null, invalidRequest],
    ["a number", "5", null, invalidRequest],
    ["null", "null", null, invalidRequest],
    ["an empty object", "{}", null, invalidRequest],
    ["no version", '{"id":1,"method":"ping"}', null, invalidRequest],
    ["another version", '{"id":1,"method":"ping","jsonrpc":2}', null, invalidRequest],
    ["no method", '{"id":1,"params":{},"jsonrpc":"2.0"}', null, invalidRequest],
    ["a method that is no text", '{"id":1,"method":5,"jsonrpc":"2.0"}', null, invalidRequest],
    ["an object as id", '{"id":{},"method":"ping","jsonrpc":"2.0"}', null, invalidRequest],
    ["an answer", '{"id":1,"result":{},"jsonrpc":"2.0"}', null, invalidRequest],
    [
      "params that are a list",
      '{"id":1,"method":"ping","params":[1],"jsonrpc":"2.0"}',
      1,
      { code: -32602, message: "'params' should be an object", data: { type: "INVALID_PARAMS" } },
    ],
  ])("%s", async (_name, frame, id, error) => {
    await using server = await testServer();
    expect(await answersTo(server.url, frame)).toEqual([{ id, jsonrpc: "2.0", error }]);
  });
});

test("a message nested too deeply is refused before anything is built from it", async () => {
  await using server = await testServer();
  const deep = (levels: number): string =>
    `{"id":1,"jsonrpc":"2.0","method":"ping","params":{"a":"\\"[[[","b":${"[".repeat(levels)}${"]".repeat(levels)}}}`;
  const [refused] = await answersTo(server.url, deep(2_000_000));
  expect(refused?.error).toMatchObject({
    code: -32700,
    message: expect.stringContaining("deeper than 100") as unknown,
  });
  const [pong] = await answersTo(server.url, deep(90));
  expect(pong?.result).toEqual({ value: "pong" });
});

test("ids come back as they were, and without one the result is answered as an error, as Kurento does", async () => {
  await using server = await testServer();
  await using client = await RawClient.open(server.url);
  for (const id of ['"text"', "1.5", "-1", "0", "true", "12345678901234567000"]) {
    client.send(`{"id":${id},"method":"ping","jsonrpc":"2.0"}`);
  }
  for (const id of ['"id":null,', "", '"id":"",']) client.send(`{${id}"method":"ping","jsonrpc":"2.0"}`);
  client.send('{"method":"noSuch","jsonrpc":"2.0"}');
  client.send('{"method":"closeSession","params":{"sessionId":"nope"},"jsonrpc":"2.0"}');
  client.request("ping", {}, "last");
  await client.answer("last");
  const error = {
    code: -32000,
    message: "Ignoring response because of a notification request",
    data: { value: "pong" },
  };
  expect(client.received.map(({ id, error: failure }) => failure ?? id)).toEqual([
    "text",
    1.5,
    -1,
    0,
    true,
    12345678901234567000,
    error,
    error,
    error,
    { code: -32601, message: "Method not found." },
    "last",
  ]);
});

test("a binary frame is a message too, whitespace around it does not matter, and the last of two equal keys counts", async () => {
  await using server = await testServer();
  const [pong] = await answersTo(server.url, Buffer.from(' \n{"id":1,"method":"ping","jsonrpc":"2.0"}\n'));
  expect(pong).toEqual({ id: 1, jsonrpc: "2.0", result: { value: "pong" } });
  const [connected] = await answersTo(server.url, '{"id":1,"method":"ping","method":"connect","jsonrpc":"2.0"}');
  expect(connected?.result?.serverId).toBeDefined();
});

test("bad UTF-8 closes its connection with 1007, in text and in binary frames", async () => {
  await using server = await testServer();
  const text = await RawClient.open(server.url);
  text.socket.send(Buffer.from([0x22, 0xc3, 0x28, 0x22]), { binary: false });
  expect((await text.closed).code).toBe(1007);
  const binary = await RawClient.open(server.url);
  binary.send(Buffer.from([0x22, 0xc3, 0x28, 0x22]));
  expect(await binary.closed).toEqual({ code: 1007, reason: "Invalid UTF8 encoding" });
});

test("2 MB are taken; 40 MB close the connection with 1009, and other sessions notice nothing", async () => {
  await using server = await testServer();
  await using other = await RawClient.open(server.url);
  const pipeline = await other.create("MediaPipeline");
  await using client = await RawClient.open(server.url);
  expect(await client.result("ping", { pad: "y".repeat(2_000_000) })).toEqual({ value: "pong" });
  const big = await RawClient.open(server.url);
  big.request("ping", { pad: "z".repeat(40_000_000) });
  expect((await big.closed).code).toBe(1009);
  expect(await other.invoke(pipeline, "getName")).toBe(pipeline);
});

test("more waiting requests than the limit are refused by name at once, and the rest are answered in turn", async () => {
  await using server = await testServer({
    host: "child-process",
    maxPendingCalls: 10,
    classesModule: STAND_IN_CLASSES,
  });
  await using client = await RawClient.open(server.url);
  const object = await client.create("MediaPipeline");
  const created = client.received[0]?.id;
  const slow = client.request("invoke", { object, operation: "setName", operationParams: { name: "slow" } });
  const waiting = Array.from({ length: 10 }, () => client.request("ping"));
  const refused = client.request("ping");
  expect((await client.answer(refused)).error).toMatchObject({ code: 40009, data: { type: "NOT_ENOUGH_RESOURCES" } });
  await client.answer(waiting.at(-1) ?? "");
  expect(client.received.map(({ id }) => id)).toEqual([created, refused, slow, ...waiting]);
});

test("a client that sends faster than it is served is slowed down and loses nothing", async () => {
  await using server = await testServer({
    host: "child-process",
    maxMessageBytes: 4096,
    // Reached if the connection were not paused: 300 requests of 1 kB are sent while the first one takes its time.
    maxPendingCalls: 150,
    classesModule: STAND_IN_CLASSES,
  });
  await using client = await RawClient.open(server.url);
  const object = await client.create("MediaPipeline");
  client.request("invoke", { object, operation: "setName", operationParams: { name: "slow" } });
  const ids = Array.from({ length: 300 }, () => client.request("ping", { pad: "x".repeat(1000) }));
  await client.answer(ids.at(-1) ?? "");
  expect(client.received.slice(2).map(({ id }) => id)).toEqual(ids);
});

test("only the exact path is taken, with any query; others are closed with 1002", async () => {
  await using server = await testServer({ path: "/media/kurento" });
  const base = server.url.replace("/media/kurento", "");
  for (const path of ["/", "/nope", "/media/kurento/", "/media", "/media/%6burento"]) {
    const client = await RawClient.open(base + path);
    expect(await client.closed).toEqual({ code: 1002, reason: "Invalid path" });
  }
  await using client = await RawClient.open(`${server.url}?access_token=x`);
  expect(await client.result("ping")).toEqual({ value: "pong" });
  await until(() => server.snapshot().connections === 1, "refused connections are not counted");
});

test("plain HTTP is told to upgrade, no sub-protocol is chosen, and rubbish harms nobody", async () => {
  await using server = await testServer();
  const status = await new Promise((resolve, reject) => {
    request(server.url.replace("ws:", "http:"), (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });
  expect(status).toBe(426);
  const refused = await new Promise<Error>((resolve) => {
    new WebSocket(server.url, ["kurento"]).on("error", resolve);
  });
  expect(refused.message).toBe("Server sent no subprotocol");
  await new Promise<void>((resolve) => {
    const socket = connect(server.port, "127.0.0.1", () => socket.end("\0\x16\x03rubbish\r\n\r\n"));
    socket
      .resume()
      .on("close", () => resolve())
      .on("error", () => resolve());
  });
  await using client = await RawClient.open(server.url);
  expect(await client.result("ping")).toEqual({ value: "pong" });
});
