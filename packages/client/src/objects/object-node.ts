// What the client keeps of one object of the server: its place among the others, its listeners, whether it still exists.

import type { EventChannel } from "./event-channel.ts";
import type { ObjectSession } from "./object-session.ts";
import type { RemoteObject } from "./remote-object.ts";

/**
 * One known object id. The client object itself is held weakly, so that an application which looks at many objects of
 * others keeps none of them; an id that has listeners or known children stays.
 */
export class ObjectNode {
  readonly id: string;
  /** The class that the server says or the id names, for example `WebRtcEndpoint`. */
  readonly type: string;
  readonly session: ObjectSession;
  readonly parent: ObjectNode | undefined;
  readonly children: Set<ObjectNode> = new Set();
  /** The events that have listeners, by name. */
  readonly channels: Map<string, EventChannel> = new Map();
  /** The client object, while the application holds it. */
  object: WeakRef<RemoteObject> | undefined;
  /** The release that is under way or done. */
  releasing: Promise<void> | undefined;
  /** True when the object was released by this client, itself or with its parent or the session. */
  released = false;

  constructor(session: ObjectSession, id: string, type: string, parent: ObjectNode | undefined) {
    this.session = session;
    this.id = id;
    this.type = type;
    this.parent = parent;
  }
}
