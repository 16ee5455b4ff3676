// Finds out that a connection is dead which nobody closed, as after a pulled cable.

import { CallTimeoutError, ConnectionError } from "../client-errors.ts";
import type { RpcConnection } from "./rpc-connection.ts";

/** When a silent connection counts as dead. */
export interface KeepAliveOptions {
  /** After so long without any message from the server a `ping` is written. Default 5,000. */
  readonly intervalMs?: number | undefined;
  /**
   * How long after the `ping` a message has to come. Default 10,000. Kurento runs the calls of a connection one after
   * another, also a `ping`: no call may take longer, for example `getUsedCpu`.
   */
  readonly timeoutMs?: number | undefined;
}

/** The options with nothing left open. */
export type KeepAliveLimits = Required<{ [Name in keyof KeepAliveOptions]: number }>;

const DEFAULTS: KeepAliveLimits = { intervalMs: 5_000, timeoutMs: 10_000 };

/** Fills in the defaults; undefined when there is to be no `ping`. Throws what names a wrong option. */
export function keepAliveLimits(options: KeepAliveOptions | boolean | undefined): KeepAliveLimits | undefined {
  if (options === false) return undefined;
  if (options === undefined || options === true) return DEFAULTS;
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`keepAlive: expected a boolean or an object, got ${String(options)}`);
  }
  const limit = (name: keyof KeepAliveLimits): number => {
    const value = options[name] ?? DEFAULTS[name];
    if (typeof value === "number" && value > 0 && Number.isFinite(value)) return value;
    throw new RangeError(`keepAlive.${name}: expected a number of milliseconds above 0, got ${String(value)}`);
  };
  return { intervalMs: limit("intervalMs"), timeoutMs: limit("timeoutMs") };
}

/** Watches one connection while it is started; ends its line when it is dead. */
export class KeepAlive {
  readonly #rpc: RpcConnection;
  readonly #limits: KeepAliveLimits;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watch: object | undefined;

  constructor(rpc: RpcConnection, limits: KeepAliveLimits) {
    this.#rpc = rpc;
    this.#limits = limits;
  }

  /** Begins with the line that is there now. */
  start(): void {
    this.stop();
    const watch = {};
    this.#watch = watch;
    this.#waitFor(this.#limits.intervalMs, watch);
  }

  /** Ends the watch; a `ping` that is under way has no effect any more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#watch = undefined;
  }

  #waitFor(delayMs: number, watch: object): void {
    if (this.#watch !== watch) return;
    this.#timer = setTimeout(() => {
      const remainingMs = this.#limits.intervalMs - (performance.now() - this.#rpc.heardAtMs);
      if (remainingMs > 0) this.#waitFor(remainingMs, watch);
      else void this.#ping(watch);
    }, delayMs);
  }

  async #ping(watch: object): Promise<void> {
    const { intervalMs, timeoutMs } = this.#limits;
    const rpc = this.#rpc;
    const sentAtMs = performance.now();
    try {
      await rpc.call("ping", { interval: intervalMs }, { timeoutMs, first: true });
    } catch (error) {
      // An error is an answer too, and an end of the line is told elsewhere.
      if (error instanceof CallTimeoutError && this.#watch === watch && rpc.heardAtMs < sentAtMs) {
        const silentMs = Math.round(performance.now() - rpc.heardAtMs);
        const message = `the connection to ${rpc.url} was lost: nothing came for ${silentMs} ms, and no answer to a ping`;
        rpc.terminate(new ConnectionError("CONNECTION_LOST", rpc.url, message));
        return;
      }
    }
    this.#waitFor(intervalMs, watch);
  }
}
