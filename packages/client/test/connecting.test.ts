// Connecting: what the first messages are, and that every way of failing rejects in time and says which it was.

import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { ConnectionError, connect } from "@kurento-ts/client";
import { expect, test } from "vitest";
import { StandInServer } from "./stand-in-server.ts";

interface Listening extends AsyncDisposable {
  readonly port: number;
}

async function listening(server: Server): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test("the first message asks for the session, and every later one names it", async () => {
  await using server = await StandInServer.start();
  await using kurento = await connect(server.url);
  await kurento.create("MediaPipeline");
  expect(server.requests.map(({ method }) => method)).toEqual(["connect", "create"]);
  expect(server.requests[0]?.params.sessionId).toBeUndefined();
  expect(server.requests[1]?.params.sessionId).toBe(server.sessionId);
  expect(kurento).toMatchObject({ sessionId: server.sessionId, serverId: server.serverId, url: server.url });
});

test("a port where nothing listens rejects as refused and names the address", async () => {
  const server = await StandInServer.start();
  const { url } = server;
  await server[Symbol.asyncDispose]();
  const failure = await connect(url).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ConnectionError);
  expect(failure).toMatchObject({ type: "CONNECTION_REFUSED", url });
  expect(String(failure)).toContain(url);
});

test("a wrong path of a Kurento server rejects as such", async () => {
  await using server = await StandInServer.start();
  const url = `ws://127.0.0.1:${server.port}/nope`;
  await expect(connect(url)).rejects.toMatchObject({ name: "ConnectionError", type: "INVALID_PATH", url });
});

test("a web server rejects with its status", async () => {
  await using server = await listening(createHttpServer((_request, response) => response.writeHead(404).end("no")));
  const failure = connect(`ws://127.0.0.1:${server.port}/kurento`);
  await expect(failure).rejects.toMatchObject({ type: "UPGRADE_REFUSED" });
  await expect(failure).rejects.toThrow("HTTP 404 Not Found");
});

test("a server that speaks another protocol rejects", async () => {
  await using server = await listening(createTcpServer((socket) => socket.end("220 smtp.example.org ESMTP\r\n")));
  await expect(connect(`ws://127.0.0.1:${server.port}/kurento`)).rejects.toMatchObject({ type: "UPGRADE_REFUSED" });
});

test("a server without TLS rejects a wss address as such", async () => {
  await using server = await StandInServer.start();
  await expect(connect(`wss://127.0.0.1:${server.port}/kurento`)).rejects.toMatchObject({ type: "TLS_FAILED" });
});

test("a host that does not exist rejects as such", async () => {
  await expect(connect("ws://does-not-exist.invalid/kurento")).rejects.toMatchObject({ type: "HOST_NOT_FOUND" });
});

test("a port that accepts and says nothing rejects at the limit", async () => {
  await using server = await listening(createTcpServer());
  const failure = connect(`ws://127.0.0.1:${server.port}/kurento`, { connectTimeoutMs: 100 });
  await expect(failure).rejects.toMatchObject({ type: "CONNECT_TIMEOUT" });
  await expect(failure).rejects.toThrow("waited 100 ms for a connection");
});

test("a server that never answers the first request rejects at the limit and is left", async () => {
  await using server = await StandInServer.start(() => "hold");
  const failure = connect(server.url, { connectTimeoutMs: 100 });
  await expect(failure).rejects.toThrow("waited 100 ms for the answer to the first request");
  await expect.poll(() => server.connections).toBe(0);
});

test("a server that closes instead of answering rejects", async () => {
  await using server = await StandInServer.start((_request, standIn) => {
    standIn.cut();
    return "hold";
  });
  await expect(connect(server.url)).rejects.toMatchObject({ type: "CONNECT_FAILED" });
});

test("a server that refuses a session rejects with its error and is left", async () => {
  await using server = await StandInServer.start(() => ({ error: { code: 40007, message: "Invalid session" } }));
  await expect(connect(server.url)).rejects.toMatchObject({ name: "KurentoError", code: 40007 });
  await expect.poll(() => server.connections).toBe(0);
});

test("a signal stops connecting", async () => {
  await using server = await listening(createTcpServer());
  const url = `ws://127.0.0.1:${server.port}/kurento`;
  await expect(connect(url, { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({ name: "TimeoutError" });
  await expect(connect(url, { signal: AbortSignal.abort(new Error("never mind")) })).rejects.toThrow("never mind");
});

test("arguments that cannot be right reject and name themselves", async () => {
  await expect(connect("not an address")).rejects.toThrow("url: expected an address like");
  await expect(connect("http://127.0.0.1:8888/kurento")).rejects.toThrow("url: expected ws:// or wss://, got http://");
  await expect(connect("ws://127.0.0.1:1/", { connectTimeoutMs: 0 })).rejects.toThrow("connectTimeoutMs: expected");
  await expect(connect("ws://127.0.0.1:1/", { callTimeoutMs: Number.NaN })).rejects.toThrow("callTimeoutMs: expected");
});

test("headers are sent with the upgrade, and those that HTTP does not allow are refused", async () => {
  const seen: unknown[] = [];
  await using server = await listening(
    createHttpServer((_request, response) => response.end()).on("upgrade", (request, socket) => {
      seen.push(request.headers.authorization);
      socket.end("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
    }),
  );
  const url = `ws://127.0.0.1:${server.port}/kurento`;
  const failure = connect(url, { headers: { authorization: "Bearer token" } });
  await expect(failure).rejects.toMatchObject({ type: "UPGRADE_REFUSED" });
  await expect(failure).rejects.toThrow("HTTP 401 Unauthorized");
  expect(seen).toEqual(["Bearer token"]);
  await expect(connect(url, { headers: { "bad header": "x" } })).rejects.toBeInstanceOf(TypeError);
});

test("credentials and query of an address are sent, but not shown", async () => {
  await using server = await StandInServer.start();
  const failure = await connect(`ws://127.0.0.1:${server.port}/other?access_token=secret`).catch(String);
  expect(failure).not.toContain("secret");
});

test("the error of a connection that fails has a stack that leads to the line that asked for it", async () => {
  await using silent = await listening(createTcpServer());
  for (const port of [1, silent.port]) {
    async function theCaller(): Promise<unknown> {
      return await connect(`ws://127.0.0.1:${port}/kurento`, { connectTimeoutMs: 100 });
    }
    const failure: unknown = await theCaller().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConnectionError);
    expect(failure instanceof Error && failure.stack).toContain("theCaller");
  }
});
