// Sessions and what they refer to. A session owns objects by referring to them; an unused session ends after two ticks.

import type { DirectoryEntry, Session } from "./directory-entry.ts";

/** What the owner of the sessions is told. */
export interface SessionsListener {
  /** No session refers to an object any more. Told of the topmost one; what is below it goes with it. */
  onAbandoned(entry: DirectoryEntry): void;
  /** A session gave up an object. */
  onForgotten(sessionId: string, objectId: string): void;
  /** A session ended; its objects were given up. */
  onEnded(sessionId: string): void;
}

/**
 * The sessions and their references, with Kurento's rules: referring to an object refers to all its parents; a new
 * object is referred to by every session that refers to its parent; giving up an object gives up what is below it.
 */
export class Sessions {
  readonly #sessions = new Map<string, Session>();
  readonly #listener: SessionsListener;

  constructor(listener: SessionsListener) {
    this.#listener = listener;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** The ids of all sessions, sorted. */
  ids(): string[] {
    return [...this.#sessions.keys()].sort();
  }

  get(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  /** The session with that id, made when there is none: any id that a client chooses is good. */
  getOrCreate(id: string): Session {
    const known = this.#sessions.get(id);
    if (known !== undefined) {
      known.inUse = true;
      return known;
    }
    const session: Session = { id, objects: new Set(), inUse: true };
    this.#sessions.set(id, session);
    return session;
  }

  /** Makes a session refer to an object and its parents. */
  ref(session: Session, entry: DirectoryEntry): void {
    for (let each: DirectoryEntry | undefined = entry; each !== undefined; each = each.parent) {
      each.sessions.add(session);
      session.objects.add(each);
    }
  }

  /** A new object: its maker refers to it, and so does every session that refers to its parent. */
  refNew(session: Session, entry: DirectoryEntry): void {
    for (const other of entry.parent?.sessions ?? []) this.ref(other, entry);
    this.ref(session, entry);
  }

  /** A session gives up an object and what is below it. Without another session the object ends. */
  unref(session: Session, entry: DirectoryEntry): void {
    this.#forget(session, entry);
    this.#collect(entry);
  }

  /** An object is gone or ends for everybody: no session refers to it or what is below it any more. */
  dropObject(entry: DirectoryEntry): void {
    for (const session of [...entry.sessions]) this.#forget(session, entry);
  }

  /** Ends a session; objects that no other session refers to end. */
  close(session: Session): void {
    this.#sessions.delete(session.id);
    const roots = [...session.objects].filter((entry) => entry.parent === undefined);
    for (const root of roots) this.unref(session, root);
    this.#listener.onEnded(session.id);
  }

  /** Forgets all sessions, when the objects are gone already. */
  clear(): void {
    this.#sessions.clear();
  }

  /** One round of garbage collection: ends sessions that were unused and without a connection for a period; tells how many. */
  collectGarbage(isConnected: (sessionId: string) => boolean): number {
    const ended: Session[] = [];
    for (const session of [...this.#sessions.values()]) {
      if (isConnected(session.id)) session.inUse = true;
      else if (session.inUse) session.inUse = false;
      else ended.push(session);
    }
    for (const session of ended) this.close(session);
    return ended.length;
  }

  #forget(session: Session, entry: DirectoryEntry): void {
    if (!entry.sessions.delete(session)) return;
    session.objects.delete(entry);
    this.#listener.onForgotten(session.id, entry.id);
    for (const child of entry.children) this.#forget(session, child);
  }

  #collect(entry: DirectoryEntry): void {
    if (entry.sessions.size === 0) {
      this.#listener.onAbandoned(entry);
      return;
    }
    for (const child of [...entry.children]) this.#collect(child);
  }
}
