// The client over TLS and through an agent, in Node: own authorities, names, client certificates, a proxy.

import { once } from "node:events";
import { Agent, createServer as createHttpServer, request } from "node:http";
import { createServer as createHttpsServer, type Server } from "node:https";
import { type AddressInfo, connect as connectTcp } from "node:net";
import type { TLSSocket } from "node:tls";
import { connect } from "@kurento-ts/client";
import { startServer } from "@kurento-ts/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { type DtlsCertificate, generateCertificate } from "../../packages/server/src/transport/certificate.ts";

let certificate: DtlsCertificate;
let stranger: DtlsCertificate;
let https: Server;
let url: string;
/** The client certificates that were shown, by their public keys; undefined for none. */
const shown: (string | undefined)[] = [];

beforeAll(async () => {
  [certificate, stranger] = await Promise.all([generateCertificate(), generateCertificate()]);
  https = createHttpsServer({
    cert: certificate.certificatePem,
    key: certificate.privateKeyPem,
    requestCert: true,
    rejectUnauthorized: false,
  });
  const sockets = new WebSocketServer({ server: https });
  sockets.on("connection", (socket: WebSocket, upgrade) => {
    shown.push((upgrade.socket as TLSSocket).getPeerX509Certificate()?.fingerprint256);
    socket.on("message", (data) => {
      const { id } = JSON.parse(String(data)) as { id: number };
      socket.send(JSON.stringify({ id, jsonrpc: "2.0", result: { sessionId: "s", serverId: "t", value: null } }));
    });
  });
  https.listen(0, "127.0.0.1");
  await once(https, "listening");
  url = `wss://127.0.0.1:${(https.address() as AddressInfo).port}/kurento`;
});
afterAll(async () => {
  https.closeAllConnections();
  await new Promise((resolve) => https.close(resolve));
});

/** The name in the certificates of the server's own making. */
const NAME = { servername: "kurento-ts" };

test("a certificate that nobody vouches for is refused", async () => {
  await expect(connect(url)).rejects.toMatchObject({ type: "TLS_FAILED" });
  const other = { ca: stranger.certificatePem, ...NAME };
  await expect(connect(url, { tls: other })).rejects.toMatchObject({ type: "TLS_FAILED" });
});

test("a self-signed certificate is accepted as its own authority under its name, and under no other", async () => {
  const ca = certificate.certificatePem;
  await using kurento = await connect(url, { tls: { ca: [ca], ...NAME } });
  expect(kurento.sessionId).toBe("s");
  await expect(connect(url, { tls: { ca } })).rejects.toMatchObject({ type: "TLS_FAILED" });
});

test("any certificate is accepted when that is asked for, and the client shows its own", async () => {
  const tls = { rejectUnauthorized: false, cert: stranger.certificatePem, key: stranger.privateKeyPem };
  await using kurento = await connect(url, { tls });
  expect(kurento.state.status).toBe("connected");
  expect(shown.at(-1)).toBe(stranger.fingerprint.value);
});

test("an agent opens the connections, for example through a proxy", async () => {
  await using server = await startServer({ port: 0, host: "in-process" });
  const tunnels: (string | undefined)[] = [];
  const proxy = createHttpServer().on("connect", (asked, near) => {
    tunnels.push(asked.url);
    const far = connectTcp(server.port, "127.0.0.1", () => {
      near.write("HTTP/1.1 200 Connection established\r\n\r\n");
      near.pipe(far).pipe(near);
    });
    far.on("error", () => near.destroy());
    near.on("error", () => far.destroy());
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const { port } = proxy.address() as AddressInfo;
  const agent = new Agent();
  Object.assign(agent, {
    createConnection(options: { host: string; port: number }, done: (error: unknown, socket?: unknown) => void) {
      request({ host: "127.0.0.1", port, method: "CONNECT", path: `${options.host}:${options.port}` })
        .on("connect", (_response, socket) => done(null, socket))
        .on("error", done)
        .end();
    },
  });
  {
    await using kurento = await connect("ws://media.example:8888/kurento", { agent });
    const pipeline = await kurento.create("MediaPipeline");
    expect(await pipeline.getName()).toBe(pipeline.id);
  }
  expect(tunnels).toEqual(["media.example:8888"]);
  await new Promise((resolve) => proxy.close(resolve));
});
