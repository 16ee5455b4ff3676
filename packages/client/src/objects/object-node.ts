// What the client keeps of one object of the server: its place among the others, its listeners, whether it still exists.

import { ObjectLostError, ObjectReleasedError } from "../client-errors.ts";
import type { Listener, ListenOptions } from "../listeners.ts";
import type { CallOptions } from "../rpc/call-limit.ts";
import type { CallParams } from "../rpc/rpc-connection.ts";
import type { EventChannel, EventStream, StreamOptions, Subscription, WaitOptions } from "./event-channel.ts";
import type { ObjectPort } from "./object-port.ts";
import type { RemoteObject } from "./remote-object.ts";

/** The session, seen from its nodes: what an `ObjectPort` does, for the node that it is given. */
export interface ObjectSession {
  invoke(
    node: ObjectNode,
    operation: string,
    params: CallParams,
    returns: string | undefined,
    options: CallOptions | undefined,
  ): Promise<unknown>;
  create(type: string, params: CallParams, options: CallOptions | undefined): Promise<RemoteObject>;
  listen(node: ObjectNode, event: string, listener: Listener<unknown>, options?: ListenOptions): Subscription;
  waitFor(node: ObjectNode, event: string, options: WaitOptions<unknown>): Promise<unknown>;
  stream(node: ObjectNode, event: string, options: StreamOptions<unknown>): EventStream<unknown>;
  release(node: ObjectNode, options: CallOptions | undefined): Promise<void>;
}

/**
 * One known object id. The client object itself is held weakly, so that an application which looks at many objects of
 * others keeps none of them; an id that has listeners or known children stays.
 */
export class ObjectNode implements ObjectPort<RemoteObject> {
  readonly id: string;
  readonly type: string;
  readonly parent: ObjectNode | undefined;
  readonly children: Set<ObjectNode> = new Set();
  /** The events that have listeners, by name. */
  readonly channels: Map<string, EventChannel> = new Map();
  /** The client object, while the application holds it. */
  object: WeakRef<RemoteObject> | undefined;
  /** The release that is under way or done. */
  releasing: Promise<void> | undefined;
  released = false;
  lost = false;
  readonly #session: ObjectSession;

  constructor(session: ObjectSession, id: string, type: string, parent: ObjectNode | undefined) {
    this.#session = session;
    this.id = id;
    this.type = type;
    this.parent = parent;
  }

  refusal(what: string): Error | undefined {
    if (this.released || this.releasing !== undefined) return new ObjectReleasedError(what, this.id);
    return this.lost ? new ObjectLostError(what, this.id) : undefined;
  }

  invoke(
    operation: string,
    params: CallParams,
    returns: string | undefined,
    options: CallOptions | undefined,
  ): Promise<unknown> {
    return this.#session.invoke(this, operation, params, returns, options);
  }

  create(type: string, params: CallParams, options: CallOptions | undefined): Promise<RemoteObject> {
    return this.#session.create(type, params, options);
  }

  listen(event: string, listener: Listener<unknown>, options?: ListenOptions): Subscription {
    return this.#session.listen(this, event, listener, options);
  }

  waitFor(event: string, options: WaitOptions<unknown>): Promise<unknown> {
    return this.#session.waitFor(this, event, options);
  }

  stream(event: string, options: StreamOptions<unknown>): EventStream<unknown> {
    return this.#session.stream(this, event, options);
  }

  release(options: CallOptions | undefined): Promise<void> {
    return this.#session.release(this, options);
  }
}
