// Kurento's SdpEndpoint: an endpoint that agrees with its peer by session descriptions, once in its life.

import { KurentoError, type OfferOptions } from "@kurento-ts/protocol";
import {
  answerOffer,
  applyAnswer,
  type IceCandidate,
  type LocalSession,
  makeOffer,
  type Negotiation,
  parseSdp,
  SdpError,
  type SessionDescription,
  withCandidates,
  writeSdp,
} from "@kurento-ts/rtp";
import type { SdpEndpoint as SdpEndpointContract } from "../generated/contract.gen.ts";
import { SessionEndpoint } from "./session-endpoint.ts";

/** How far the negotiation is. While one call of the client runs, the others find it `busy`. */
type Phase =
  | { readonly kind: "new" }
  | { readonly kind: "busy" }
  | { readonly kind: "offered"; readonly offer: SessionDescription; readonly local: LocalSession }
  | { readonly kind: "answering"; readonly offer: SessionDescription; readonly local: LocalSession }
  | {
      readonly kind: "negotiated";
      readonly negotiation: Negotiation;
      readonly remote: SessionDescription;
      /** Whether the offer was ours. */
      readonly offered: boolean;
    };

/** What the descriptors of an endpoint carry besides what was negotiated. */
export interface KnownCandidates {
  readonly candidates: readonly IceCandidate[];
  /** Whether there will be no more. */
  readonly complete: boolean;
}

/** One negotiation: an offer of the peer's that is answered, or an offer of our own that the peer answers. */
export abstract class SdpEndpoint extends SessionEndpoint implements SdpEndpointContract {
  #phase: Phase = { kind: "new" };
  #maxAudioRecvBandwidthKbps = 0;
  #maxVideoRecvBandwidthKbps = 0;

  getMaxAudioRecvBandwidth(): number {
    return this.#maxAudioRecvBandwidthKbps;
  }

  /** The most audio that the peer shall send, kbit/s; 0 for no limit. Counts when set before the negotiation. */
  setMaxAudioRecvBandwidth(maxAudioRecvBandwidth: number): void {
    this.#maxAudioRecvBandwidthKbps = maxAudioRecvBandwidth;
  }

  getMaxVideoRecvBandwidth(): number {
    return this.#maxVideoRecvBandwidthKbps;
  }

  /** The most video that the peer shall send, kbit/s; 0 for no limit. */
  setMaxVideoRecvBandwidth(maxVideoRecvBandwidth: number): void {
    this.#maxVideoRecvBandwidthKbps = maxVideoRecvBandwidth;
  }

  /** Makes an offer; an option that is false drops its m-line. Throws 40208 when there was a negotiation already. */
  async generateOffer(options: OfferOptions = {}): Promise<string> {
    this.#requireNew();
    return this.#whileBusy("SDP_END_POINT_GENERATE_OFFER_ERROR", async () => {
      const local = await this.localSession();
      const offer = makeOffer(local, {
        offerToReceiveAudio: options.offerToReceiveAudio ?? true,
        offerToReceiveVideo: options.offerToReceiveVideo ?? true,
      });
      this.#phase = { kind: "offered", offer, local };
      this.onOffered(offer, local);
      return this.getLocalSessionDescriptor();
    });
  }

  /** Answers an offer. Throws 40208 when there was a negotiation already, 40201 for what is no SDP, 40205 when it cannot be answered. */
  async processOffer(offer: string): Promise<string> {
    this.#requireNew();
    if (offer === "") throw new KurentoError("SDP_PARSE_ERROR", "Empty offer not valid");
    return this.#whileBusy("SDP_END_POINT_PROCESS_OFFER_ERROR", async () => {
      const remote = parseSdp(offer);
      const local = await this.localSession();
      const negotiation = answerOffer(remote, local);
      this.#negotiated(negotiation, remote, local, false);
      return this.getLocalSessionDescriptor();
    });
  }

  /** Takes the answer to our offer; answers with our offer. Throws 40209 without an offer, 40210 the second time, 40201, 40206. */
  async processAnswer(answer: string): Promise<string> {
    const phase = this.#phase;
    if (phase.kind === "answering" || (phase.kind === "negotiated" && phase.offered)) {
      throw new KurentoError("SDP_END_POINT_ANSWER_ALREADY_PROCCESED", "Sdp Answer already processed");
    }
    if (phase.kind !== "offered") {
      const message = "Offer not generated. It is not possible to process an answer.";
      throw new KurentoError("SDP_END_POINT_NOT_OFFER_GENERATED", message);
    }
    if (answer === "") throw new KurentoError("SDP_PARSE_ERROR", "Empty answer not valid");
    return this.#whileBusy("SDP_END_POINT_PROCESS_ANSWER_ERROR", async () => {
      const remote = parseSdp(answer);
      const negotiation = applyAnswer(phase.offer, remote, phase.local);
      this.#negotiated(negotiation, remote, phase.local, true);
      return this.getLocalSessionDescriptor();
    });
  }

  /** Our description, with the candidates that are known by now. Throws 40202 before there is one. */
  getLocalSessionDescriptor(): string {
    const phase = this.#phase;
    const { candidates, complete } = this.localCandidates();
    if (phase.kind === "offered") return writeSdp(withCandidates(phase.offer, candidates, complete));
    if (phase.kind === "negotiated") {
      return writeSdp(withCandidates(phase.negotiation.description, candidates, complete));
    }
    throw new KurentoError("SDP_END_POINT_NO_LOCAL_SDP_ERROR", "No local SDP");
  }

  /** The peer's description, with the candidates that it sent by now. Throws 40203 before there is one. */
  getRemoteSessionDescriptor(): string {
    const phase = this.#phase;
    if (phase.kind !== "negotiated") {
      throw new KurentoError("SDP_END_POINT_NO_REMOTE_SDP_ERROR", "No remote SDP");
    }
    const { candidates, complete } = this.remoteCandidates();
    return writeSdp(candidates.length === 0 ? phase.remote : withCandidates(phase.remote, candidates, complete));
  }

  /** What this endpoint brings to the negotiation. Asked for once. */
  protected abstract localSession(): LocalSession | Promise<LocalSession>;

  /** An offer of ours is out. */
  protected abstract onOffered(offer: SessionDescription, local: LocalSession): void;

  /** Both sides have agreed. `offered` tells whether the offer was ours. */
  protected abstract onNegotiated(negotiation: Negotiation, local: LocalSession, offered: boolean): void;

  protected abstract localCandidates(): KnownCandidates;

  protected abstract remoteCandidates(): KnownCandidates;

  #requireNew(): void {
    if (this.#phase.kind === "new") return;
    throw new KurentoError("SDP_END_POINT_ALREADY_NEGOTIATED", "Endpoint already negotiated");
  }

  #negotiated(negotiation: Negotiation, remote: SessionDescription, local: LocalSession, offered: boolean): void {
    this.#phase = { kind: "negotiated", negotiation, remote, offered };
    this.onNegotiated(negotiation, local, offered);
    this.emitSessionStarted();
  }

  /** Runs a step of the negotiation; when it fails, the endpoint is where it was before. */
  async #whileBusy<T>(
    refusal:
      | "SDP_END_POINT_GENERATE_OFFER_ERROR"
      | "SDP_END_POINT_PROCESS_OFFER_ERROR"
      | "SDP_END_POINT_PROCESS_ANSWER_ERROR",
    step: () => Promise<T>,
  ): Promise<T> {
    const before = this.#phase;
    this.#phase = before.kind === "offered" ? { ...before, kind: "answering" } : { kind: "busy" };
    try {
      return await step();
    } catch (error) {
      this.#phase = before;
      if (!(error instanceof SdpError)) throw error;
      const negotiating = error.reason === "unsupported" || error.reason === "mismatch";
      if (negotiating) throw new KurentoError(refusal, error.message, { cause: error });
      throw new KurentoError("SDP_PARSE_ERROR", `Invalid SDP: ${error.message}`, { cause: error });
    }
  }
}
