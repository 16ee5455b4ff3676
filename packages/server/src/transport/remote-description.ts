// The remote side of a connection as our negotiation knows it, and the SDP in which the native library is told of it.

import type { Fingerprint } from "./certificate.ts";
import { faultInIceCredentials, type IceCredentials } from "./ice-credentials.ts";

/** Who starts the DTLS handshake: the active side does (RFC 4145, RFC 5763). */
export type DtlsSetup = "actpass" | "active" | "passive";

/** What the peer's SDP says of its transport. */
export interface RemoteParameters extends IceCredentials {
  /** Whether the peer's SDP was the offer or the answer; the side that offered leads ICE. */
  readonly type: "offer" | "answer";
  readonly fingerprint: Fingerprint;
  readonly setup: DtlsSetup;
  /** The peer said `a=ice-lite`. */
  readonly iceLite?: boolean;
}

/** What we write as `a=setup` in an answer to an offer with `setup`: active where we may choose, as Kurento does. */
export function answeringSetup(setup: DtlsSetup): "active" | "passive" {
  return setup === "active" ? "passive" : "active";
}

const HASH_BYTES: ReadonlyMap<string, number> = new Map([
  ["sha-1", 20],
  ["sha-224", 28],
  ["sha-256", 32],
  ["sha-384", 48],
  ["sha-512", 64],
]);

/** Checks the remote parameters. @throws TypeError naming what is wrong. */
export function checkRemoteParameters(remote: RemoteParameters): void {
  const fault = faultInIceCredentials(remote);
  if (fault !== undefined) throw new TypeError(fault);
  const { algorithm, value } = remote.fingerprint;
  const size = HASH_BYTES.get(algorithm.toLowerCase());
  if (size === undefined) throw new TypeError(`fingerprint: unknown hash ${algorithm.slice(0, 20)}`);
  if (!/^[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2})*$/.test(value) || value.length !== size * 3 - 1) {
    throw new TypeError(`fingerprint: expected ${size} hexadecimal bytes with colons between them`);
  }
}

/**
 * Writes the SDP for the native library: one video m-line, so that every SSRC and payload type, RTP and RTCP alike,
 * arrives on and leaves by the one track that stands for it.
 *
 * @param as the kind of description that the library is waiting for.
 */
export function writeRemoteDescription(remote: RemoteParameters, as: "offer" | "answer"): string {
  const setup = as === "answer" && remote.setup === "actpass" ? "passive" : remote.setup;
  return [
    "v=0",
    "o=- 0 0 IN IP4 127.0.0.1",
    "s=-",
    "t=0 0",
    `a=group:BUNDLE ${MEDIA_MID}`,
    ...(remote.iceLite === true ? ["a=ice-lite"] : []),
    "a=ice-options:trickle",
    `a=fingerprint:${remote.fingerprint.algorithm.toLowerCase()} ${remote.fingerprint.value.toUpperCase()}`,
    `a=setup:${setup}`,
    `a=ice-ufrag:${remote.ufrag}`,
    `a=ice-pwd:${remote.pwd}`,
    `m=video 9 UDP/TLS/RTP/SAVPF ${MEDIA_PAYLOAD_TYPE}`,
    "c=IN IP4 0.0.0.0",
    `a=mid:${MEDIA_MID}`,
    "a=sendrecv",
    "a=rtcp-mux",
    `a=rtpmap:${MEDIA_PAYLOAD_TYPE} VP8/90000`,
    "",
  ].join("\r\n");
}

/** The mid of the one m-line that the library knows of. */
export const MEDIA_MID = "0";
/** A payload type for that m-line; what is sent and received need not have it. */
export const MEDIA_PAYLOAD_TYPE = 96;
