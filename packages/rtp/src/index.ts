// Entry of the package: what it exports.

// Session descriptions.
export { answerOffer } from "./sdp/answer-offer.ts";
export { applyAnswer } from "./sdp/apply-answer.ts";
export { commonDirection, receives, reverseDirection, sends } from "./sdp/direction.ts";
export {
  type IceCandidate,
  type IceCandidateType,
  isMdnsCandidate,
  parseCandidate,
  writeCandidate,
} from "./sdp/ice-candidate.ts";
export {
  AUDIO_CODECS,
  AUDIO_EXTENSIONS,
  type CodecCapability,
  HEADER_EXTENSIONS,
  type LocalData,
  type LocalMedia,
  type LocalSession,
  VIDEO_CODECS,
  VIDEO_EXTENSIONS,
} from "./sdp/local-session.ts";
export { makeOffer, type OfferOptions } from "./sdp/make-offer.ts";
export type {
  LocalSource,
  NegotiatedCodec,
  NegotiatedMedia,
  Negotiation,
  RemoteMedia,
  RemoteSource,
  RemoteTransport,
} from "./sdp/negotiated-media.ts";
export { parseSdp } from "./sdp/parse-sdp.ts";
export { SdpError, type SdpErrorPlace, type SdpErrorReason } from "./sdp/sdp-error.ts";
export * from "./sdp/session-description.ts";
export { withCandidates } from "./sdp/with-candidates.ts";
export { writeSdp } from "./sdp/write-sdp.ts";
