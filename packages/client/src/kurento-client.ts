// The client of a Kurento server: the root of all objects.

import { SERVER_MANAGER_ID } from "@kurento-ts/protocol";
import type { ClientEvents } from "./client-events.ts";
import type { ClientEnd, ClientState, ClientStateOf } from "./client-state.ts";
import type { RootClasses } from "./generated/creatable.gen.ts";
import type { ClientReferences } from "./generated/references.gen.ts";
import { ServerManager } from "./generated/server-manager.gen.ts";
import type { ListenOptions } from "./listeners.ts";
import type { CreateArguments } from "./objects/creation.ts";
import { type CallOptions, checkCallOptions } from "./rpc/call-limit.ts";
import type { Session } from "./session.ts";

/** A connected client; `connect` makes it. */
export class KurentoClient {
  readonly #session: Session;
  readonly #serverManager: ServerManager;

  /** Clients are made by `connect`. */
  constructor(session: Session) {
    this.#session = session;
    const manager = session.objects.resolve(SERVER_MANAGER_ID, "ServerManager");
    if (!(manager instanceof ServerManager)) throw new TypeError("the module core lacks the class ServerManager");
    this.#serverManager = manager;
  }

  /** The address, without query and credentials. */
  get url(): string {
    return this.#session.url;
  }

  /**
   * The id of the session, in which the server keeps this client's objects. Another one after a session was lost or
   * renewed.
   */
  get sessionId(): string {
    return this.#session.identity.sessionId;
  }

  /** The id of the server's process: another one after a restart. */
  get serverId(): string {
    return this.#session.identity.serverId;
  }

  /** The object that tells about the server as a whole. */
  get serverManager(): ServerManager {
    return this.#serverManager;
  }

  /** What the connection does at the moment. */
  get state(): ClientState {
    return this.#session.states.current;
  }

  /**
   * Waits for a state of the connection; the present one counts. Rejects with the signal's reason, and when the client
   * ends first.
   *
   * @example
   * await kurento.until("connected", { signal: AbortSignal.timeout(30_000) });
   */
  until<Status extends ClientState["status"]>(
    status: Status,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<ClientStateOf<Status>> {
    return this.#session.states.until(status, options);
  }

  /**
   * The present state of the connection and all that follow, for one `for await`; it ends after `closed`. A consumer
   * that falls behind by more than 100 states misses the oldest.
   */
  states(): AsyncIterableIterator<ClientState, undefined> {
    return this.#session.states.follow();
  }

  /** Resolves when the client has ended, and says why; never rejects. */
  get closed(): Promise<ClientEnd> {
    return this.#session.closed;
  }

  /**
   * Creates an object that belongs to no other one: a pipeline. Elements and hubs are created on their pipeline, hub
   * ports on their hub.
   *
   * @example
   * const pipeline = await kurento.create("MediaPipeline");
   * const player = await pipeline.create("PlayerEndpoint", { uri: "https://example.org/film.webm" });
   */
  async create<Type extends keyof RootClasses>(
    type: Type,
    ...args: CreateArguments<RootClasses[Type]["params"]>
  ): Promise<RootClasses[Type]["object"]> {
    const [params, options] = args;
    checkCallOptions(options);
    return (await this.#session.create(type, { ...params }, options)) as RootClasses[Type]["object"];
  }

  /**
   * The object of an id that this program has from elsewhere: another program, or its own earlier run. Asks the server
   * for the class, and takes a reference, so that the object lives as long as this session. Rejects with a `TypeError`
   * when it is no `type`, and with the server's error 40101 when there is no such object.
   *
   * @param type The name of the class, or of one that it extends.
   * @example
   * const endpoint = await kurento.get("WebRtcEndpoint", id);
   */
  async get<Type extends keyof ClientReferences & string>(
    type: Type,
    id: string,
    options?: CallOptions,
  ): Promise<ClientReferences[Type]> {
    checkCallOptions(options);
    if (typeof id !== "string" || id === "") throw new TypeError(`id: expected the id of an object, got ${String(id)}`);
    // The session has compared the object's class with the type.
    return (await this.#session.get(type, id, options)) as ClientReferences[Type];
  }

  /** Adds a listener for an event of the client, and returns what removes it. */
  on<Name extends keyof ClientEvents>(
    name: Name,
    listener: (event: ClientEvents[Name]) => unknown,
    options?: ListenOptions,
  ): () => void {
    return this.#session.events.on(name, listener, options);
  }

  /** The next event of that name. Rejects with the signal's reason when it aborts. */
  once<Name extends keyof ClientEvents>(
    name: Name,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<ClientEvents[Name]> {
    return this.#session.events.once(name, options);
  }

  /**
   * Ends the session, which destroys the objects that no other session uses, and the connection. Calls made before
   * still get their answers, for at most two seconds. Every caller gets the same promise; it does not reject.
   */
  close(): Promise<void> {
    return this.#session.close();
  }

  /** Closes the client. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** What it is and where. */
  toString(): string {
    return `KurentoClient ${this.url}`;
  }
}
