// Types of peers.mjs, for the tests.

/** The names of the peers. */
export type PeerName = "chromium" | "firefox" | "dot";

/** Each peer: how it is found, and how to get it. */
export const PEERS: Readonly<
  Record<PeerName, { readonly variable: string; readonly debian: string; readonly elsewhere: string }>
>;

/** The path of a peer's program, or undefined when this machine has none. */
export function findPeer(name: PeerName): string | undefined;

/** Installs missing peers where that is safe; returns the names that are still missing. */
export function installPeers(): PeerName[];
