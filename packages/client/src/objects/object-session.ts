// What a client object needs of the session that it belongs to.

import type { Listener, ListenOptions } from "../listeners.ts";
import type { CallOptions } from "../rpc/call-limit.ts";
import type { CallParams } from "../rpc/rpc-connection.ts";
import type { Subscription, WaitOptions } from "./event-channel.ts";
import type { ObjectNode } from "./object-node.ts";
import type { RemoteObject } from "./remote-object.ts";

/** The session, seen from its objects. */
export interface ObjectSession {
  /** Calls an operation; `returns` is the KMD type of the result, undefined when there is none. */
  invoke(
    node: ObjectNode,
    operation: string,
    params: CallParams,
    returns: string | undefined,
    options: CallOptions | undefined,
  ): Promise<unknown>;
  /** Creates an object. */
  create(type: string, params: CallParams, options: CallOptions | undefined): Promise<RemoteObject>;
  /** Adds a listener for an event of an object. */
  listen(node: ObjectNode, event: string, listener: Listener<unknown>, options?: ListenOptions): Subscription;
  /** Waits for an event of an object. */
  waitFor(node: ObjectNode, event: string, options: WaitOptions<unknown>): Promise<unknown>;
  /** Releases an object with its children. */
  release(node: ObjectNode, options: CallOptions | undefined): Promise<void>;
}
