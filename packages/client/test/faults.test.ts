// A server or a network that misbehaves: every call ends exactly once, the client says what happened and never breaks.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { CallTimeoutError, ConnectionError, connect } from "@kurento-ts/client";
import { expect, test } from "vitest";
import { setScene } from "./scene.ts";
import { StandInServer } from "./stand-in-server.ts";

test("a cut connection fails each of 100 calls in flight at once, once, and ends listeners and waits", async () => {
  await using it = await setScene();
  it.server.script = () => "hold";
  const ends: unknown[] = [];
  for (let call = 0; call < 100; call++) {
    it.endpoint.getName().then(
      () => ends.push("answered"),
      (error: unknown) => ends.push(error),
    );
  }
  const waiting = it.endpoint.once("IceGatheringDone").catch((error: unknown) => error);
  await it.server.until(() => it.server.of("invoke").length === 100);
  const begun = performance.now();
  it.server.cut();
  const end = await it.kurento.closed;
  await expect.poll(() => ends.length).toBe(100);
  expect(performance.now() - begun).toBeLessThan(500);
  for (const error of [...ends, await waiting]) {
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ type: "CONNECTION_LOST", url: it.server.url });
  }
  expect(String(ends[0])).toContain(`getName on ${it.endpoint.id} got no answer`);
  expect(end).toMatchObject({ reason: "connectionLost", error: { type: "CONNECTION_LOST" } });
  expect(ends).toHaveLength(100);
});

test("after the loss calls fail without being sent, and closing and leaving blocks succeed", async () => {
  await using it = await setScene();
  it.server.cut();
  await it.kurento.closed;
  await expect(it.endpoint.getName()).rejects.toThrow("getName on");
  await expect(it.endpoint.getName()).rejects.toMatchObject({ type: "CONNECTION_LOST" });
  await expect(it.pipeline.create("PassThrough")).rejects.toThrow("create PassThrough was not sent");
  await expect(it.endpoint.release()).rejects.toBeInstanceOf(ConnectionError);
  await expect(it.endpoint.on("IceGatheringDone", () => undefined).ready).rejects.toBeInstanceOf(ConnectionError);
  await it.endpoint[Symbol.asyncDispose]();
  await it.kurento.close();
});

test("the error of a block is not hidden by the releases at its end when the connection was lost", async () => {
  await using server = await StandInServer.start();
  const failure: unknown = await (async () => {
    await using kurento = await connect(server.url, { reconnect: false });
    await using pipeline = await kurento.create("MediaPipeline");
    server.script = () => "hold";
    const call = pipeline.getName();
    server.cut();
    return await call;
  })().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ConnectionError);
  expect(String(failure)).toContain("getName on");
});

test.each([
  ["no JSON", "{"],
  ["an empty message", ""],
  ["a list", "[]"],
  ["null", "null"],
  ["an empty object", "{}"],
  ["an answer to no call", '{"jsonrpc":"2.0","id":4711,"result":{}}'],
  ["an answer with an id that is no number", '{"jsonrpc":"2.0","id":{"a":1},"result":{}}'],
  ["an error of nothing", '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error."}}'],
  ["an error without a code", '{"jsonrpc":"2.0","error":"bad"}'],
  ["a method of its own", '{"jsonrpc":"2.0","id":1,"method":"eval","params":{}}'],
  ["an event without a value", '{"jsonrpc":"2.0","method":"onEvent","params":{}}'],
  ["an event without data", '{"jsonrpc":"2.0","method":"onEvent","params":{"value":{"object":"x","type":"y"}}}'],
  ["a list of parameters", '{"jsonrpc":"2.0","method":"onEvent","params":[1]}'],
  ["deep nesting", `${"[".repeat(50_000)}${"]".repeat(50_000)}`],
])("%s is reported, and the client goes on", async (_what, text) => {
  await using it = await setScene();
  it.server.send(text);
  await it.endpoint.gatherCandidates();
  expect(it.reported).toHaveLength(1);
});

test("a binary message is reported with its size", async () => {
  await using it = await setScene();
  it.server.send(Buffer.from([1, 2, 3]));
  await it.endpoint.gatherCandidates();
  expect(it.reported.map(String)).toEqual([expect.stringContaining("a binary message of 3 bytes")]);
});

test("a second answer to the same call is reported, and the first one counts", async () => {
  await using it = await setScene();
  it.server.script = (request, server) => {
    server.answer(request, { result: { sessionId: server.sessionId, value: "first" } });
    return { result: { sessionId: server.sessionId, value: "second" } };
  };
  expect(await it.endpoint.getName()).toBe("first");
  it.server.script = () => undefined;
  await it.endpoint.gatherCandidates();
  expect(it.reported.map(String)).toEqual([expect.stringContaining("an answer to no call that waits for one")]);
});

test.each([
  ["no result and no error", {}],
  ["an error that is no object", { error: "bad" }],
  ["an error without a code", { error: { message: "bad" } }],
])("an answer with %s fails its call", async (_what, answer) => {
  await using it = await setScene();
  it.server.script = () => answer as never;
  await expect(it.endpoint.getName()).rejects.toThrow(`getName on ${it.endpoint.id}: the answer has neither`);
});

test("results of a wrong shape fail their call and name it, what was expected and what came", async () => {
  await using it = await setScene();
  let value: unknown = 5;
  it.server.script = (_request, server) => ({ result: { sessionId: server.sessionId, value: value as never } });
  await expect(it.endpoint.getName()).rejects.toThrow(`getName on ${it.endpoint.id}: expected a string, got 5`);
  await expect(it.endpoint.getChildren()).rejects.toThrow("expected a list, got 5");
  await expect(it.endpoint.getMediaPipeline()).rejects.toThrow("expected the id of a MediaPipeline, got 5");
  await expect(it.pipeline.create("PassThrough")).rejects.toThrow("create PassThrough: expected the id of an object");
  await expect(it.endpoint.on("IceGatheringDone", () => undefined).ready).rejects.toThrow("expected an id");
  value = [5];
  await expect(it.endpoint.getChildren()).rejects.toThrow(`getChildren on ${it.endpoint.id}[0]: expected the id`);
  value = null;
  expect(await it.endpoint.getChildren()).toEqual([]);
  expect(await it.endpoint.getStats()).toEqual({});
});

test("values of types that the client does not know are given as they came", async () => {
  await using it = await setScene();
  const odd = { __module__: "custom", __type__: "OddStats", constructor: 1, __proto__x: [null, { a: "b" }] };
  it.server.script = (_request, server) => ({ result: { sessionId: server.sessionId, value: { one: odd } } });
  expect(await it.endpoint.getStats()).toEqual({ one: odd });
});

test("events for unknown objects are held in a bounded number, reported when dropped, and break nothing", async () => {
  await using it = await setScene();
  for (let count = 0; count < 600; count++) it.server.event(`unknown-${count}`, "Nonsense", { source: {} });
  await it.endpoint.gatherCandidates();
  expect(it.reported).toHaveLength(100);
  expect(String(it.reported[0])).toContain("an event Nonsense came for an object that this client does not know");
});

test("an event with data of a wrong shape is reported, and the next one is heard", async () => {
  await using it = await setScene();
  const heard: unknown[] = [];
  it.endpoint.on("IceGatheringDone", (event) => heard.push(event));
  it.server.event(it.endpoint.id, "IceGatheringDone", { source: [] });
  it.server.event(it.endpoint.id, "IceGatheringDone", { source: "" });
  it.server.event(it.endpoint.id, "Unknown");
  it.server.event(it.endpoint.id, "IceGatheringDone");
  await it.endpoint.gatherCandidates();
  expect(heard).toHaveLength(2);
  expect(it.reported).toHaveLength(1);
});

test("a message longer than the limit ends the connection and says so", async () => {
  await using it = await setScene(undefined, { maxMessageBytes: 10_000 });
  it.server.send(JSON.stringify({ padding: "x".repeat(20_000) }));
  const end = await it.kurento.closed;
  expect(end).toMatchObject({ reason: "connectionLost", error: { type: "CONNECTION_LOST" } });
  expect(String(end.reason === "connectionLost" && end.error)).toContain("Max payload size exceeded");
});

test("a call that takes too long fails, its late answer is ignored, and what it created is released", async () => {
  await using it = await setScene();
  it.server.script = ({ method }) => (method === "create" || method === "invoke" ? "hold" : undefined);
  const failure: unknown = await it.pipeline
    .create("PassThrough", {}, { timeoutMs: 20 })
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(CallTimeoutError);
  expect(failure).toMatchObject({ timeoutMs: 20, message: "create PassThrough took longer than 20 ms" });
  const controller = new AbortController();
  const named = it.endpoint.getName({ signal: controller.signal });
  await it.server.until(() => it.server.of("invoke").length > 0);
  controller.abort(new Error("not needed"));
  await expect(named).rejects.toThrow("not needed");
  const late = `${it.pipeline.id}/late_kurento.PassThrough`;
  it.server.answer(it.server.of("create").at(-1), { result: { sessionId: it.server.sessionId, value: late } });
  it.server.answer(it.server.of("invoke").at(-1), { result: { sessionId: it.server.sessionId, value: "name" } });
  await it.server.until(() => it.server.of("release").length > 0);
  expect(it.server.of("release")[0]?.params.object).toBe(late);
  expect(it.reported).toEqual([]);
});

test("closing is idempotent, lets calls finish, and is bounded when the server does not answer", async () => {
  await using it = await setScene();
  const call = it.endpoint.gatherCandidates();
  const first = it.kurento.close();
  expect(it.kurento.close()).toBe(first);
  await call;
  await first;
  expect(await it.kurento.closed).toEqual({ reason: "closed" });
  await expect(it.endpoint.gatherCandidates()).rejects.toMatchObject({ type: "CLIENT_CLOSED" });
  await it.endpoint.release();

  const other = await connect(it.server.url);
  it.server.script = () => "hold";
  const reported = other.once("error");
  const hanging = other.serverManager.getInfo().catch((error: unknown) => error);
  const begun = performance.now();
  await other.close();
  expect(performance.now() - begun).toBeLessThan(3_500);
  expect(await hanging).toMatchObject({ type: "CLIENT_CLOSED" });
  expect(await reported).toMatchObject({ name: "CallTimeoutError", message: "closeSession took longer than 2000 ms" });
});

test.each(["close", "dispose", "lost", "refused", "timeout"])(
  "a program ends by itself after the client's end: %s",
  async (how) => {
    await using server = await StandInServer.start((request, standIn) => {
      if (request.method === "create") standIn.event("unknown", "Nonsense");
      if (request.params.operation === "getName" && how === "lost") standIn.cut();
      return request.params.operation === "getName" ? "hold" : undefined;
    });
    const program = fileURLToPath(new URL("ending-program.mjs", import.meta.url));
    const child = spawn(process.execPath, [program, server.url, how], { stdio: ["ignore", "pipe", "inherit"] });
    let printed = "";
    child.stdout.on("data", (chunk) => {
      printed += String(chunk);
    });
    const [code] = await once(child, "exit", { signal: AbortSignal.timeout(9_000) });
    expect(code).toBe(0);
    // The time from the client's end to the end of the process: less than any of the client's timers.
    const [ended = "0"] = printed.trim().split(" ");
    expect(Date.now() - Number(ended)).toBeLessThan(1_500);
  },
);

test("a server that says goodbye and keeps the line open does not keep calls waiting", async () => {
  await using it = await setScene();
  it.server.script = () => "hold";
  const call = it.endpoint.getName();
  it.server.sayGoodbyeOnly();
  await expect(call).rejects.toMatchObject({ type: "CONNECTION_LOST" });
  await expect(call).rejects.toThrow('the server closed it with 1001 "going away"');
}, 5_000);
