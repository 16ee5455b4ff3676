// Every media object the gateway knows: its class, parent, host and the sessions that hold it. No media here.

import type { DirectoryEntry } from "./directory-entry.ts";
import type { HostLink } from "./host-link.ts";

/** The objects by id. */
export class ObjectDirectory {
  readonly #entries = new Map<string, DirectoryEntry>();

  /** How many objects there are, those still being made included. */
  get size(): number {
    return this.#entries.size;
  }

  /** Writes an object that its host is about to make. */
  add(entry: Pick<DirectoryEntry, "id" | "className" | "parent" | "host">): DirectoryEntry {
    const added: DirectoryEntry = { ...entry, children: new Set(), sessions: new Set(), state: "creating" };
    this.#entries.set(added.id, added);
    added.parent?.children.add(added);
    return added;
  }

  /** The object with that id, when it can be used. */
  get(id: string): DirectoryEntry | undefined {
    const entry = this.#entries.get(id);
    return entry?.state === "ready" ? entry : undefined;
  }

  /** Whether the object still stands in the directory, ready or not. */
  has(entry: DirectoryEntry): boolean {
    return this.#entries.get(entry.id) === entry;
  }

  /** Forgets an object and what is below it; returns them, children before parents. */
  remove(entry: DirectoryEntry): DirectoryEntry[] {
    if (!this.has(entry)) return [];
    const removed: DirectoryEntry[] = [];
    for (const child of [...entry.children]) removed.push(...this.remove(child));
    entry.parent?.children.delete(entry);
    this.#entries.delete(entry.id);
    removed.push(entry);
    return removed;
  }

  /** The objects without a parent, ready ones only, in the order in which they were made. */
  roots(): DirectoryEntry[] {
    return [...this.#entries.values()].filter((entry) => entry.parent === undefined && entry.state === "ready");
  }

  /** The objects of one host that have no parent, ready or not. */
  rootsOf(host: HostLink): DirectoryEntry[] {
    return [...this.#entries.values()].filter((entry) => entry.parent === undefined && entry.host === host);
  }
}
