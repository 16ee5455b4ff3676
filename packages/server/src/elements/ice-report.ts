// Tells what happens on a WebRTC transport in Kurento's words: ICE and DTLS states, candidates, the selected pair.

import type {
  DtlsConnection,
  DtlsConnectionState,
  IceCandidatePair,
  IceComponentState,
  IceConnection,
} from "@kurento-ts/protocol";
import type { EventProperties } from "../generated/contract.gen.ts";
import type { IceState, SelectedCandidatePair, TransportState } from "../transport/transport.ts";

/** The one stream of a bundled session. */
const STREAM_ID = 1;
/** RTP; RTCP shares it. */
const COMPONENT_ID = 1;
const CONNECTION_ID = "dtls-1";

/** An m-line that candidates are announced for. */
export interface CandidateTarget {
  readonly sdpMid: string;
  readonly sdpMLineIndex: number;
}

/** Raises an event of the endpoint. */
export type Emit = <Name extends keyof EventProperties>(type: Name, properties: EventProperties[Name]) => void;

/** States that ICE leaves no more. */
const ICE_STATES: Partial<Record<IceState, IceComponentState>> = {
  checking: "CONNECTING",
  connected: "CONNECTED",
  completed: "READY",
  disconnected: "DISCONNECTED",
  failed: "FAILED",
};

/** Translates; raises each state once, and the connected state before the ready one. */
export class IceReport {
  readonly #emit: Emit;
  #ice: IceComponentState | undefined;
  #dtls: DtlsConnectionState | undefined;
  #pair: SelectedCandidatePair | undefined;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  /** `getIceConnectionState`: empty before gathering. */
  get iceConnections(): readonly IceConnection[] {
    if (this.#ice === undefined) return [];
    return [{ streamId: String(STREAM_ID), componentId: COMPONENT_ID, state: this.#ice }];
  }

  /** `getDtlsConnectionState`: empty before there is a connection to secure. */
  get dtlsConnections(): readonly DtlsConnection[] {
    if (this.#dtls === undefined) return [];
    const streamId = String(STREAM_ID);
    return [{ streamId, componentId: String(COMPONENT_ID), connectionId: CONNECTION_ID, state: this.#dtls }];
  }

  /** `getICECandidatePairs`: empty before a pair was chosen. */
  get candidatePairs(): readonly IceCandidatePair[] {
    return this.#pair === undefined ? [] : [describePair(this.#pair)];
  }

  onGathering(): void {
    this.#changeIce("GATHERING");
  }

  onCandidate(candidate: string, targets: readonly CandidateTarget[]): void {
    for (const target of targets) this.#emit("IceCandidateFound", { candidate: { candidate, ...target } });
  }

  onGatheringDone(): void {
    this.#emit("IceGatheringDone", {});
  }

  onSelectedPair(pair: SelectedCandidatePair): void {
    this.#pair = pair;
    this.#emit("NewCandidatePairSelected", { candidatePair: describePair(pair) });
  }

  onIceState(state: IceState): void {
    const named = ICE_STATES[state];
    if (named === undefined) return;
    if (named === "READY" && this.#ice !== "CONNECTED" && this.#ice !== "READY") this.#changeIce("CONNECTED");
    // ICE goes back from completed to connected when it checks a better pair: nothing that a client should hear of.
    if (named === "CONNECTED" && this.#ice === "READY") return;
    this.#changeIce(named);
    if (named === "CONNECTED" && this.#dtls === undefined) {
      this.#changeDtls("NEW");
      this.#changeDtls("CONNECTING");
    }
  }

  onTransportState(state: TransportState): void {
    if (state === "connected") this.#changeDtls("CONNECTED");
    else if (state === "closed" && this.#dtls !== undefined) this.#changeDtls("CLOSED");
    else if (state === "failed" && this.#dtls !== undefined) this.#changeDtls("FAILED");
    else if (state === "failed") this.#changeIce("FAILED");
  }

  #changeIce(state: IceComponentState): void {
    if (this.#ice === state) return;
    this.#ice = state;
    this.#emit("IceComponentStateChanged", { streamId: STREAM_ID, componentId: COMPONENT_ID, state });
  }

  #changeDtls(state: DtlsConnectionState): void {
    if (this.#dtls === state) return;
    this.#dtls = state;
    this.#emit("DtlsConnectionStateChange", {
      streamId: String(STREAM_ID),
      componentId: String(COMPONENT_ID),
      connectionId: CONNECTION_ID,
      state,
    });
  }
}

function describePair(pair: SelectedCandidatePair): IceCandidatePair {
  return {
    streamId: String(STREAM_ID),
    componentId: COMPONENT_ID,
    localCandidate: pair.local,
    remoteCandidate: pair.remote,
  };
}
