// Which connection carries which session: at most one session a connection, at most one connection a session.

import type { Connection } from "./connection.ts";

/** A binding as it was, to go back to when the request that changed it failed. */
export interface BindingBefore {
  readonly connection: Connection;
  readonly sessionId: string;
  readonly connectionHad: string | undefined;
  readonly sessionWasOn: Connection | undefined;
}

/** The bindings. Events of a session go to its connection; without one they are lost, as on Kurento. */
export class Bindings {
  readonly #connections = new Map<string, Connection>();
  readonly #sessions = new Map<Connection, string>();

  /** The connection that used the session last, while it is open. */
  connectionOf(sessionId: string): Connection | undefined {
    return this.#connections.get(sessionId);
  }

  /** The session that the connection used last. */
  sessionOf(connection: Connection): string | undefined {
    return this.#sessions.get(connection);
  }

  /** Binds both to each other and to nobody else. A closed connection is not bound. */
  bind(connection: Connection, sessionId: string): BindingBefore {
    const before: BindingBefore = {
      connection,
      sessionId,
      connectionHad: this.#sessions.get(connection),
      sessionWasOn: this.#connections.get(sessionId),
    };
    if (before.connectionHad === sessionId || connection.isClosed) return before;
    this.unbind(connection);
    if (before.sessionWasOn !== undefined) this.unbind(before.sessionWasOn);
    this.#connections.set(sessionId, connection);
    this.#sessions.set(connection, sessionId);
    return before;
  }

  /** Goes back to what was before a {@link bind}, unless something else was bound since. */
  restore(before: BindingBefore): void {
    const { connection, sessionId, connectionHad, sessionWasOn } = before;
    if (connectionHad === sessionId || this.#sessions.get(connection) !== sessionId) return;
    this.unbind(connection);
    if (connectionHad !== undefined && !this.#connections.has(connectionHad)) this.bind(connection, connectionHad);
    if (sessionWasOn !== undefined && !this.#sessions.has(sessionWasOn)) this.bind(sessionWasOn, sessionId);
  }

  /** Forgets a connection. */
  unbind(connection: Connection): void {
    const sessionId = this.#sessions.get(connection);
    if (sessionId === undefined) return;
    this.#sessions.delete(connection);
    this.#connections.delete(sessionId);
  }
}
