// What a session description says (RFC 8866 and the attributes of WebRTC), as plain values.

import type { IceCandidate } from "./ice-candidate.ts";

/** What is refused before it is read: more than any browser writes. */
export const SDP_LIMITS: { readonly characters: number; readonly lines: number; readonly mediaLines: number } = {
  characters: 1_000_000,
  lines: 20_000,
  mediaLines: 100,
};

/** Who sends: seen from the side that wrote the description (RFC 8866, section 6.7). */
export type SdpDirection = "sendrecv" | "sendonly" | "recvonly" | "inactive";

/** Who opens the DTLS connection (RFC 8842). */
export type SdpSetup = "actpass" | "active" | "passive" | "holdconn";

/** The `o=` line. The numbers may be greater than a JavaScript number holds, so they stay text. */
export interface SdpOrigin {
  readonly username: string;
  readonly sessionId: string;
  readonly sessionVersion: string;
  readonly networkType: string;
  readonly addressType: string;
  readonly address: string;
}

/** A `c=` line, or the address in `a=rtcp`. */
export interface SdpConnection {
  readonly networkType: string;
  readonly addressType: string;
  readonly address: string;
}

/** A `b=` line: `AS` counts kbit/s, `TIAS` bit/s. */
export interface SdpBandwidth {
  readonly type: string;
  readonly value: number;
}

/** `a=group`: `BUNDLE` and the mids on one transport (RFC 9143). */
export interface SdpGroup {
  readonly semantics: string;
  readonly mids: readonly string[];
}

/** `a=fingerprint` (RFC 8122): the hash in lower case (`sha-256`), the value in upper case with colons. */
export interface SdpFingerprint {
  readonly algorithm: string;
  readonly value: string;
}

/** An attribute that this parser gives no meaning: kept, and written again. */
export interface SdpAttribute {
  readonly name: string;
  readonly value?: string;
}

/** A line other than v, o, s, t, c, b, a, m: kept, and written again (`i=`, `u=`, `e=`, `p=`, `k=`, `r=`, `z=`). */
export interface SdpLine {
  readonly type: string;
  readonly value: string;
}

/** The parameters of `a=fmtp`: names in lower case; a part without `=` stands under its own text with an empty value. */
export type SdpFormatParameters = ReadonlyMap<string, string>;

/** One payload type of an m-line with all that is said about it: `a=rtpmap`, `a=fmtp`, `a=rtcp-fb`. */
export interface SdpCodec {
  /** 0 to 127. */
  readonly payloadType: number;
  /** As written; compare without regard to case. Filled from RFC 3551 for static payload types without `a=rtpmap`. */
  readonly name: string;
  readonly clockRate: number;
  readonly channels?: number;
  /** The text after the payload type in `a=fmtp`, as written; several lines are joined by `;`. */
  readonly fmtp?: string;
  /** {@link fmtp}, split. */
  readonly parameters: SdpFormatParameters;
  /** Each `a=rtcp-fb` without the payload type: `nack`, `nack pli`, `ccm fir`, `goog-remb`; `*` is spread over all. */
  readonly feedback: readonly string[];
}

/** `a=extmap` (RFC 8285). */
export interface SdpExtension {
  /** 1 to 14 for one-byte headers, to 255 for two-byte ones, 4096 and above when merely offered. */
  readonly id: number;
  readonly direction?: SdpDirection;
  readonly uri: string;
  readonly parameters?: string;
}

/** One `a=ssrc` line (RFC 5576). */
export interface SdpSsrc {
  readonly ssrc: number;
  readonly attribute: string;
  readonly value?: string;
}

/** `a=ssrc-group`: `FID` pairs a stream with its retransmission, `SIM` lists simulcast layers. */
export interface SdpSsrcGroup {
  readonly semantics: string;
  readonly ssrcs: readonly number[];
}

/** `a=msid` (RFC 8830): stream `-` means no stream. */
export interface SdpMsid {
  readonly streamId: string;
  readonly trackId?: string;
}

/** `a=rid` (RFC 8851). */
export interface SdpRid {
  readonly id: string;
  readonly direction: "send" | "recv";
  /** What follows, as written: `pt=96;max-width=640`. */
  readonly restrictions?: string;
}

/** One entry of `a=simulcast` (RFC 8853): the alternatives for one stream, the preferred first. */
export type SdpSimulcastStream = readonly { readonly rid: string; readonly paused: boolean }[];

/** `a=simulcast`. */
export interface SdpSimulcast {
  readonly send: readonly SdpSimulcastStream[];
  readonly receive: readonly SdpSimulcastStream[];
}

/** `a=crypto` (SDES, RFC 4568). */
export interface SdpCrypto {
  readonly tag: number;
  readonly suite: string;
  readonly keyParameters: string;
  readonly sessionParameters?: string;
}

/** What may stand at session level and, more specific, at an m-line. */
export interface SdpTransportAttributes {
  readonly iceUfrag?: string;
  readonly icePwd?: string;
  readonly iceOptions: readonly string[];
  readonly fingerprints: readonly SdpFingerprint[];
  readonly setup?: SdpSetup;
}

/** What the lines before the first m-line and each m-line have in common. */
export interface SdpSection extends SdpTransportAttributes {
  readonly connection?: SdpConnection;
  readonly bandwidths: readonly SdpBandwidth[];
  readonly direction?: SdpDirection;
  readonly extmapAllowMixed: boolean;
  readonly extensions: readonly SdpExtension[];
  /** Attributes without a meaning here, in their order. */
  readonly attributes: readonly SdpAttribute[];
  readonly otherLines: readonly SdpLine[];
}

/** One m-line and what belongs to it. */
export interface MediaDescription extends SdpSection {
  /** `audio`, `video`, `application`, or anything else that was written. */
  readonly kind: string;
  /** 0 rejects or disables the m-line (unless {@link bundleOnly}). */
  readonly port: number;
  /** The number after a slash behind the port. */
  readonly portCount?: number;
  /** `UDP/TLS/RTP/SAVPF`, `UDP/DTLS/SCTP`, … */
  readonly protocol: string;
  /** The rest of the m-line: payload types, or `webrtc-datachannel`. */
  readonly formats: readonly string[];
  /** The payload types whose codec is known, in the order of the m-line. */
  readonly codecs: readonly SdpCodec[];
  readonly mid?: string;
  readonly bundleOnly: boolean;
  readonly rtcp?: { readonly port: number; readonly connection?: SdpConnection };
  readonly rtcpMux: boolean;
  readonly rtcpMuxOnly: boolean;
  readonly rtcpReducedSize: boolean;
  readonly msids: readonly SdpMsid[];
  readonly ssrcs: readonly SdpSsrc[];
  readonly ssrcGroups: readonly SdpSsrcGroup[];
  readonly rids: readonly SdpRid[];
  readonly simulcast?: SdpSimulcast;
  readonly candidates: readonly IceCandidate[];
  readonly endOfCandidates: boolean;
  /** Also read from the older `a=sctpmap`. */
  readonly sctpPort?: number;
  readonly maxMessageSize?: number;
  readonly cryptos: readonly SdpCrypto[];
}

/** A whole description. */
export interface SessionDescription extends SdpSection {
  readonly origin: SdpOrigin;
  /** The `s=` line. */
  readonly name: string;
  /** The `t=` line, `0 0` for a session without end. */
  readonly timing: string;
  readonly groups: readonly SdpGroup[];
  readonly msidSemantic?: { readonly semantic: string; readonly ids: readonly string[] };
  readonly iceLite: boolean;
  readonly media: readonly MediaDescription[];
}
