// A connection that is dead without having been closed is found out within the limits, and a live one is left alone.

import { connect } from "@kurento-ts/client";
import { expect, test } from "vitest";
import { keepAliveLimits } from "../src/rpc/keep-alive.ts";
import { setScene } from "./scene.ts";
import { StandInServer } from "./stand-in-server.ts";

test("a server that falls silent is taken for lost within the interval and the timeout, and calls in flight are told", async () => {
  await using it = await setScene(undefined, { keepAlive: { intervalMs: 50, timeoutMs: 100 } });
  it.server.script = () => "hold";
  const call = it.endpoint.getName().catch((error: unknown) => error);
  const begun = performance.now();
  const end = await it.kurento.closed;
  const tookMs = performance.now() - begun;
  expect(tookMs).toBeGreaterThan(100);
  expect(tookMs).toBeLessThan(3_000);
  expect(end).toMatchObject({ reason: "connectionLost", error: { type: "CONNECTION_LOST" } });
  expect(String(await call)).toMatch(/getName on .* nothing came for \d+ ms, and no answer to a ping/);
  await expect.poll(() => it.server.connections).toBe(0);
});

test("a server that answers pings, or refuses them, lives on", async () => {
  await using it = await setScene(undefined, { keepAlive: { intervalMs: 10, timeoutMs: 5_000 } });
  it.server.script = ({ method }, server) => {
    if (method !== "ping") return undefined;
    return server.of("ping").length % 2 === 0
      ? { result: { value: "pong" } }
      : { error: { code: -32601, message: "Method not found." } };
  };
  await it.server.until(() => it.server.of("ping").length === 6);
  expect(it.server.of("ping")[0]?.params).toEqual({ interval: 10 });
  expect(it.kurento.state.status).toBe("connected");
  expect(it.reported).toEqual([]);
});

test("a server that is too busy for the ping, and sends something else, lives on", async () => {
  await using it = await setScene(undefined, { keepAlive: { intervalMs: 20, timeoutMs: 300 } });
  it.server.script = ({ method }) => (method === "ping" ? "hold" : undefined);
  const events = setInterval(() => it.server.event(it.endpoint.id, "MediaSessionStarted"), 50);
  // The fourth ping is written when three have got no answer in time.
  await it.server.until(() => it.server.of("ping").length === 4);
  clearInterval(events);
  expect(it.kurento.state.status).toBe("connected");
  await it.kurento.closed;
});

test("no ping is written while messages come, and none at all when it is switched off", async () => {
  await using server = await StandInServer.start();
  await using quiet = await connect(server.url, { keepAlive: false });
  await using busy = await connect(server.url, { keepAlive: { intervalMs: 1_000 } });
  const pipeline = await busy.create("MediaPipeline");
  const begun = performance.now();
  while (performance.now() - begun < 1_500) {
    await pipeline.addTag("a", "b");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(server.of("ping")).toEqual([]);
  expect(quiet.state.status).toBe("connected");
});

test("it goes on with the next line after a loss", async () => {
  await using it = await setScene(undefined, {
    reconnect: { minDelayMs: 1, maxDelayMs: 1 },
    keepAlive: { intervalMs: 20, timeoutMs: 100 },
  });
  it.server.script = ({ method }, server) =>
    method === "ping" && server.of("connect").length < 3 ? "hold" : undefined;
  for (let loss = 0; loss < 2; loss++) {
    await it.kurento.until("reconnecting");
    await it.kurento.until("connected");
  }
  await it.server.until(() => it.server.of("ping").length >= 4);
  expect(it.kurento.state.status).toBe("connected");
});

test("options that cannot be right name themselves", async () => {
  expect(() => keepAliveLimits({ intervalMs: 0 })).toThrow("keepAlive.intervalMs: expected a number");
  expect(() => keepAliveLimits({ timeoutMs: Number.POSITIVE_INFINITY })).toThrow("keepAlive.timeoutMs: expected");
  expect(() => keepAliveLimits("yes" as never)).toThrow("keepAlive: expected a boolean or an object, got yes");
  await expect(connect("ws://127.0.0.1:1/", { sessionId: "" })).rejects.toThrow(
    'sessionId: expected the id of a session, got ""',
  );
});
