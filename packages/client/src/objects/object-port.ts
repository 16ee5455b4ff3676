// What a client object needs of the session that it belongs to.

import type { Listener, ListenOptions } from "../listeners.ts";
import type { CallOptions } from "../rpc/call-limit.ts";
import type { CallParams } from "../rpc/rpc-connection.ts";
import type { EventStream, StreamOptions, Subscription, WaitOptions } from "./event-channel.ts";

/** The session, seen from one object; `Made` is what `create` makes. */
export interface ObjectPort<Made> {
  readonly id: string;
  /** The class that the server says or the id names. */
  readonly type: string;
  /** True when the object was released by this client, itself or with its parent or the session. */
  readonly released: boolean;
  /** True when the object went with a session that is gone. */
  readonly lost: boolean;
  /** Why the object takes no call, described by `what`; undefined when it does. */
  refusal(what: string): Error | undefined;
  /** Calls an operation; `returns` is the KMD type of the result, undefined when there is none. */
  invoke(
    operation: string,
    params: CallParams,
    returns: string | undefined,
    options: CallOptions | undefined,
  ): Promise<unknown>;
  /** Creates an object. */
  create(type: string, params: CallParams, options: CallOptions | undefined): Promise<Made>;
  /** Adds a listener for an event of the object. */
  listen(event: string, listener: Listener<unknown>, options?: ListenOptions): Subscription;
  /** Waits for an event of the object. */
  waitFor(event: string, options: WaitOptions<unknown>): Promise<unknown>;
  /** Follows an event of the object. */
  stream(event: string, options: StreamOptions<unknown>): EventStream<unknown>;
  /** Releases the object with its children. */
  release(options: CallOptions | undefined): Promise<void>;
}
