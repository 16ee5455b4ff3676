// Keeps a media host running: starts it, starts a new one after a crash, and bounds how often.

import { KurentoError } from "@kurento-ts/protocol";
import type { HostExit, HostFactory } from "../host/host-channel.ts";
import type { Logger } from "../logging.ts";
import { HostLink, type HostLinkListener } from "./host-link.ts";

/** How many times a host may crash within {@link CRASH_WINDOW_MS} before no new one is started. */
const MAX_CRASHES = 3;

/** The time that crashes count for. */
const CRASH_WINDOW_MS = 10_000;

/** How long a host may take to answer an order: longer than any operation waits on purpose. */
const ORDER_LIMIT_MS = 60_000;

/** How often late orders are looked for. */
const ORDER_CHECK_MS = 5_000;

/** The host for new pipelines. One at a time in this version; a pipeline stays in the host it was made in. */
export class HostPool {
  readonly #factory: HostFactory;
  readonly #listener: HostLinkListener;
  readonly #log: Logger;
  readonly #links = new Set<HostLink>();
  #crashTimes: number[] = [];
  #current: HostLink | undefined;
  #starting: Promise<HostLink> | undefined;
  readonly #orderCheck: NodeJS.Timeout;
  #closed = false;
  /** What the last host could make; kept while there is none. */
  #classNames: ReadonlySet<string> = new Set();

  constructor(factory: HostFactory, listener: HostLinkListener, log: Logger) {
    this.#factory = factory;
    this.#listener = listener;
    this.#log = log;
    this.#orderCheck = setInterval(() => {
      for (const link of this.#links) link.expire(ORDER_LIMIT_MS);
    }, ORDER_CHECK_MS).unref();
  }

  /** The classes that can be made. */
  get classNames(): ReadonlySet<string> {
    return this.#current?.classNames ?? this.#classNames;
  }

  /** The hosts that run. */
  get links(): readonly HostLink[] {
    return [...this.#links];
  }

  /** The host for a new pipeline, when one runs. */
  get running(): HostLink | undefined {
    return this.#current;
  }

  /** The host for a new pipeline, started when there is none. Rejects with a KurentoError that says why there is none. */
  async acquire(): Promise<HostLink> {
    if (this.#current !== undefined) return this.#current;
    if (this.#closed) throw new KurentoError("NOT_ENOUGH_RESOURCES", "The server is closing");
    this.#refuseStorm();
    this.#starting ??= this.#start();
    return await this.#starting;
  }

  /** Ends all hosts. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#orderCheck);
    await this.#starting?.catch(() => {});
    await Promise.all([...this.#links].map((link) => link.close()));
  }

  async #start(): Promise<HostLink> {
    try {
      const link = await HostLink.start(
        this.#factory,
        {
          onEvent: (event) => this.#listener.onEvent(event),
          onExit: (gone, exit) => this.#onExit(gone, exit),
        },
        this.#log,
      );
      if (link.gone) throw new Error("it ended while it started");
      this.#links.add(link);
      this.#current = link;
      this.#classNames = link.classNames;
      this.#log.info("a media host is up", { pid: link.pid });
      return link;
    } catch (cause) {
      this.#crashTimes.push(Date.now());
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new KurentoError("NOT_ENOUGH_RESOURCES", `No media host could be started: ${why}`, { cause });
    } finally {
      this.#starting = undefined;
    }
  }

  #onExit(link: HostLink, exit: HostExit): void {
    this.#links.delete(link);
    if (this.#current === link) this.#current = undefined;
    if (exit.error !== undefined) {
      this.#crashTimes.push(Date.now());
      this.#log.error("a media host ended unexpectedly", { reason: exit.error.message });
    }
    this.#listener.onExit(link, exit);
  }

  #refuseStorm(): void {
    const now = Date.now();
    this.#crashTimes = this.#crashTimes.filter((time) => now - time < CRASH_WINDOW_MS);
    const [first] = this.#crashTimes;
    if (first === undefined || this.#crashTimes.length < MAX_CRASHES) return;
    const waitMs = first + CRASH_WINDOW_MS - now;
    throw new KurentoError(
      "NOT_ENOUGH_RESOURCES",
      `The media host ended ${this.#crashTimes.length} times within ${CRASH_WINDOW_MS} ms; the next one starts in ${waitMs} ms at the earliest`,
    );
  }
}
