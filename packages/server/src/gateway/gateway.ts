// The heart of the gateway: who may say what about which object, and who hears of it. It holds no media.

import { randomUUID } from "node:crypto";
import { ERROR_CODES, type JsonObject, type JsonValue, KurentoError, SERVER_MANAGER_ID } from "@kurento-ts/protocol";
import { type ApiClass, type ApiModel, checkReference, objectNotFound } from "@kurento-ts/protocol/api";
import type { HostExit, HostFactory, HostReport } from "../host/host-channel.ts";
import type { Logger } from "../logging.ts";
import { Bindings } from "./bindings.ts";
import type { Connection } from "./connection.ts";
import type { DirectoryEntry } from "./directory-entry.ts";
import { HostPool } from "./host-pool.ts";
import type { Outcome } from "./json-frame.ts";
import { ObjectDirectory } from "./object-directory.ts";
import { RequestCache } from "./request-cache.ts";
import { ServerManagerObject } from "./server-manager.ts";
import { Sessions } from "./sessions.ts";
import { Subscriptions } from "./subscriptions.ts";

/** What a gateway works with. */
export interface GatewayOptions {
  readonly api: ApiModel;
  readonly hostFactory: HostFactory;
  readonly log: Logger;
  /** What `ServerManager.getMetadata` answers. */
  readonly metadata: string;
  /** Whether a request that comes again runs again. */
  readonly disableRequestCache: boolean;
}

/** Sessions, objects, subscriptions and hosts of one server. The methods of the protocol work on it. */
export class Gateway {
  readonly api: ApiModel;
  readonly log: Logger;
  /** Tells one run of a server from the next. */
  readonly serverId: string = randomUUID();
  readonly directory: ObjectDirectory = new ObjectDirectory();
  readonly bindings: Bindings = new Bindings();
  readonly subscriptions: Subscriptions = new Subscriptions();
  /** Undefined when it is disabled. */
  readonly requestCache: RequestCache | undefined;
  readonly sessions: Sessions;
  readonly hosts: HostPool;
  readonly manager: ServerManagerObject;
  /** Objects that were given up and whose host has not yet answered that they are gone. */
  readonly #ending = new Set<string>();

  constructor(options: GatewayOptions) {
    this.api = options.api;
    this.log = options.log;
    this.requestCache = options.disableRequestCache ? undefined : new RequestCache();
    this.sessions = new Sessions({
      onAbandoned: (entry) => this.destroy(entry),
      onForgotten: (sessionId, objectId) => this.subscriptions.dropForSession(sessionId, objectId),
      onEnded: (sessionId) => this.subscriptions.dropForSession(sessionId, SERVER_MANAGER_ID),
    });
    this.hosts = new HostPool(
      options.hostFactory,
      { onEvent: (event) => this.#onEvent(event), onExit: (link, exit) => this.#onHostExit(link, exit) },
      options.log,
    );
    this.manager = new ServerManagerObject({
      api: options.api,
      metadata: options.metadata,
      pipelines: () => this.directory.roots().map((entry) => entry.id),
      sessions: () => this.sessions.ids(),
      hosts: () => this.hosts.links,
    });
  }

  /** How many objects live, those included that are being made or ended. */
  get objectCount(): number {
    return this.directory.size + this.#ending.size;
  }

  /** The object with that id, which the session refers to from now on. Throws 40101, or 40109 for a `newref:`. */
  use(sessionId: string, id: string): DirectoryEntry | ServerManagerObject {
    // A session begins when it first refers to an object; the manager counts, though nothing can end it.
    if (id === SERVER_MANAGER_ID) {
      this.sessions.getOrCreate(sessionId);
      return this.manager;
    }
    const entry = this.find(id);
    this.sessions.ref(this.sessions.getOrCreate(sessionId), entry);
    return entry;
  }

  /** The object with that id. Throws 40101, or 40109 for a `newref:`. */
  find(id: string): DirectoryEntry {
    const entry = this.directory.get(id);
    if (entry === undefined) throw objectNotFound(id);
    return entry;
  }

  /** Checks an id in the parameters of a call. Throws 40101, 40109, or 40107 when it is of another class. */
  readonly checkId = (id: string, expected: ApiClass): string => {
    const object = id === SERVER_MANAGER_ID ? this.manager : this.directory.get(id);
    checkReference(id, object && this.classOf(object), expected);
    return id;
  };

  /** The class of an object. */
  classOf(object: { readonly className: string }): ApiClass {
    return this.api.class(object.className);
  }

  /** Ends an object and what is below it for everybody. `ended` is called when its host says that it is gone. */
  destroy(entry: DirectoryEntry, ended: () => void = () => {}): void {
    const removed = this.forget(entry);
    if (removed.length === 0) {
      ended();
      return;
    }
    for (const each of removed) this.#ending.add(each.id);
    entry.host.send({ kind: "release", id: entry.id }, (outcome) => {
      if ("error" in outcome) this.log.warn("an object could not be ended", { object: entry.id });
      for (const each of removed) this.#ending.delete(each.id);
      ended();
      this.#announceDestroyed(removed);
    });
  }

  /** Tells the subscribers of the ServerManager that there is a new object. */
  announceCreated(entry: DirectoryEntry): void {
    this.publish(SERVER_MANAGER_ID, "ObjectCreated", this.manager.eventData({ object: entry.id }));
  }

  /** Sends an event to every session that wants it, once each; a session without a connection loses it. */
  publish(object: string, type: string, data: JsonObject): void {
    for (const sessionId of this.subscriptions.sessionsFor(object, type)) {
      this.bindings.connectionOf(sessionId)?.sendEvent({
        jsonrpc: "2.0",
        method: "onEvent",
        params: { value: { data, object, type } },
      });
    }
  }

  /** One round of garbage collection; a session with an open connection is in use. */
  collectGarbage(): void {
    this.requestCache?.dropOld(performance.now());
    const ended = this.sessions.collectGarbage((id) => this.bindings.connectionOf(id) !== undefined);
    // Whoever knows the id of a session can resume it: it does not belong into a log.
    if (ended > 0) this.log.info("sessions without a connection have ended", { count: ended });
  }

  /** A connection is gone; its session lives on until it is resumed or collected. */
  dropConnection(connection: Connection): void {
    this.bindings.unbind(connection);
  }

  /** Ends the hosts and with them all objects, and forgets the sessions. */
  async close(): Promise<void> {
    await this.hosts.close();
    this.sessions.clear();
  }

  /** Takes an object and what is below it out of everything; returns them, children first. */
  forget(entry: DirectoryEntry): DirectoryEntry[] {
    this.sessions.dropObject(entry);
    const removed = this.directory.remove(entry);
    for (const each of removed) this.subscriptions.dropObject(each.id);
    return removed;
  }

  #announceDestroyed(entries: readonly DirectoryEntry[]): void {
    for (const { id } of entries) {
      this.publish(SERVER_MANAGER_ID, "ObjectDestroyed", this.manager.eventData({ objectId: id }));
    }
  }

  #onEvent({ object, type, data }: Extract<HostReport, { kind: "event" }>): void {
    this.publish(object, type, data);
  }

  #onHostExit(link: DirectoryEntry["host"], exit: HostExit): void {
    for (const root of this.directory.rootsOf(link)) {
      if (exit.error !== undefined) this.#announceLoss(root, exit.error.message);
      this.#announceDestroyed(this.forget(root));
    }
  }

  /** Raises `Error` on an object and what is below it: their host died under them. */
  #announceLoss(entry: DirectoryEntry, reason: string): void {
    this.publish(entry.id, "Error", {
      source: entry.id,
      tags: [],
      timestampMillis: String(Date.now()),
      type: "UNEXPECTED_ELEMENT_ERROR",
      description: `The media host is gone, and the object with it: ${reason}`,
      errorCode: ERROR_CODES.UNEXPECTED_ERROR,
    });
    for (const child of entry.children) this.#announceLoss(child, reason);
  }
}

/** An outcome that failed, from what was thrown. Anything but a KurentoError is a fault of the server: -32603. */
export function failed(error: unknown): Outcome {
  if (error instanceof KurentoError) return { error: error.toBody() };
  const reason = error instanceof Error ? error.message : String(error);
  return {
    error: { code: ERROR_CODES.INTERNAL_ERROR, message: `Unexpected error while processing method: ${reason}` },
  };
}

/** An outcome that succeeded. */
export function succeeded(value: JsonValue): Outcome {
  return { value };
}
