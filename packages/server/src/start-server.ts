// Starts a media server: the door, the gateway behind it and a host for its media.

import { kurentoApi } from "@kurento-ts/protocol/api";
import { Gateway } from "./gateway/gateway.ts";
import { runMethod } from "./gateway/method-table.ts";
import { WebSocketListener } from "./gateway/websocket-listener.ts";
import { childHost } from "./host/child-host.ts";
import type { HostFactory } from "./host/host-channel.ts";
import { type CheckedServerOptions, checkServerOptions, type ServerOptions } from "./server-options.ts";

/** What a server holds at one moment. After its clients have released everything and left, only their sessions remain, until they are collected. */
export interface ServerSnapshot {
  /** Sessions that have referred to an object and were neither closed nor collected. */
  readonly sessions: number;
  /** Media objects, those included that are being made or ended. */
  readonly objects: number;
  /** Open WebSocket connections. */
  readonly connections: number;
  /** The processes of its hosts; empty when media is handled in this process. */
  readonly hostPids: readonly number[];
}

/** A running server. */
export interface KurentoServer extends AsyncDisposable {
  /** Where clients connect, for example `ws://127.0.0.1:8888/kurento`. */
  readonly url: string;
  /** The port, also when a free one was asked for. */
  readonly port: number;
  /** Resolves when the server has closed. */
  readonly closed: Promise<void>;
  /** Ends connections, objects and host, and gives the port back. Every caller gets the same promise. */
  close(): Promise<void>;
  /** What it holds now. */
  snapshot(): ServerSnapshot;
}

/**
 * Starts a server and resolves when clients can connect. Rejects with a `TypeError` or `RangeError` that names a wrong
 * option, or an error that says why the port cannot be opened or the host does not start; nothing is left running then.
 *
 * @example
 * ```ts
 * const server = await startServer({ port: 0 });
 * console.log(server.url);
 * await server.close();
 * ```
 */
export async function startServer(options: ServerOptions = {}): Promise<KurentoServer> {
  const checked = checkServerOptions(options);
  const gateway = new Gateway({
    api: kurentoApi(),
    hostFactory: await hostFactory(checked),
    log: checked.logger,
    metadata: checked.metadata,
    disableRequestCache: checked.disableRequestCache,
  });
  const listener = new WebSocketListener(
    checked,
    {
      onRequest: (turn) => runMethod(gateway, turn),
      onClosed: (connection) => gateway.dropConnection(connection),
    },
    checked.logger,
  );
  try {
    await gateway.hosts.acquire();
    const { port } = await listener.listen();
    return new RunningServer(checked, port, gateway, listener);
  } catch (error) {
    await Promise.all([listener.close(), gateway.close()]);
    throw error;
  }
}

/** The in-process host is loaded only when it is asked for: nothing native comes near the gateway otherwise. */
async function hostFactory({ host, classesModule, logger }: CheckedServerOptions): Promise<HostFactory> {
  if (host === "child-process") {
    return childHost({ classesModule, onOutput: (line) => logger.warn("a media host says", { line }) });
  }
  const { inProcessHost } = await import("./host/in-process-host.ts");
  return inProcessHost({ classesModule });
}

class RunningServer implements KurentoServer {
  readonly url: string;
  readonly port: number;
  readonly closed: Promise<void>;
  readonly #gateway: Gateway;
  readonly #listener: WebSocketListener;
  readonly #collector: NodeJS.Timeout;
  #closing: Promise<void> | undefined;
  #onClosed: () => void = () => {};

  constructor(options: CheckedServerOptions, port: number, gateway: Gateway, listener: WebSocketListener) {
    const { address, path, garbageCollectorPeriodMs } = options;
    this.url = `ws://${address.includes(":") ? `[${address}]` : address}:${port}${path}`;
    this.port = port;
    this.#gateway = gateway;
    this.#listener = listener;
    this.#collector = setInterval(() => gateway.collectGarbage(), garbageCollectorPeriodMs);
    this.closed = new Promise((resolve) => {
      this.#onClosed = resolve;
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  snapshot(): ServerSnapshot {
    return {
      sessions: this.#gateway.sessions.size,
      objects: this.#gateway.objectCount,
      connections: this.#listener.connectionCount,
      hostPids: this.#gateway.hosts.links.flatMap(({ pid }) => (pid === undefined ? [] : [pid])),
    };
  }

  async #close(): Promise<void> {
    clearInterval(this.#collector);
    await this.#listener.close();
    await this.#gateway.close();
    this.#onClosed();
  }
}
