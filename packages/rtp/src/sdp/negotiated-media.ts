// What offer and answer have settled, in the form that an endpoint works with.

import type { IceCandidate } from "./ice-candidate.ts";
import type {
  SdpDirection,
  SdpFingerprint,
  SdpFormatParameters,
  SdpSetup,
  SdpSimulcast,
  SessionDescription,
} from "./session-description.ts";

/** A codec that both sides have. */
export interface NegotiatedCodec {
  /** As our capability spells it. */
  readonly name: string;
  readonly clockRate: number;
  readonly channels: number | undefined;
  /** In packets that the peer sends to us. */
  readonly receivePayloadType: number;
  /** In packets that we send to the peer. */
  readonly sendPayloadType: number;
  /** RTX for this codec, where both sides have it. */
  readonly rtx: { readonly receivePayloadType: number; readonly sendPayloadType: number } | undefined;
  /** The peer's parameters: what it wants to receive. */
  readonly parameters: SdpFormatParameters;
  /** Feedback that both sides have: `nack`, `nack pli`, `ccm fir`, `goog-remb`, `transport-cc`. */
  readonly feedback: ReadonlySet<string>;
}

/** A stream that the peer announced by `a=ssrc`. */
export interface RemoteSource {
  readonly ssrc: number;
  /** The SSRC of its retransmissions (`a=ssrc-group:FID`). */
  readonly rtxSsrc: number | undefined;
  readonly cname: string | undefined;
}

/** What the peer sends on one m-line. Empty lists when it does not send; browsers with rids announce no SSRC either. */
export interface RemoteMedia {
  /** Without the SSRCs of retransmissions. */
  readonly sources: readonly RemoteSource[];
  /** `a=ssrc-group:SIM`, the lowest layer first. */
  readonly simulcastSsrcs: readonly (readonly number[])[];
  /** `a=rid:… send`, in their order. */
  readonly rids: readonly string[];
  readonly simulcast: SdpSimulcast | undefined;
  readonly streamId: string | undefined;
  readonly trackId: string | undefined;
  /** From `b=TIAS`, else `b=AS`: the most that we may send to the peer. Undefined without either. */
  readonly maxBitrateBps: number | undefined;
}

/** What we send on one m-line. */
export interface LocalSource {
  readonly ssrc: number;
  /** Undefined when no codec of the m-line has RTX. */
  readonly rtxSsrc: number | undefined;
  readonly cname: string;
  readonly streamId: string;
  readonly trackId: string;
}

/** The peer's end of the one ICE and DTLS path. */
export interface RemoteTransport {
  /** The m-line that describes it: candidates that come later for another m-line may belong to an unused path. */
  readonly mediaIndex: number;
  readonly iceUfrag: string;
  readonly icePwd: string;
  readonly iceOptions: readonly string[];
  readonly iceLite: boolean;
  readonly fingerprints: readonly SdpFingerprint[];
  /** As the peer wrote it; `actpass` when it wrote nothing. */
  readonly setup: SdpSetup;
  /** For RTP (component 1), of all m-lines with the same {@link iceUfrag}, without repetitions. */
  readonly candidates: readonly IceCandidate[];
  readonly endOfCandidates: boolean;
}

/** One m-line after negotiation. */
export interface NegotiatedMedia {
  /** Its place in the description, from 0 (`sdpMLineIndex`). */
  readonly index: number;
  /** `sdpMid`; undefined when the peer gives none. */
  readonly mid: string | undefined;
  /** `unknown` is always rejected. */
  readonly kind: "audio" | "video" | "application" | "unknown";
  readonly rejected: boolean;
  /** In words, for the log; undefined when accepted. */
  readonly rejectedBecause: string | undefined;
  /** Ours: `sendonly` means that we send. `inactive` when rejected. */
  readonly direction: SdpDirection;
  /** The peer's, as it wrote it. */
  readonly remoteDirection: SdpDirection;
  /** In order of preference: the offer's in an answer, the answer's after our offer. */
  readonly codecs: readonly NegotiatedCodec[];
  /** Header extensions by URI; the same id in both directions. */
  readonly extensions: ReadonlyMap<string, number>;
  /** In a BUNDLE group together with the other accepted ones. */
  readonly bundled: boolean;
  readonly rtcpMux: boolean;
  /** RTCP may be sent in less than a compound packet (RFC 5506). */
  readonly rtcpReducedSize: boolean;
  /** What we send; undefined when our direction does not send, and for `application`. */
  readonly local: LocalSource | undefined;
  /** What the peer sends and can take. */
  readonly remote: RemoteMedia;
  /** Data channels: the peer's port and limit in bytes (65536 when it names none, Infinity for 0; RFC 8841). */
  readonly sctp: { readonly remotePort: number; readonly remoteMaxMessageSize: number } | undefined;
}

/** The outcome of an offer and an answer. */
export interface Negotiation {
  /** What we send: the answer, or the offer that was answered. */
  readonly description: SessionDescription;
  /** One for each m-line, in order. */
  readonly media: readonly NegotiatedMedia[];
  /** The one path of all accepted m-lines; undefined when none was accepted. */
  readonly transport: RemoteTransport | undefined;
  /** Our part in DTLS: `active` opens the connection. */
  readonly dtlsRole: "active" | "passive";
}
