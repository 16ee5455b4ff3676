// What the benchmark and the processes of its peers tell each other.
import type { Role } from "./peer-sdp.ts";

/** Benchmark → peer process. */
export type PeerOrder =
  /** Make a peer; answered by `offer`. */
  | { readonly kind: "make"; readonly peer: number; readonly role: Role }
  /** Take the server's answer; answered by `connected` or `failed`. */
  | { readonly kind: "answer"; readonly peer: number; readonly sdp: string }
  /** The presenter of this process begins to send, or pauses. */
  | { readonly kind: "start" }
  | { readonly kind: "pause" }
  /** Say what was counted since the last time, and begin anew. */
  | { readonly kind: "count" };

/** What the peers of one process sent and received since the last count. */
export interface PeerCount {
  readonly sentPackets: number;
  readonly sentFrames: number;
  readonly packets: number;
  /** Video frames of which every packet arrived. */
  readonly frames: number;
  /** Milliseconds from the presenter's send to the viewer's callback, of a sample of the packets. */
  readonly delaysMs: readonly number[];
}

/** Peer process → benchmark. */
export type PeerReport =
  | { readonly kind: "ready" }
  | { readonly kind: "offer"; readonly peer: number; readonly sdp: string }
  | { readonly kind: "connected"; readonly peer: number }
  | { readonly kind: "failed"; readonly peer: number; readonly reason: string }
  | { readonly kind: "count"; readonly count: PeerCount };
