// Who wants which events of which object. However often a session subscribes, an event reaches it once.

import { randomUUID } from "node:crypto";

/** The subscriptions of all sessions. */
export class Subscriptions {
  /** object → event type → session → its subscription ids. */
  readonly #byObject = new Map<string, Map<string, Map<string, Set<string>>>>();

  /** Adds a subscription and returns its id. */
  subscribe(sessionId: string, object: string, type: string): string {
    const types = childMap(this.#byObject, object);
    const sessions = childMap(types, type);
    const ids = sessions.get(sessionId) ?? new Set();
    const id = randomUUID();
    sessions.set(sessionId, ids.add(id));
    return id;
  }

  /** Ends one subscription of a session; an unknown one is ignored, as on Kurento. */
  unsubscribe(sessionId: string, object: string, subscription: string): void {
    for (const [type, sessions] of this.#byObject.get(object) ?? []) {
      const ids = sessions.get(sessionId);
      if (ids?.delete(subscription) !== true || ids.size > 0) continue;
      this.#drop(object, type, sessionId);
    }
  }

  /** The sessions that want an event, each once. */
  sessionsFor(object: string, type: string): Iterable<string> {
    return this.#byObject.get(object)?.get(type)?.keys() ?? [];
  }

  /** Ends what a session subscribed to on one object. */
  dropForSession(sessionId: string, object: string): void {
    for (const type of [...(this.#byObject.get(object)?.keys() ?? [])]) this.#drop(object, type, sessionId);
  }

  /** Ends everything on an object that is gone. */
  dropObject(object: string): void {
    this.#byObject.delete(object);
  }

  #drop(object: string, type: string, sessionId: string): void {
    const types = this.#byObject.get(object);
    const sessions = types?.get(type);
    sessions?.delete(sessionId);
    if (sessions?.size === 0) types?.delete(type);
    if (types?.size === 0) this.#byObject.delete(object);
  }
}

function childMap<K, L, V>(map: Map<K, Map<L, V>>, key: K): Map<L, V> {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = new Map<L, V>();
  map.set(key, made);
  return made;
}
