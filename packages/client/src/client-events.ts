// The events of a client.

import type { ClientEnd, ClientState } from "./client-state.ts";
import type { RemoteObject } from "./objects/remote-object.ts";

/** The events of a client. */
export interface ClientEvents {
  /** The client has ended, and every call on it or its objects fails. Comes once. */
  closed: ClientEnd;
  /**
   * Something went wrong that no call can report: a refused subscription, a listener that threw, a message that
   * makes no sense. The client goes on. Written to the console when nobody listens.
   */
  error: Error;
  /** The connection's state has changed. */
  state: ClientState;
  /**
   * The session is gone, with objects in it. They stay lost; the client goes on in a new session. A session without
   * objects is renewed silently. Comes right after the state `connected`.
   */
  sessionLost: SessionLoss;
}

/** What was lost with a session. */
export interface SessionLoss {
  /** Whether the server is another process than before, or the same one which no longer has the session. */
  readonly reason: "serverRestarted" | "sessionExpired";
  /** The session that is gone. */
  readonly sessionId: string;
  /** The objects of the session that the application held or listened to. */
  readonly objects: readonly RemoteObject[];
}
