// A stand-in for a Kurento server: answers in the shapes of the recordings, does what a test tells it, and keeps what it got.

import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { isJsonObject, type JsonObject, type JsonValue } from "@kurento-ts/protocol";
import { type WebSocket, WebSocketServer } from "ws";

/** A request as it came. */
export interface ReceivedRequest {
  readonly id: number;
  readonly method: string;
  readonly params: JsonObject;
}

/** What to do with a request: answer with a result, with an error, or (`hold`) not at all. */
export type Reaction =
  | { readonly result: JsonValue }
  | { readonly error: { readonly code: number; readonly message: string; readonly data?: JsonValue } }
  | "hold";

/** Answers a request in the test's own way; undefined leaves it to the stand-in. */
export type Script = (request: ReceivedRequest, server: StandInServer) => Reaction | undefined;

/** A running stand-in. */
export class StandInServer implements AsyncDisposable {
  readonly requests: ReceivedRequest[] = [];
  readonly sessionId: string = randomUUID();
  readonly serverId: string = randomUUID();
  script: Script = () => undefined;
  readonly #server: WebSocketServer;
  readonly #lines = new Set<Socket>();
  #onRequest: (() => void)[] = [];

  private constructor(server: WebSocketServer) {
    this.#server = server;
    server.on("connection", (socket, request) => {
      this.#lines.add(request.socket);
      request.socket.once("close", () => this.#lines.delete(request.socket));
      if (request.url?.split("?")[0] !== "/kurento") socket.close(1002, "Invalid path");
      else socket.on("message", (data) => this.#onMessage(socket, String(data)));
    });
  }

  static async start(script?: Script): Promise<StandInServer> {
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    await once(server, "listening");
    const standIn = new StandInServer(server);
    if (script !== undefined) standIn.script = script;
    return standIn;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/kurento`;
  }

  /** How many clients are connected. */
  get connections(): number {
    return this.#server.clients.size;
  }

  /** The requests of one method. */
  of(method: string): readonly ReceivedRequest[] {
    return this.requests.filter((request) => request.method === method);
  }

  /** Waits until `condition` holds; it is looked at again with every request. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#onRequest.push(resolve));
  }

  /** Sends text, or a binary message, to every client. */
  send(message: string | Buffer): void {
    for (const client of this.#server.clients) client.send(message);
  }

  /** Answers a request that was held. */
  answer(request: ReceivedRequest | undefined, reaction: Exclude<Reaction, "hold">): void {
    if (request === undefined) throw new Error("there was no such request");
    this.send(JSON.stringify({ id: request.id, jsonrpc: "2.0", ...reaction }));
  }

  /** Raises an event. */
  event(object: string, type: string, data: JsonObject = {}): void {
    const common = { source: object, tags: [], timestampMillis: "1700000000000", type };
    const value = { data: { ...common, ...data }, object, type };
    this.send(JSON.stringify({ jsonrpc: "2.0", method: "onEvent", params: { value } }));
  }

  /** Cuts every connection without a closing handshake. */
  cut(): void {
    for (const client of this.#server.clients) client.terminate();
  }

  /** Sends every client a close frame (1001), and neither reads its answer nor ends the line. */
  sayGoodbyeOnly(): void {
    const reason = Buffer.from("going away");
    const frame = Buffer.concat([Buffer.from([0x88, reason.length + 2, 0x03, 0xe9]), reason]);
    for (const socket of this.#lines) {
      socket.removeAllListeners("data").removeAllListeners("end");
      socket.write(frame);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #onMessage(socket: WebSocket, text: string): void {
    const message: unknown = JSON.parse(text);
    if (!isJsonObject(message) || typeof message.id !== "number" || typeof message.method !== "string") {
      throw new Error(`the client sent no proper request: ${text}`);
    }
    const params = isJsonObject(message.params) ? message.params : {};
    const request = { id: message.id, method: message.method, params };
    this.requests.push(request);
    const reaction = this.script(request, this) ?? this.#react(request);
    if (reaction !== "hold") socket.send(JSON.stringify({ id: request.id, jsonrpc: "2.0", ...reaction }));
    const waiting = this.#onRequest;
    this.#onRequest = [];
    for (const resolve of waiting) resolve();
  }

  #react({ method, params }: ReceivedRequest): Reaction {
    const { sessionId, serverId } = this;
    switch (method) {
      case "connect":
        return { result: { serverId, sessionId } };
      case "create":
        return { result: { sessionId, value: newId(params) } };
      case "subscribe":
        return { result: { sessionId, value: randomUUID() } };
      case "invoke":
        return { result: { sessionId, value: null } };
      case "closeSession":
        return { result: null };
      default:
        return { result: { sessionId } };
    }
  }
}

/** An id as Kurento makes them. */
function newId(params: JsonObject): string {
  const given = isJsonObject(params.constructorParams) ? params.constructorParams : {};
  const parent = given.hub ?? given.mediaPipeline;
  return `${typeof parent === "string" ? `${parent}/` : ""}${randomUUID()}_kurento.${String(params.type)}`;
}
