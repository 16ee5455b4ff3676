// A lost connection comes back, with its session when that is still there; each call ends once, and none runs twice.

import { randomUUID } from "node:crypto";
import { type ClientState, connect, ObjectLostError, OutcomeUnknownError } from "@kurento-ts/client";
import type { JsonValue } from "@kurento-ts/protocol";
import { describe, expect, test } from "vitest";
import { reconnectDelayMs, reconnectLimits } from "../src/reconnection.ts";
import { setScene } from "./scene.ts";
import { type Reaction, type ReceivedRequest, type Script, StandInServer } from "./stand-in-server.ts";

const QUICK = { reconnect: { minDelayMs: 1, maxDelayMs: 5 } };

/** Runs `create` and `invoke` for as long as they are not answered, keeping count; cuts instead of the first answer. */
function cutOnce(answer: (request: ReceivedRequest) => Reaction | undefined = () => undefined): {
  readonly script: Script;
  readonly ran: ReceivedRequest[];
} {
  const ran: ReceivedRequest[] = [];
  let cut = false;
  const script: Script = (request, server) => {
    if (request.method !== "create" && request.method !== "invoke") return answer(request);
    ran.push(request);
    if (cut) return answer(request);
    cut = true;
    server.cut();
    return "hold";
  };
  return { script, ran };
}

/** A server with Kurento's memory: a repeated id gets the first answer, and nothing runs. */
function remembering(run: Script): Script {
  const answers = new Map<number, Reaction>();
  return (request, server) => {
    const known = answers.get(request.id);
    if (known !== undefined) return known;
    const reaction = run(request, server);
    if (reaction !== undefined && reaction !== "hold") answers.set(request.id, reaction);
    return reaction;
  };
}

const subscription = (): Reaction => ({ result: { value: randomUUID() } });

test("a lost connection comes back in the same session, and the states tell how", async () => {
  await using it = await setScene(undefined, QUICK);
  const states: ClientState[] = [];
  it.kurento.on("state", (state) => states.push(state));
  expect(it.kurento.state).toEqual({ status: "connected" });
  it.server.cut();
  expect(await it.kurento.until("reconnecting")).toMatchObject({ attempt: 1, error: { type: "CONNECTION_LOST" } });
  await it.kurento.until("connected");
  expect(states.map(({ status }) => status)).toEqual(["reconnecting", "connecting", "connected"]);
  expect(it.server.of("connect").map(({ params }) => params.sessionId)).toEqual([undefined, it.server.sessionId]);
  await it.endpoint.gatherCandidates();
  expect(it.endpoint.lost).toBe(false);
});

test("listeners hear events after the connection came back, without another subscription", async () => {
  await using it = await setScene(undefined, QUICK);
  const heard: unknown[] = [];
  await it.endpoint.on("IceGatheringDone", (event) => heard.push(event)).ready;
  it.server.cut();
  await it.kurento.until("reconnecting");
  await it.kurento.until("connected");
  it.server.event(it.endpoint.id, "IceGatheringDone");
  await expect.poll(() => heard.length).toBe(1);
  expect(it.server.of("subscribe")).toHaveLength(1);
});

test("the states are followed with for await, up to the end of the client", async () => {
  await using it = await setScene(undefined, QUICK);
  const seen: string[] = [];
  const followed = (async () => {
    for await (const state of it.kurento.states()) {
      seen.push(state.status);
      if (state.status === "connecting") it.server.script = () => undefined;
      if (state.status === "connected" && seen.length > 1) void it.kurento.close();
    }
  })();
  it.server.cut();
  await followed;
  expect(seen).toEqual(["connected", "reconnecting", "connecting", "connected", "closed"]);
  expect(await it.kurento.until("closed")).toEqual({ status: "closed", reason: "closed" });
  await expect(it.kurento.until("connected")).rejects.toThrow("the client was closed");
});

test("calls made without a connection wait for it, in order, and are written once", async () => {
  await using it = await setScene(undefined, QUICK);
  it.server.cut();
  await it.kurento.until("reconnecting");
  const calls = [it.endpoint.setName("a"), it.endpoint.setName("b"), it.endpoint.gatherCandidates()];
  await Promise.all(calls);
  const names = it.server.of("invoke").map(({ params }) => params.operation);
  expect(names).toEqual(["setName", "setName", "gatherCandidates"]);
});

test("a call that waits for a connection ends at its limit or by its signal, and is never written", async () => {
  await using it = await setScene(undefined, { reconnect: { minDelayMs: 300, maxDelayMs: 300 } });
  it.server.cut();
  await it.kurento.until("reconnecting");
  await expect(it.endpoint.setName("a", { timeoutMs: 10 })).rejects.toMatchObject({ name: "CallTimeoutError" });
  const aborted = it.endpoint.setName("b", { signal: AbortSignal.timeout(10) });
  await expect(aborted).rejects.toMatchObject({ name: "TimeoutError" });
  await it.endpoint.gatherCandidates();
  expect(it.server.of("invoke").map(({ params }) => params.operation)).toEqual(["gatherCandidates"]);
});

describe("a call without an answer when the line is cut", () => {
  test("is written again under its id when it only reads", async () => {
    const { script, ran } = cutOnce((request) =>
      request.params.operation === "getName" ? { result: { value: "name" } } : undefined,
    );
    await using it = await setScene(undefined, QUICK);
    it.server.script = script;
    expect(await it.endpoint.getName()).toBe("name");
    expect(ran).toHaveLength(2);
    expect(ran[1]).toEqual(ran[0]);
    expect(it.server.of("subscribe")).toEqual([]);
  });

  test("is written again under its id when the server remembers ids, and does not run twice", async () => {
    await using it = await setScene(undefined, QUICK);
    const id = `${it.pipeline.id}/${randomUUID()}_kurento.PassThrough`;
    let created = 0;
    let answers = 0;
    it.server.script = remembering((request) => {
      if (request.method === "subscribe") return subscription();
      if (request.method !== "create") return undefined;
      created++;
      return { result: { value: id } };
    });
    const memory = it.server.script;
    it.server.script = (request, server) => {
      const reaction = memory(request, server);
      if (request.method !== "create" || ++answers > 1) return reaction;
      server.cut();
      return "hold";
    };
    expect((await it.pipeline.create("PassThrough")).id).toBe(id);
    const [first, second] = it.server.of("create").slice(-2);
    expect(second).toEqual(first);
    expect(created).toBe(1);
    // What was found out by a repeated subscription is not left behind.
    expect(it.server.of("subscribe")).toHaveLength(2);
    expect(it.server.of("unsubscribe")).toHaveLength(1);
  });

  test("fails with an unknown outcome when the server does not remember ids, and is not written again", async () => {
    const { script, ran } = cutOnce((request) => (request.method === "subscribe" ? subscription() : undefined));
    await using it = await setScene(undefined, QUICK);
    it.server.script = script;
    const failure: unknown = await it.pipeline.create("PassThrough").catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(OutcomeUnknownError);
    expect(failure).toMatchObject({ type: "CONNECTION_LOST" });
    expect(String(failure)).toContain("create PassThrough got no answer");
    expect(ran).toHaveLength(1);
    expect(it.kurento.state.status).toBe("connected");
    expect(it.server.of("unsubscribe")).toHaveLength(2);
    await it.pipeline.create("PassThrough");
  });

  test("that was given up is not written again", async () => {
    await using it = await setScene(undefined, QUICK);
    it.server.script = ({ method }) => (method === "invoke" ? "hold" : undefined);
    const controller = new AbortController();
    const call = it.endpoint.getName({ signal: controller.signal });
    await it.server.until(() => it.server.of("invoke").length === 1);
    controller.abort(new Error("not needed"));
    await expect(call).rejects.toThrow("not needed");
    it.server.cut();
    await it.kurento.until("reconnecting");
    await it.kurento.until("connected");
    it.server.script = () => undefined;
    await it.endpoint.gatherCandidates();
    expect(it.server.of("invoke").map(({ params }) => params.operation)).toEqual(["getName", "gatherCandidates"]);
  });
});

describe("a creation that was given up before the line is cut", () => {
  async function giveUpAndCut(script: Script): Promise<{ readonly server: StandInServer; readonly created: string }> {
    await using it = await setScene(undefined, QUICK);
    const created = `${it.pipeline.id}/${randomUUID()}_kurento.PassThrough`;
    let lines = 1;
    const answers = remembering((request, server) =>
      request.method === "create" ? { result: { value: created } } : script(request, server),
    );
    it.server.script = (request, server) => {
      if (request.method === "connect") lines++;
      if (request.method === "subscribe") return script(request, server);
      const reaction = answers(request, server);
      return lines === 1 && request.method === "create" ? "hold" : reaction;
    };
    await expect(it.pipeline.create("PassThrough", {}, { timeoutMs: 20 })).rejects.toThrow("took longer");
    it.server.cut();
    await it.kurento.until("reconnecting");
    await it.kurento.until("connected");
    await it.endpoint.gatherCandidates();
    expect(it.reported).toEqual([]);
    return { server: it.server, created };
  }

  test("is found by its id when the server remembers ids, and released", async () => {
    const { server, created } = await giveUpAndCut(({ method }) =>
      method === "subscribe" ? { result: { value: "the same" } } : undefined,
    );
    expect(server.of("create").at(-1)).toEqual(server.of("create").at(-2));
    expect(server.of("release").map(({ params }) => params.object)).toEqual([created]);
  });

  test("is left alone when the server does not", async () => {
    const { server } = await giveUpAndCut(({ method }) => (method === "subscribe" ? subscription() : undefined));
    expect(server.of("create").filter(({ params }) => params.type === "PassThrough")).toHaveLength(1);
    expect(server.of("release")).toEqual([]);
  });
});

describe("a session that is gone", () => {
  /** Answers as a server that was started anew, or dropped the session. */
  function forget(server: StandInServer, { restarted }: { readonly restarted: boolean }): string {
    const next = randomUUID();
    const serverId = restarted ? randomUUID() : server.serverId;
    server.script = ({ method, params }): Reaction | undefined => {
      if (method !== "connect") return undefined;
      if (params.sessionId === server.sessionId) return { error: { code: 40007, message: "Invalid session" } };
      return { result: { serverId, sessionId: (params.sessionId ?? next) as JsonValue } };
    };
    return next;
  }

  test.each([
    ["serverRestarted", true],
    ["sessionExpired", false],
  ] as const)("tells which objects were lost, once, and calls on them fail: %s", async (reason, restarted) => {
    await using it = await setScene(undefined, QUICK);
    const waiting = it.endpoint.once("IceGatheringDone").catch((error: unknown) => error);
    await it.server.until(() => it.server.of("subscribe").length === 1);
    const next = forget(it.server, { restarted });
    const losses: unknown[] = [];
    it.kurento.on("sessionLost", (loss) => losses.push(loss));
    const hanging = it.endpoint.getName().catch((error: unknown) => error);
    it.server.cut();
    await it.kurento.until("reconnecting");
    const early = it.endpoint.setName("x").catch((error: unknown) => error);
    await it.kurento.until("connected");
    expect(losses).toEqual([{ reason, sessionId: it.server.sessionId, objects: [it.pipeline, it.endpoint] }]);
    expect([it.pipeline.lost, it.endpoint.lost, it.endpoint.released]).toEqual([true, true, false]);
    for (const error of [await waiting, await hanging, await early]) expect(error).toBeInstanceOf(ObjectLostError);
    await expect(it.endpoint.getName()).rejects.toThrow(`getName: the object ${it.endpoint.id} was lost`);
    await expect(it.pipeline.create("PassThrough")).rejects.toBeInstanceOf(ObjectLostError);
    await expect(it.endpoint.on("IceGatheringDone", () => 0).ready).rejects.toBeInstanceOf(ObjectLostError);
    await it.endpoint.release();
    expect(it.kurento.sessionId).toBe(next);
    const pipeline = await it.kurento.create("MediaPipeline");
    expect(pipeline.lost).toBe(false);
    expect(it.server.requests.at(-1)?.params.sessionId).toBe(next);
    expect(it.server.of("release")).toEqual([]);
  });

  test("is renewed silently when it had no objects; waiting calls and listeners go on in the new one", async () => {
    await using server = await StandInServer.start();
    await using kurento = await connect(server.url, QUICK);
    const losses: unknown[] = [];
    kurento.on("sessionLost", (loss) => losses.push(loss));
    const heard: unknown[] = [];
    await kurento.serverManager.on("ObjectDestroyed", ({ objectId }) => heard.push(objectId)).ready;
    const next = forget(server, { restarted: true });
    server.cut();
    await kurento.until("reconnecting");
    const pipeline = await kurento.create("MediaPipeline");
    expect(kurento.sessionId).toBe(next);
    expect(server.of("create")[0]?.params.sessionId).toBe(next);
    expect(server.of("subscribe").map(({ params }) => params.sessionId)).toEqual([server.sessionId, next]);
    server.event(kurento.serverManager.id, "ObjectDestroyed", { objectId: pipeline.id });
    await expect.poll(() => heard).toEqual([pipeline.id]);
    expect(losses).toEqual([]);
  });

  test("leaves the outcome of a creation without a parent unknown", async () => {
    await using server = await StandInServer.start();
    await using kurento = await connect(server.url, QUICK);
    const next = forget(server, { restarted: false });
    const answer = server.script;
    server.script = (request, standIn) => {
      if (request.method !== "create" || request.params.sessionId === next) return answer(request, standIn);
      standIn.cut();
      return "hold";
    };
    await expect(kurento.create("MediaPipeline")).rejects.toBeInstanceOf(OutcomeUnknownError);
    await kurento.create("MediaPipeline");
    expect(server.of("create")).toHaveLength(2);
  });
});

describe("the end of trying", () => {
  test("comes after the last attempt, says why, and fails what waited", async () => {
    const server = await StandInServer.start();
    const kurento = await connect(server.url, { reconnect: { minDelayMs: 1, maxAttempts: 3 } });
    const states: string[] = [];
    kurento.on("state", ({ status }) => states.push(status));
    server.script = () => "hold";
    const sent = kurento.create("MediaPipeline").catch((error: unknown) => error);
    await server.until(() => server.of("create").length === 1);
    await server[Symbol.asyncDispose]();
    await kurento.until("reconnecting");
    const unsent = kurento.create("MediaPipeline").catch((error: unknown) => error);
    const end = await kurento.closed;
    expect(end).toMatchObject({ reason: "connectionLost", error: { type: "CONNECTION_LOST" } });
    expect(String(end.reason === "connectionLost" && end.error)).toContain("ECONNREFUSED");
    expect(states).toEqual([..."123"].flatMap(() => ["reconnecting", "connecting"]).concat("closed"));
    expect(await sent).toBeInstanceOf(OutcomeUnknownError);
    expect(String(await unsent)).toContain("create MediaPipeline was not sent");
    expect(await unsent).not.toBeInstanceOf(OutcomeUnknownError);
    await expect(kurento.until("connected")).rejects.toMatchObject({ type: "CONNECTION_LOST" });
  });

  test("comes when the time is over", async () => {
    const server = await StandInServer.start();
    const kurento = await connect(server.url, { reconnect: { minDelayMs: 20, maxDelayMs: 20, maxTimeMs: 100 } });
    await server[Symbol.asyncDispose]();
    expect(await kurento.closed).toMatchObject({ reason: "connectionLost" });
  });

  test.each([[false], [{ maxAttempts: 0 }]])("comes at once when there is to be no attempt: %j", async (reconnect) => {
    await using server = await StandInServer.start();
    await using kurento = await connect(server.url, { reconnect });
    server.cut();
    expect(await kurento.closed).toMatchObject({ reason: "connectionLost" });
    expect(server.of("connect")).toHaveLength(1);
  });

  test("comes at once when the client is closed meanwhile", async () => {
    const server = await StandInServer.start();
    const kurento = await connect(server.url, { reconnect: { minDelayMs: 60_000, maxDelayMs: 60_000 } });
    await server[Symbol.asyncDispose]();
    await kurento.until("reconnecting");
    const call = kurento.create("MediaPipeline");
    const closing = kurento.close();
    await expect(call).rejects.toMatchObject({ type: "CLIENT_CLOSED" });
    await closing;
    expect(await kurento.closed).toEqual({ reason: "closed" });
  });

  test("comes in the middle of an attempt, too", async () => {
    await using server = await StandInServer.start();
    const kurento = await connect(server.url, QUICK);
    server.script = () => "hold";
    server.cut();
    await server.until(() => server.of("connect").length === 2);
    await kurento.close();
    expect(await kurento.closed).toEqual({ reason: "closed" });
    await expect.poll(() => server.connections).toBe(0);
  });
});

test("a line that is cut again during an attempt counts as another attempt", async () => {
  await using it = await setScene(undefined, QUICK);
  let refused = 0;
  it.server.script = ({ method }, server) => {
    if (method !== "connect" || refused === 2) return undefined;
    refused++;
    server.cut();
    return "hold";
  };
  it.server.cut();
  await it.kurento.until("reconnecting");
  await it.kurento.until("connected");
  expect(refused).toBe(2);
  await it.endpoint.gatherCandidates();
});

test("delays double up to the longest, and are spread over the upper half", () => {
  const limits = { minDelayMs: 100, maxDelayMs: 1_000 };
  const whole = [1, 2, 3, 4, 5, 6, 1_000].map((attempt) => reconnectDelayMs(limits, attempt, () => 1));
  expect(whole).toEqual([100, 200, 400, 800, 1_000, 1_000, 1_000]);
  expect(reconnectDelayMs(limits, 3, () => 0)).toBe(200);
});

test("options that cannot be right name themselves", () => {
  expect(() => reconnectLimits({ maxAttempts: -1 })).toThrow("reconnect.maxAttempts: expected a number");
  expect(() => reconnectLimits({ minDelayMs: Number.NaN })).toThrow("reconnect.minDelayMs: expected a number");
  expect(() => reconnectLimits("yes" as never)).toThrow("reconnect: expected a boolean or an object, got yes");
});
