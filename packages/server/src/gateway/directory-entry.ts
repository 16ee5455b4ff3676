// A media object as the gateway knows it, and the sessions that hold it: each refers to the other.

import type { HostLink } from "./host-link.ts";

/** One object. Written before its host is asked to make it, forgotten before its host is asked to end it. */
export interface DirectoryEntry {
  readonly id: string;
  readonly className: string;
  readonly parent: DirectoryEntry | undefined;
  readonly children: Set<DirectoryEntry>;
  /** The sessions that refer to it. When none is left the object is destroyed. */
  readonly sessions: Set<Session>;
  readonly host: HostLink;
  /** `creating` until its host made it: nobody but its host may use it so early. */
  state: "creating" | "ready";
}

/** A client's session. It exists as soon as it has referred to an object (the ServerManager counts), as on Kurento. */
export interface Session {
  readonly id: string;
  readonly objects: Set<DirectoryEntry>;
  /** False from one garbage collection on until it is used; still false at the next one ends it. */
  inUse: boolean;
}
