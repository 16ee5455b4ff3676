// WebRtcEndpoint, with an answer for peers that do not trickle, and candidates as browsers give them.

import type { IceCandidate } from "@kurento-ts/protocol";
import { CallTimeoutError } from "../client-errors.ts";
import { GeneratedWebRtcEndpoint } from "../generated/web-rtc-endpoint.gen.ts";
import { type CallOptions, checkCallOptions, watchLimit } from "../rpc/call-limit.ts";

/** A candidate as Kurento or a browser has it: an `RTCIceCandidate`, its JSON, or an `IceCandidate` of an event. */
export interface IceCandidateLike {
  /** The candidate line; empty at the end of candidates. */
  readonly candidate?: string | undefined;
  /** The `mid` of the media. */
  readonly sdpMid?: string | null | undefined;
  /** The index of the media in the session description. */
  readonly sdpMLineIndex?: number | null | undefined;
}

/** How long `answerComplete` takes at most when nothing else is said. */
const COMPLETE_TIMEOUT_MS = 10_000;

/**
 * An endpoint that exchanges media with a browser or another WebRTC peer: ICE, DTLS and SRTP.
 *
 * With trickle: listen to `IceCandidateFound`, call `processOffer`, hand the answer to the peer, call
 * `gatherCandidates`, hand each candidate over, and give the peer's to `addIceCandidate`. Without: `answerComplete`.
 */
export class WebRtcEndpoint extends GeneratedWebRtcEndpoint {
  /**
   * Answers an offer with all candidates inside, for peers and signalling that do not trickle: processes the offer,
   * gathers candidates and waits for the end of that. Rejects with a `CallTimeoutError` when it takes longer than
   * `timeoutMs` altogether, 10,000 unless given.
   *
   * @example
   * await peer.setLocalDescription(await peer.createOffer());
   * const sdp = await endpoint.answerComplete(peer.localDescription.sdp);
   * await peer.setRemoteDescription({ type: "answer", sdp });
   */
  async answerComplete(offer: string, options: CallOptions = {}): Promise<string> {
    checkCallOptions(options);
    options.signal?.throwIfAborted();
    const limit = new AbortController();
    const { signal } = limit;
    // The limit is that of all calls together.
    const inside: CallOptions = { signal, timeoutMs: Number.POSITIVE_INFINITY };
    const stop = watchLimit(
      { signal: options.signal, timeoutMs: options.timeoutMs ?? COMPLETE_TIMEOUT_MS },
      (timeoutMs) => limit.abort(new CallTimeoutError(`answerComplete on ${this.id}`, timeoutMs)),
      (reason) => limit.abort(reason),
    );
    try {
      const gathered = this.once("IceGatheringDone", { signal });
      // When the offer is refused nobody waits for it any more.
      gathered.catch(() => undefined);
      await this.processOffer(offer, inside);
      await this.gatherCandidates(inside);
      await gathered;
      return await this.getLocalSessionDescriptor(inside);
    } finally {
      stop();
      limit.abort();
    }
  }

  /**
   * Tells an address of the peer. It may come at any time, also before the negotiation: it is kept until needed.
   *
   * @param candidate As the browser gives it. What tells the end of its candidates (null, or an empty candidate) is
   * accepted and not sent: Kurento does not ask for it. One of `sdpMid` and `sdpMLineIndex` may be missing, when the
   * `mid` is a number as browsers write it.
   */
  override async addIceCandidate(candidate: IceCandidateLike | null | undefined, options?: CallOptions): Promise<void> {
    if (candidate === null || candidate === undefined || candidate.candidate === "") return;
    if (typeof candidate !== "object") throw new TypeError(`candidate: expected an object, got ${String(candidate)}`);
    await super.addIceCandidate(completeCandidate(candidate), options);
  }
}

/** Kurento needs all three properties, of which browsers may leave out one. */
function completeCandidate({ candidate, sdpMid, sdpMLineIndex }: IceCandidateLike): IceCandidate {
  if (typeof candidate !== "string") {
    throw new TypeError(`candidate.candidate: expected a string, got ${String(candidate)}`);
  }
  const index = sdpMLineIndex ?? (typeof sdpMid === "string" && /^\d+$/.test(sdpMid) ? Number(sdpMid) : undefined);
  if (index === undefined) {
    throw new TypeError("candidate.sdpMLineIndex: expected a number, because candidate.sdpMid is none either");
  }
  return { candidate, sdpMid: sdpMid ?? String(index), sdpMLineIndex: index };
}
