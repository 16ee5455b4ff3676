// What an endpoint needs of a network path to one peer: packets in and out, already decrypted.

/** The state of the path. `failed` and `closed` are final. */
export type TransportState = "new" | "connecting" | "connected" | "disconnected" | "failed" | "closed";

/** One local or remote candidate, as in an `a=candidate` line without the `a=`. */
export interface TransportCandidate {
  readonly candidate: string;
  readonly sdpMid: string;
}

/** What a transport tells its owner. No callback may throw: a native thread stands behind it. */
export interface TransportListener {
  /** One decrypted RTP or RTCP packet. The buffer belongs to the receiver and is not reused. */
  onPacket(packet: Buffer): void;
  onState(state: TransportState): void;
  /** ICE alone: known earlier than DTLS. */
  onIceState(state: "checking" | "connected" | "completed" | "disconnected" | "failed" | "closed"): void;
  /** A local candidate line (`candidate:…`). */
  onCandidate(candidate: string): void;
  onGatheringDone(): void;
}

/** A path to one peer. Made closed; `open` starts it; `close` is idempotent. */
export interface Transport {
  readonly state: TransportState;
  /** Sends one RTP or RTCP packet; the bytes are copied before it returns. False when the path is not open. */
  send(packet: Uint8Array): boolean;
  addRemoteCandidate(candidate: string): void;
  close(): void;
}
