// The options of a server: what there is, the defaults, and a check that names what is wrong.

import { LOG_LEVELS, type Logger, silentLogger } from "./logging.ts";

/** Options of {@link startServer}. Every one has a default. */
export interface ServerOptions {
  /** The address to listen on: a name, an IPv4 or an IPv6 address. Default `"127.0.0.1"`: this machine only. */
  readonly address?: string;
  /** The port to listen on; 0 takes any free one. Default 8888. */
  readonly port?: number;
  /** The path that clients connect to, with its leading slash. Default `"/kurento"`. */
  readonly path?: string;
  /**
   * Where media is handled. Default `"child-process"`: a crash in native code ends that process, its pipelines get an
   * `Error` event, and the next `create` starts a new one. `"in-process"` starts quicker and ends the whole program then.
   */
  readonly host?: "child-process" | "in-process";
  /** Takes what happens, without SDP, candidates and other content. `console` fits. Default: nothing is logged. */
  readonly logger?: Logger;
  /**
   * How often sessions are looked for that nobody uses, in milliseconds. A session without a connection ends between
   * one and two periods after it was used last, and its objects with it. Default 240,000, as on Kurento.
   */
  readonly garbageCollectorPeriodMs?: number;
  /** The largest message that is taken, in bytes; a larger one closes its connection with code 1009. Default 16 MiB. */
  readonly maxMessageBytes?: number;
  /** How many requests of one connection may wait; more are answered 40009. Default 4096. */
  readonly maxPendingCalls?: number;
  /** How many bytes may wait for a client that reads too slowly before it is cut off. Default 64 MiB. */
  readonly maxBufferedBytes?: number;
  /** How often a connection must show that it is alive, in milliseconds: by data or by answering a WebSocket ping. Default 30,000. */
  readonly pingIntervalMs?: number;
  /**
   * Switches the request cache off. With it, a request whose session and id (as a text) are those of one that was answered
   * less than 20 s ago gets the same answer and does nothing; one that still runs is waited for. So a request can be sent
   * again, also on a new connection, when its answer was lost. Ids must not be used twice within 20 s in a session.
   * It holds 32,768 answers or 32 MiB at most, then the older half goes early. Default `false`, as on Kurento.
   */
  readonly disableRequestCache?: boolean;
  /** What `ServerManager.getMetadata` answers. Default `""`. */
  readonly metadata?: string;
  /**
   * A module (path or `file:` URL) that exports `createHostedClasses()`, loaded in the host instead of the built-in
   * elements. For tests and experiments; its contract may change.
   */
  readonly classesModule?: string;
}

/** The options with their defaults. */
export type CheckedServerOptions = Required<Omit<ServerOptions, "classesModule">> & {
  readonly classesModule: string | undefined;
};

/** Node's longest timer, in milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1;

const NAMES: ReadonlySet<string> = new Set([
  "address",
  "port",
  "path",
  "host",
  "logger",
  "garbageCollectorPeriodMs",
  "maxMessageBytes",
  "maxPendingCalls",
  "maxBufferedBytes",
  "pingIntervalMs",
  "disableRequestCache",
  "metadata",
  "classesModule",
] satisfies (keyof ServerOptions)[]);

/** Fills in defaults. Throws `TypeError` or `RangeError` that names the option, what is expected and what it got. */
export function checkServerOptions(options: ServerOptions): CheckedServerOptions {
  for (const name of Object.keys(options)) {
    if (!NAMES.has(name)) throw new TypeError(`option ${name}: there is no such option`);
  }
  const { host = "child-process", path = "/kurento", logger = silentLogger } = options;
  if (host !== "child-process" && host !== "in-process") {
    throw new TypeError(
      `option host: expected "child-process" or "in-process", got ${shown(host)} (address is where to listen)`,
    );
  }
  if (typeof path !== "string" || !/^\/[^?#\s]*$/.test(path)) {
    throw new TypeError(`option path: expected a path that begins with /, got ${shown(path)}`);
  }
  for (const level of LOG_LEVELS) {
    if (typeof logger?.[level] !== "function") throw new TypeError(`option logger: expected a method ${level}`);
  }
  const classesModule =
    options.classesModule === undefined ? undefined : text("classesModule", options.classesModule, "");
  return {
    address: text("address", options.address, "127.0.0.1"),
    port: integer("port", options.port, 8888, 0, 65_535),
    path,
    host,
    logger,
    garbageCollectorPeriodMs: integer(
      "garbageCollectorPeriodMs",
      options.garbageCollectorPeriodMs,
      240_000,
      1,
      MAX_TIMER_MS,
    ),
    maxMessageBytes: integer("maxMessageBytes", options.maxMessageBytes, 16 * 1024 * 1024, 1024, 512 * 1024 * 1024),
    maxPendingCalls: integer("maxPendingCalls", options.maxPendingCalls, 4096, 1, 1_000_000),
    maxBufferedBytes: integer("maxBufferedBytes", options.maxBufferedBytes, 64 * 1024 * 1024, 1024, 2 ** 40),
    pingIntervalMs: integer("pingIntervalMs", options.pingIntervalMs, 30_000, 1, MAX_TIMER_MS),
    disableRequestCache: flag("disableRequestCache", options.disableRequestCache, false),
    metadata: text("metadata", options.metadata, "", true),
    classesModule,
  };
}

function integer(name: string, value: unknown, byDefault: number, least: number, most: number): number {
  if (value === undefined) return byDefault;
  if (typeof value !== "number") throw new TypeError(`option ${name}: expected a number, got ${shown(value)}`);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`option ${name}: expected an integer from ${least} to ${most}, got ${value}`);
  }
  return value;
}

function flag(name: string, value: unknown, byDefault: boolean): boolean {
  if (value === undefined) return byDefault;
  if (typeof value !== "boolean") throw new TypeError(`option ${name}: expected true or false, got ${shown(value)}`);
  return value;
}

function text(name: string, value: unknown, byDefault: string, mayBeEmpty = false): string {
  if (value === undefined) return byDefault;
  if (typeof value !== "string" || (value === "" && !mayBeEmpty)) {
    throw new TypeError(
      `option ${name}: expected a text${mayBeEmpty ? "" : " that is not empty"}, got ${shown(value)}`,
    );
  }
  return value;
}

function shown(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
