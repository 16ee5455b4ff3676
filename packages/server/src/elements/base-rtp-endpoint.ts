// Kurento's BaseRtpEndpoint: what all endpoints that speak RTP have in common (bandwidths, states, keyframes).

import { type ConnectionState, KurentoError, type MediaState, type RembParams } from "@kurento-ts/protocol";
import type { BaseRtpEndpoint as BaseRtpEndpointContract } from "../generated/contract.gen.ts";
import { completeRembParams } from "./remb-params.ts";
import { SdpEndpoint } from "./sdp-endpoint.ts";

const KEEPS_BITRATE = "what is forwarded keeps its bitrate";

/** The base of endpoints that send and receive RTP. */
export abstract class BaseRtpEndpoint extends SdpEndpoint implements BaseRtpEndpointContract {
  #minVideoRecvBandwidthKbps = 100;
  #minVideoSendBandwidthKbps = 100;
  #maxVideoSendBandwidthKbps = 500;
  #mtu = 1200;
  #rembParams: RembParams = {};
  #mediaState: MediaState = "DISCONNECTED";
  #connectionState: ConnectionState = "DISCONNECTED";

  getMinVideoRecvBandwidth(): number {
    return this.#minVideoRecvBandwidthKbps;
  }

  /** Stored: a sending peer is asked for no less than 30 kbit/s, whatever is set. */
  setMinVideoRecvBandwidth(minVideoRecvBandwidth: number): void {
    this.#minVideoRecvBandwidthKbps = minVideoRecvBandwidth;
  }

  getMinVideoSendBandwidth(): number {
    return this.#minVideoSendBandwidthKbps;
  }

  /** The least to encode for the peer, kbit/s. Stored; what is forwarded keeps its bitrate. */
  setMinVideoSendBandwidth(minVideoSendBandwidth: number): void {
    this.warnWithoutEffect("BaseRtpEndpoint.minVideoSendBandwidth", KEEPS_BITRATE);
    this.#minVideoSendBandwidthKbps = minVideoSendBandwidth;
  }

  getMaxVideoSendBandwidth(): number {
    return this.#maxVideoSendBandwidthKbps;
  }

  /** The most to encode for the peer, kbit/s. Stored; what is forwarded keeps its bitrate. */
  setMaxVideoSendBandwidth(maxVideoSendBandwidth: number): void {
    this.warnWithoutEffect("BaseRtpEndpoint.maxVideoSendBandwidth", KEEPS_BITRATE);
    this.#maxVideoSendBandwidthKbps = maxVideoSendBandwidth;
  }

  getMediaState(): MediaState {
    return this.#mediaState;
  }

  getConnectionState(): ConnectionState {
    return this.#connectionState;
  }

  getMtu(): number {
    return this.#mtu;
  }

  /** The longest packet to make, bytes. Stored; packets that are forwarded keep their size. */
  setMtu(mtu: number): void {
    this.warnWithoutEffect("BaseRtpEndpoint.mtu", "packets are forwarded in the size in which they come");
    this.#mtu = mtu;
  }

  /** What was set, completed by the defaults; empty while nothing was set. */
  getRembParams(): RembParams {
    return this.#rembParams;
  }

  /** Parameters of Kurento's estimation. Stored; see `docs/compatibility.md` for which of them count here. */
  setRembParams(rembParams: RembParams): void {
    if (typeof rembParams.packetsRecvIntervalTop === "number") {
      this.warnWithoutEffect("RembParams.packetsRecvIntervalTop", "the estimation goes by time, not by packets");
    }
    this.#rembParams = completeRembParams(rembParams);
  }

  /** Asks the video source that feeds this endpoint for a keyframe. Throws 40111 when none does. */
  requestKeyframe(): void {
    const input = this.input("VIDEO");
    if (input.source === undefined) {
      const message = "Keyframe request failed (must be requested from a subscriber element)";
      throw new KurentoError("MEDIA_OBJECT_OPERATION_NOT_SUPPORTED", message);
    }
    input.track?.requestKeyframe();
  }

  /** Sets the state and tells it when it is another one. */
  protected changeMediaState(newState: MediaState): void {
    const oldState = this.#mediaState;
    if (oldState === newState) return;
    this.#mediaState = newState;
    this.emit("MediaStateChanged", { oldState, newState });
  }

  /** Sets the state and tells it when it is another one. */
  protected changeConnectionState(newState: ConnectionState): void {
    const oldState = this.#connectionState;
    if (oldState === newState) return;
    this.#connectionState = newState;
    this.emit("ConnectionStateChanged", { oldState, newState });
  }
}
