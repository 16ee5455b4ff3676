// A client that writes and reads frames as they are, for tests of the protocol itself.

import { once } from "node:events";
import { type ClientOptions, type RawData, WebSocket } from "ws";

/** What a method answered. */
export interface ResultSeen {
  readonly sessionId?: string;
  readonly serverId?: string;
  readonly value?: unknown;
}

/** An event as it came. */
export interface EventSeen {
  readonly object: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A message of the server as it came. */
export interface Received {
  readonly id?: number | string | boolean | null;
  readonly jsonrpc?: string;
  readonly method?: string;
  readonly result?: ResultSeen | null;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
  readonly params?: { readonly value: EventSeen };
}

/** How a connection ended. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** Never used twice: connections that carry the same session would get each other's answers. */
let lastId = 0;

/** One connection. Close it with `await using`, or let the server's end close it. */
export class RawClient implements AsyncDisposable {
  readonly socket: WebSocket;
  /** Everything that came, in order. */
  readonly received: Received[] = [];
  readonly closed: Promise<Closed>;
  readonly #waiting = new Set<() => void>();

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data: RawData) => {
      this.received.push(JSON.parse(String(data)) as Received);
      for (const look of [...this.#waiting]) look();
    });
    socket.on("error", () => {});
    this.closed = new Promise((resolve) => {
      socket.on("close", (code, reason) => {
        resolve({ code, reason: String(reason) });
        for (const look of [...this.#waiting]) look();
      });
    });
  }

  static async open(url: string, options: ClientOptions = {}): Promise<RawClient> {
    const socket = new WebSocket(url, options);
    const client = new RawClient(socket);
    await once(socket, "open");
    return client;
  }

  /** Writes a frame as it is. */
  send(frame: string | Buffer): void {
    this.socket.send(frame);
  }

  /** Writes a request and returns its id. */
  request(method: string, params?: object, id: number | string = ++lastId): number | string {
    this.send(JSON.stringify({ id, method, params, jsonrpc: "2.0" }));
    return id;
  }

  /** Waits for the first message, also one already there, that fits. Rejects when the connection ends without one. */
  async waitFor(fits: (message: Received) => boolean, what = "a message"): Promise<Received> {
    for (;;) {
      const found = this.received.find(fits);
      if (found !== undefined) return found;
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error(`the connection ended before ${what}`);
      await new Promise<void>((resolve) => {
        const look = (): void => {
          this.#waiting.delete(look);
          resolve();
        };
        this.#waiting.add(look);
      });
    }
  }

  /** Waits for the answer to a request. */
  answer(id: number | string): Promise<Received> {
    return this.waitFor((message) => message.id === id, `the answer to ${id}`);
  }

  /** Calls a method and waits for its answer, result or error. */
  call(method: string, params?: object): Promise<Received> {
    return this.answer(this.request(method, params));
  }

  /** Calls a method that must succeed, and gives its result. */
  async result(method: string, params?: object): Promise<ResultSeen> {
    const answer = await this.call(method, params);
    if (answer.error !== undefined) throw new Error(`${method} failed: ${JSON.stringify(answer.error)}`);
    return answer.result ?? {};
  }

  /** Makes an object and gives its id. */
  async create(type: string, constructorParams: object = {}, more: object = {}): Promise<string> {
    return (await this.result("create", { type, constructorParams, ...more })).value as string;
  }

  /** Calls an operation that must succeed, and gives its value. */
  async invoke(object: string, operation: string, operationParams?: object): Promise<unknown> {
    return (await this.result("invoke", { object, operation, operationParams })).value;
  }

  /** The events that came so far, of one type or all. */
  events(type?: string): EventSeen[] {
    return this.received
      .flatMap(({ method, params }) => (method === "onEvent" && params !== undefined ? [params.value] : []))
      .filter((value) => type === undefined || value.type === type);
  }

  /** Waits until so many events of a type have come. */
  async eventCount(type: string, count: number): Promise<void> {
    await this.waitFor(() => this.events(type).length >= count, `${count} events ${type}`);
  }

  async close(): Promise<Closed> {
    this.socket.close();
    return await this.closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
