// The server's door: takes WebSocket connections on one path of one port, and tells everybody else what is spoken here.

import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Logger } from "../logging.ts";
import { Connection, type ConnectionLimits, type ConnectionOwner, type Turn } from "./connection.ts";

/** Where to listen, and what a connection may use up. */
export interface ListenerOptions extends ConnectionLimits {
  readonly address: string;
  readonly port: number;
  /** With its leading slash. Must be met exactly; a query is ignored. */
  readonly path: string;
  /** How often silent connections are looked for. */
  readonly pingIntervalMs: number;
}

/** What is done with what comes in. */
export interface ListenerHandler {
  onRequest(turn: Turn): void;
  onClosed(connection: Connection): void;
}

/** How long clients may take for the closing handshake before their sockets are ended. */
const CLOSE_LIMIT_MS = 1_000;

/** Listens for WebSocket connections. */
export class WebSocketListener implements ConnectionOwner {
  readonly #options: ListenerOptions;
  readonly #handler: ListenerHandler;
  readonly #log: Logger;
  readonly #http: Server;
  readonly #sockets: WebSocketServer;
  readonly #connections = new Set<Connection>();
  #pingTimer: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: ListenerOptions, handler: ListenerHandler, log: Logger) {
    this.#options = options;
    this.#handler = handler;
    this.#log = log;
    this.#sockets = new WebSocketServer({
      noServer: true,
      maxPayload: options.maxMessageBytes,
      // As on Kurento: no sub-protocol is ever chosen.
      handleProtocols: () => false,
    });
    this.#http = createServer((_request, response) => {
      response.writeHead(426, { connection: "close", upgrade: "websocket", "content-type": "text/plain" });
      response.end(`This is a Kurento media server: connect with a WebSocket to ${options.path}\n`);
    });
    this.#http.on("upgrade", (request, socket, head) => this.#onUpgrade(request, socket, head));
  }

  /** How many connections are open. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Opens the port; resolves with what it became. Rejects with an error that names address and port. */
  async listen(): Promise<AddressInfo> {
    const { address, port, pingIntervalMs } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#http.once("error", (cause: NodeJS.ErrnoException) => reject(cannotListen(address, port, cause)));
      this.#http.listen({ host: address, port }, resolve);
    });
    this.#http.on("error", (error) => this.#log.error("the listening socket failed", { reason: error.message }));
    this.#pingTimer = setInterval(() => {
      for (const connection of this.#connections) connection.checkAlive();
    }, pingIntervalMs);
    const bound = this.#http.address();
    if (bound === null || typeof bound === "string") throw new Error("the listening socket has no port");
    return bound;
  }

  onRequest(turn: Turn): void {
    this.#handler.onRequest(turn);
  }

  onClosed(connection: Connection): void {
    this.#connections.delete(connection);
    this.#handler.onClosed(connection);
  }

  /** Says goodbye to all connections, ends them, and gives the port back. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#pingTimer);
    for (const connection of this.#connections) connection.close(1001, "The server is closing");
    const cut = setTimeout(() => {
      for (const connection of this.#connections) connection.terminate();
      this.#http.closeAllConnections();
      for (const socket of this.#sockets.clients) socket.terminate();
    }, CLOSE_LIMIT_MS);
    // Also waits for the sockets that were upgraded; http forgets those, so the connections are waited for as well.
    await new Promise<void>((resolve) => {
      this.#http.close(() => resolve());
      this.#http.closeIdleConnections();
    });
    await Promise.all([...this.#connections].map((connection) => connection.closed));
    clearTimeout(cut);
  }

  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#onWebSocket(webSocket, request));
  }

  #onWebSocket(webSocket: WebSocket, request: IncomingMessage): void {
    // ws has set TCP_NODELAY by now: without it an event after an answer waits 40 ms for an acknowledgement.
    if (this.#closing !== undefined || pathOf(request) !== this.#options.path) {
      webSocket.on("error", (error) => this.#log.debug("a refused connection failed", { reason: error.message }));
      if (this.#closing !== undefined) webSocket.close(1001, "The server is closing");
      else webSocket.close(1002, "Invalid path");
      return;
    }
    this.#connections.add(new Connection(webSocket, this, this.#options, this.#log));
  }
}

/** The path of a request as written, without its query. */
function pathOf(request: IncomingMessage): string {
  return (request.url ?? "").split("?", 1)[0] ?? "";
}

function cannotListen(address: string, port: number, cause: NodeJS.ErrnoException): Error {
  const why: Record<string, string> = {
    EADDRINUSE: "the port is in use",
    EACCES: "this user may not open that port",
    EADDRNOTAVAIL: "this machine has no such address",
    ENOTFOUND: "there is no host with that name",
  };
  return new Error(`cannot listen on ${address} port ${port}: ${why[cause.code ?? ""] ?? cause.message}`, { cause });
}
