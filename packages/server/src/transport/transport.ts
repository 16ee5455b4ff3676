// What an endpoint needs of a network path to one peer: packets in and out, already decrypted.

/** The state of the path, ICE and DTLS together. `connected` means that `send` works. `failed` and `closed` are final. */
export type TransportState = "new" | "connecting" | "connected" | "disconnected" | "failed" | "closed";

/** The state of ICE alone; `connected` is known before DTLS is done. */
export type IceState = "new" | "checking" | "connected" | "completed" | "disconnected" | "failed" | "closed";

/** The pair that ICE chose, as candidate lines (`candidate:…`). */
export interface SelectedCandidatePair {
  readonly local: string;
  readonly remote: string;
}

/**
 * What a transport tells its owner. Called from the event loop, never inside a call of the owner but for `close`'s own
 * state. An exception in a listener ends nothing: it is caught and comes back through `onWarning`. Nothing is called
 * after `onState("closed")`.
 */
export interface TransportListener {
  /** One decrypted RTP or RTCP packet. The buffer belongs to the receiver and is not reused. */
  onPacket(packet: Buffer): void;
  onState(state: TransportState): void;
  onIceState(state: IceState): void;
  /** A local candidate line (`candidate:…`, without `a=`). Each one once, all before `onGatheringDone`. */
  onCandidate(candidate: string): void;
  onGatheringDone(): void;
  /** ICE chose a pair, or another one. */
  onSelectedPair(pair: SelectedCandidatePair): void;
  /** Something went wrong: the reason of a `failed` state (before that state), or what was ignored. For the log. */
  onWarning(message: string, error?: unknown): void;
}

/** A path to one peer. Made closed; `open` starts it; `close` is idempotent. */
export interface Transport {
  readonly state: TransportState;
  /** Starts gathering and connecting. A second call does nothing. Failures arrive as state `failed`. */
  open(): void;
  /** Sends one RTP or RTCP packet; the bytes are copied before it returns. False when the path is not open. Never throws. */
  send(packet: Uint8Array): boolean;
  /**
   * Takes a remote candidate line at any time; early ones are kept. False when it is of no use here (malformed, TCP,
   * a name instead of an address, a second time, or one too many): then nothing happens. Never throws.
   */
  addRemoteCandidate(candidate: string): boolean;
  close(): void;
}
