// A session on a Kurento server: its calls, its objects and their events, on one connection.

import {
  type EventValue,
  isJsonObject,
  type JsonValue,
  type MethodName,
  SERVER_MANAGER_ID,
} from "@kurento-ts/protocol";
import { asError, ConnectionError, ObjectLostError, unexpectedMessage } from "./client-errors.ts";
import type { ClientEvents } from "./client-events.ts";
import { type ClientEnd, ClientStates } from "./client-state.ts";
import { Emitter } from "./emitter.ts";
import { CLIENT_MODULES } from "./generated/modules.gen.ts";
import type { Listener, ListenOptions } from "./listeners.ts";
import { checkParams } from "./objects/check-params.ts";
import { ModuleTable } from "./objects/client-module.ts";
import {
  asSubscription,
  checkStreamOptions,
  EventChannel,
  type EventStream,
  type StreamOptions,
  type Subscription,
  type WaitOptions,
} from "./objects/event-channel.ts";
import { HeldEvents } from "./objects/held-events.ts";
import type { ObjectNode, ObjectSession } from "./objects/object-node.ts";
import { ObjectTable } from "./objects/object-table.ts";
import type { RemoteObject } from "./objects/remote-object.ts";
import { WireValues } from "./objects/wire-values.ts";
import type { ReconnectLimits } from "./reconnection.ts";
import { Reconnector } from "./reconnector.ts";
import {
  decideLost,
  decideResumed,
  needsMemory,
  remembersRequests,
  resumeSession,
  type SessionIdentity,
} from "./resumption.ts";
import type { CallOptions } from "./rpc/call-limit.ts";
import type { CallParams, RpcCallOptions, RpcConnection, RpcHandlers } from "./rpc/rpc-connection.ts";

/** How a session brings back its connection. */
export interface Redial {
  readonly limits: ReconnectLimits;
  /** Opens the next line, and runs `begin` on it within the limit for connecting. */
  dial(begin: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void>;
}

/** What a session is made of. */
export interface SessionParts {
  readonly rpc: RpcConnection;
  readonly identity: SessionIdentity;
  /** True for a session that another program began. */
  readonly takenOver: boolean;
  readonly callTimeoutMs: number;
  readonly handlers: HandlerSlot;
  /** Undefined when a lost connection is not brought back. */
  readonly redial: Redial | undefined;
}

/** How long the server may take to close the session before the connection is closed without its answer. */
const CLOSE_SESSION_TIMEOUT_MS = 2_000;

/** The session behind a client. */
export class Session implements ObjectSession {
  readonly events: Emitter<ClientEvents> = new Emitter((problem, name) => {
    // A listener for errors that fails is not told of that itself: it would fail again.
    if (name === "error") writeToConsole(problem);
    else this.#report(problem);
  });
  readonly objects: ObjectTable;
  /** Resolves when the session has ended; never rejects. */
  readonly closed: Promise<ClientEnd>;
  readonly #rpc: RpcConnection;
  readonly #callTimeoutMs: number;
  readonly #values: WireValues;
  readonly #held: HeldEvents;
  readonly #redial: Redial | undefined;
  readonly states: ClientStates = new ClientStates({ add: (listener) => this.events.on("state", listener) }, (state) =>
    this.events.emit("state", state),
  );
  readonly #modules: ModuleTable = new ModuleTable(CLIENT_MODULES);
  readonly #takenOver: boolean;
  #identity: SessionIdentity;
  #reconnector: Reconnector | undefined;
  #serverRemembers: boolean | undefined;
  #resolveClosed: (end: ClientEnd) => void = () => undefined;
  #end: ClientEnd | undefined;
  #closing: Promise<void> | undefined;

  /** The session takes over the handlers that the connection was opened with. */
  constructor({ rpc, identity, takenOver, callTimeoutMs, handlers, redial }: SessionParts) {
    this.#rpc = rpc;
    this.#redial = redial;
    this.#identity = identity;
    this.#takenOver = takenOver;
    this.#callTimeoutMs = callTimeoutMs;
    this.objects = new ObjectTable(this, this.#modules);
    this.#values = new WireValues(this.#modules, (id, className) => this.objects.resolve(id, className));
    this.#held = new HeldEvents((value) => this.#onDroppedEvent(value));
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    handlers.current = {
      event: (value) => this.#onEvent(value),
      problem: (problem) => this.#report(problem),
      lost: (error) => this.#onLost(error),
      ended: (error) => this.#onEnded(error),
    };
    rpc.proceed(({ text }) => ({ send: text }));
  }

  get identity(): SessionIdentity {
    return this.#identity;
  }

  get url(): string {
    return this.#rpc.url;
  }

  async create(type: string, params: CallParams, options: CallOptions | undefined): Promise<RemoteObject> {
    checkParams(`create ${type}`, params);
    const onLateResult = (result: JsonValue): void => this.#releaseLate(result);
    const result = await this.#call("create", { type, constructorParams: params }, { ...options, onLateResult });
    const id = resultValue(result);
    if (typeof id !== "string" || id === "") throw unexpectedMessage(`create ${type}: expected the id of an object`);
    return this.objects.resolve(id, type.slice(type.lastIndexOf(".") + 1));
  }

  /** The object of an id, when the server has it and it is a `className`. */
  async get(className: string, id: string, options: CallOptions | undefined): Promise<RemoteObject> {
    const described = await this.#call("describe", { object: id }, options);
    const names = isJsonObject(described) ? classNames(described.type, described.hierarchy) : [];
    if (!names.includes(className)) {
      throw new TypeError(`get: expected a ${className}, got ${names[0] ?? "something without a class"} ${id}`);
    }
    const known = names.find((name) => this.#modules.class(name) !== undefined);
    return this.objects.resolve(id, known ?? className);
  }

  async invoke(
    node: ObjectNode,
    operation: string,
    params: CallParams,
    returns: string | undefined,
    options: CallOptions | undefined,
  ): Promise<unknown> {
    checkParams(operation, params);
    const operationParams = Object.keys(params).length === 0 ? {} : { operationParams: params };
    const result = await this.#call("invoke", { object: node.id, operation, ...operationParams }, options);
    if (returns === undefined) return undefined;
    return this.#values.read(resultValue(result), returns, `${operation} on ${node.id}`);
  }

  listen(node: ObjectNode, event: string, listener: Listener<unknown>, options?: ListenOptions): Subscription {
    const unusable = this.#unusable(node, event);
    if (unusable !== undefined) {
      this.#report(unusable);
      const ready = Promise.reject(unusable);
      ready.catch(() => undefined);
      return asSubscription(() => undefined, ready);
    }
    if (options?.signal?.aborted === true) return asSubscription(() => undefined, Promise.resolve());
    return this.#channel(node, event).add(listener, options);
  }

  async waitFor(node: ObjectNode, event: string, options: WaitOptions<unknown>): Promise<unknown> {
    const unusable = this.#unusable(node, event);
    if (unusable !== undefined) throw unusable;
    options.signal?.throwIfAborted();
    return this.#channel(node, event).wait(options);
  }

  stream(node: ObjectNode, event: string, options: StreamOptions<unknown>): EventStream<unknown> {
    const unusable = this.#unusable(node, event);
    if (unusable !== undefined) throw unusable;
    checkStreamOptions(options);
    return this.#channel(node, event).stream(options);
  }

  release(node: ObjectNode, options: CallOptions | undefined): Promise<void> {
    if (node.releasing !== undefined) return node.releasing;
    // What the session held went with it.
    if (node.released || node.lost || this.#end?.reason === "closed") return Promise.resolve();
    const releasing = this.#call("release", { object: node.id }, options).then(
      () => this.objects.release(node),
      (error: unknown) => {
        node.releasing = undefined;
        if (error instanceof ObjectLostError) return;
        throw error;
      },
    );
    node.releasing = releasing;
    return releasing;
  }

  /** Ends session and connection. Calls that were made before still get their answers, within a limit. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#end !== undefined) return;
    const error = new ConnectionError("CLIENT_CLOSED", this.url, `the client of ${this.url} was closed`);
    // Nobody can be told goodbye: the server keeps the session until its garbage collection.
    if (this.states.current.status !== "connected") {
      this.#rpc.end(error);
      return;
    }
    const goodbye = this.#call("closeSession", {}, { timeoutMs: CLOSE_SESSION_TIMEOUT_MS });
    this.#rpc.refuseCalls(error);
    try {
      await goodbye;
    } catch (problem) {
      // Without the answer the server keeps the session's objects until its garbage collection.
      if (!(problem instanceof ConnectionError)) this.#report(asError(problem));
    }
    await this.#rpc.close(error);
  }

  #call(method: MethodName, params: CallParams, options: RpcCallOptions | undefined): Promise<JsonValue> {
    const timeoutMs = options?.timeoutMs ?? this.#callTimeoutMs;
    return this.#rpc.call(method, { ...params, sessionId: this.#identity.sessionId }, { ...options, timeoutMs });
  }

  #unusable(node: ObjectNode, event: string): Error | undefined {
    return node.refusal(`on ${event}`) ?? this.#rpc.error;
  }

  #channel(node: ObjectNode, event: string): EventChannel {
    const known = node.channels.get(event);
    if (known !== undefined) return known;
    const object = node.id;
    const channel: EventChannel = new EventChannel({
      subscribe: async ({ onLateResult, ahead }) => {
        const late = (result: JsonValue): void => {
          const id = resultValue(result);
          if (typeof id === "string") onLateResult(id);
        };
        const result = await this.#call("subscribe", { object, type: event }, { onLateResult: late, ahead });
        const id = resultValue(result);
        if (typeof id !== "string") throw unexpectedMessage(`subscribe ${event} on ${object}: expected an id`);
        return id;
      },
      unsubscribe: (subscription) => {
        if (node.released) return;
        this.#call("unsubscribe", { object, subscription }, undefined).catch((error: unknown) => {
          if (!(error instanceof ConnectionError)) this.#report(asError(error));
        });
      },
      report: (problem) => this.#report(problem),
      idle: () => {
        if (node.channels.get(event) === channel) node.channels.delete(event);
        this.objects.prune(node);
      },
    });
    node.channels.set(event, channel);
    channel.deliverLater(this.#held.take(object, event).flatMap((value) => this.#readHeld(value)));
    return channel;
  }

  /** A held event, as none or one: whoever adds a listener must not get the error of an event. */
  #readHeld(value: EventValue): readonly unknown[] {
    try {
      return [this.#values.readEvent(value.type, value.data)];
    } catch (error) {
      this.#report(asError(error));
      return [];
    }
  }

  #onEvent(value: EventValue): void {
    const node = this.objects.find(value.object);
    const channel = node?.channels.get(value.type);
    if (channel !== undefined) channel.deliver(this.#values.readEvent(value.type, value.data));
    // Of a known object the listener has gone meanwhile; of a released one the event was under way.
    else if (node?.object === undefined && !this.objects.wasReleased(value.object)) this.#held.hold(value);
  }

  #onDroppedEvent({ object, type }: EventValue): void {
    // The program that began a session has subscribed to objects that this one need not know.
    if (this.#takenOver || this.objects.find(object) !== undefined || this.objects.wasReleased(object)) return;
    this.#report(unexpectedMessage(`an event ${type} came for an object that this client does not know: ${object}`));
  }

  #onLost(error: ConnectionError): void {
    const redial = this.#redial;
    if (redial === undefined) {
      this.#rpc.end(error);
      return;
    }
    this.#reconnector = new Reconnector({
      limits: redial.limits,
      states: this.states,
      attempt: (signal) => redial.dial((limit) => this.#resume(error, limit), signal),
      giveUp: (final) => this.#rpc.end(final),
    });
    this.#reconnector.start(error);
  }

  /** Takes up the session on a new line, and lets the calls that waited go over it. */
  async #resume(loss: ConnectionError, signal: AbortSignal): Promise<void> {
    const rpc = this.#rpc;
    const previous = this.#identity;
    const { resumed, ...identity } = await resumeSession(rpc, previous, signal);
    if (resumed) {
      if (this.#serverRemembers === undefined && rpc.waiting.some(needsMemory)) {
        this.#serverRemembers = await remembersRequests(rpc, identity.sessionId, signal);
      }
      // It may have ended again right after the last answer.
      if (rpc.lineError !== undefined) throw rpc.lineError;
      rpc.proceed(decideResumed(loss, this.#serverRemembers === true));
    } else {
      if (rpc.lineError !== undefined) throw rpc.lineError;
      this.#identity = identity;
      this.#serverRemembers = undefined;
      this.#held.clear();
      const lost = this.objects.loseAll(SERVER_MANAGER_ID);
      // Before the calls that wait, so that listeners miss nothing of what those do.
      for (const channel of this.objects.find(SERVER_MANAGER_ID)?.channels.values() ?? []) channel.resubscribe();
      rpc.proceed(decideLost(loss, lost.ids, identity.sessionId));
      this.states.set({ status: "connected" });
      if (lost.ids.size > 0) {
        const reason = identity.serverId === previous.serverId ? "sessionExpired" : "serverRestarted";
        this.events.emit("sessionLost", { reason, sessionId: previous.sessionId, objects: lost.objects });
      }
      return;
    }
    this.states.set({ status: "connected" });
  }

  #onEnded(error: ConnectionError): void {
    this.#reconnector?.stop();
    this.#end = error.type === "CLIENT_CLOSED" ? { reason: "closed" } : { reason: "connectionLost", error };
    this.#held.clear();
    this.objects.endAll(error);
    this.#resolveClosed(this.#end);
    this.states.set({ status: "closed", ...this.#end });
    this.events.emit("closed", this.#end);
  }

  /** The answer to a `create` that was given up: nobody knows the object, so it goes. */
  #releaseLate(result: JsonValue): void {
    const object = resultValue(result);
    if (typeof object !== "string" || this.#rpc.error !== undefined) return;
    this.#call("release", { object }, undefined).catch((error: unknown) => {
      if (!(error instanceof ConnectionError)) this.#report(asError(error));
    });
  }

  #report(problem: Error): void {
    if (!this.events.emit("error", problem)) writeToConsole(problem);
  }
}

function writeToConsole(problem: Error): void {
  console.error("kurento client:", problem);
}

/** Where a connection finds its handlers: the session that it belongs to begins after it is open. */
export interface HandlerSlot {
  current: RpcHandlers;
}

/** A class and its ancestors, from the next one up, by their plain names. */
function classNames(type: JsonValue | undefined, hierarchy: JsonValue | undefined): readonly string[] {
  const names: unknown[] = [type].concat(Array.isArray(hierarchy) ? hierarchy : []);
  return names.flatMap((name) => (typeof name === "string" ? [name.slice(name.lastIndexOf(".") + 1)] : []));
}

function resultValue(result: JsonValue): JsonValue | undefined {
  return isJsonObject(result) ? result.value : undefined;
}
