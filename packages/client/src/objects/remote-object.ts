// What every client object can do: call operations, hear events, be released.

import { ConnectionError } from "../client-errors.ts";
import type { Listener, ListenOptions } from "../listeners.ts";
import { type CallOptions, checkCallOptions } from "../rpc/call-limit.ts";
import type { CallParams } from "../rpc/rpc-connection.ts";
import type { EventStream, StreamOptions, Subscription, WaitOptions } from "./event-channel.ts";
import type { ObjectPort } from "./object-port.ts";

/**
 * What the compiler knows of a class: the names of the class and its ancestors, which keep a class from standing for
 * another one with the same members, and the events that it raises.
 */
export interface ClassInfo<Names extends string, Events extends object> {
  readonly names: Readonly<Record<Names, true>>;
  readonly events: Events;
}

/** The events of a class: a map from names to data. */
export type EventsOf<Class extends RemoteObject> = Class["~class"]["events"];

/** The names of the events that a class raises. */
export type EventNameOf<Class extends RemoteObject> = keyof EventsOf<Class> & string;

/**
 * An object of the media server. It is no promise (`await` gives the object itself), it is the same JavaScript object
 * for the same id as long as the application holds it, and JSON writes it as its id.
 */
export class RemoteObject {
  /** For the compiler only; there is no such property when the program runs. */
  declare readonly "~class": ClassInfo<never, object>;
  /** The id of the object on the server. */
  readonly id: string;
  /** The name of its class as the server has it, for example `WebRtcEndpoint`. */
  readonly type: string;
  readonly #port: ObjectPort<RemoteObject>;

  /** Objects are made by `create` and by calls that return them. */
  constructor(port: ObjectPort<RemoteObject>) {
    this.id = port.id;
    this.type = port.type;
    this.#port = port;
  }

  /** True once the object was released by this client, itself or with its parent. */
  get released(): boolean {
    return this.#port.released;
  }

  /**
   * True once the object's session was found to be gone, after a restart of the server or too long without a
   * connection. Calls on the object fail with an `ObjectLostError`; there is nothing to release.
   */
  get lost(): boolean {
    return this.#port.lost;
  }

  /**
   * Calls `listener` with each event of that name. The subscription is written before any call made after it, and all
   * listeners of an event share one. Returns what removes the listener.
   */
  on<Class extends RemoteObject, Name extends EventNameOf<Class>>(
    this: Class,
    name: Name,
    listener: (event: EventsOf<Class>[Name]) => unknown,
    options?: ListenOptions,
  ): Subscription {
    // The session turns the data of the wire into the type of the event.
    return this.#port.listen(name, listener as Listener<unknown>, options);
  }

  /**
   * The next event of that name. Rejects when the signal aborts, when the server refuses the subscription, and when
   * the object is released or lost, or the client ends.
   */
  async once<Class extends RemoteObject, Name extends EventNameOf<Class>>(
    this: Class,
    name: Name,
    options: WaitOptions<EventsOf<Class>[Name]> = {},
  ): Promise<EventsOf<Class>[Name]> {
    const event = await this.#port.waitFor(name, options as WaitOptions<unknown>);
    return event as EventsOf<Class>[Name];
  }

  /**
   * The events of that name from now on, for one `for await`. The loop ends when the object is released or the client
   * closed, and throws when the signal aborts, when the server refuses the subscription, and when the object or the
   * connection is lost. Events that come faster than they are taken wait, in a bounded number.
   *
   * @example
   * for await (const { candidate } of endpoint.events("IceCandidateFound")) send(candidate);
   */
  events<Class extends RemoteObject, Name extends EventNameOf<Class>>(
    this: Class,
    name: Name,
    options: StreamOptions<EventsOf<Class>[Name]> = {},
  ): EventStream<EventsOf<Class>[Name]> {
    const events = this.#port.stream(name, options as StreamOptions<unknown>);
    return events as EventStream<EventsOf<Class>[Name]>;
  }

  /**
   * Releases the object on the server, for every session, with its children. Every caller gets the same promise. From
   * the first call on the object takes no other call.
   */
  release(options?: CallOptions): Promise<void> {
    return this.#port.release(options);
  }

  /**
   * Releases the object. Without a connection nothing can be released, and what made the connection end has been told:
   * then this does nothing, so that the error of the block is not hidden behind another one.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.release();
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
    }
  }

  /** Class and id. */
  toString(): string {
    return `${this.type} ${this.id}`;
  }

  /** The id, which is what the server takes for a reference. */
  toJSON(): string {
    return this.id;
  }

  /** Calls an operation; `returns` is the KMD type of its result. Generated methods use it. */
  protected async invoke<Result = undefined>(
    operation: string,
    params: CallParams,
    options: CallOptions | undefined,
    returns?: string,
  ): Promise<Result> {
    checkCallOptions(options);
    this.#checkUsable(operation);
    // The session has compared the result with the type.
    return (await this.#port.invoke(operation, params, returns, options)) as Result;
  }

  /** Creates an object that belongs to this one. */
  protected async createChild(
    type: string,
    params: CallParams,
    options: CallOptions | undefined,
  ): Promise<RemoteObject> {
    checkCallOptions(options);
    this.#checkUsable(`create ${type}`);
    return await this.#port.create(type, params, options);
  }

  #checkUsable(what: string): void {
    const refusal = this.#port.refusal(what);
    if (refusal !== undefined) throw refusal;
  }
}
