// Entry of the package: what it exports.

// RTCP
export { fromShortNtp, ntpFraction, ntpMiddle, ntpSeconds, ntpToUnixMs, toShortNtp } from "./rtcp/ntp-time.ts";
export { ReportBlock, RtcpReader, type RtcpVisitor } from "./rtcp/rtcp-reader.ts";
export {
  appendReportBlock,
  writeBye,
  writeFullIntraRequest,
  writeNack,
  writePictureLossIndication,
  writeReceiverReport,
  writeRemb,
  writeSenderReport,
  writeSourceDescription,
} from "./rtcp/rtcp-writer.ts";
// RTP
export { findHeaderExtension, HeaderExtensionMap, headerExtensionLength } from "./rtp/header-extension.ts";
export { isKeyframe, type KeyframeDetector, keyframeDetector } from "./rtp/keyframe.ts";
export { PacketBuffer } from "./rtp/packet-buffer.ts";
export { copyRtpHeader, isRtcp, parseRtpHeader, RtpHeader, writeRtpHeader } from "./rtp/rtp-header.ts";
export { RtpPacket } from "./rtp/rtp-packet.ts";
export { restoreFromRtx, wrapAsRtx } from "./rtp/rtx.ts";
export { addToTimestamp, extendSequenceNumber, sequenceDelta, timestampDelta } from "./rtp/sequence-number.ts";
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
// Streams
export { FLOW_TIMEOUT_MS, FlowMonitor } from "./stream/flow-monitor.ts";
export { ForwardRoute, type ForwardRouteOptions, type SourceTiming } from "./stream/forward-route.ts";
export { ForwardStream, type ForwardStreamOptions, type ForwardStreamStats } from "./stream/forward-stream.ts";
export { KeyframeRequester, type KeyframeRequesterOptions } from "./stream/keyframe-requester.ts";
export { NackGenerator, type NackGeneratorOptions } from "./stream/nack-generator.ts";
export { PacketCache, type PacketCacheOptions } from "./stream/packet-cache.ts";
export { RateWindow } from "./stream/rate-window.ts";
export {
  ReceiveStream,
  type ReceiveStreamOptions,
  type ReceiveStreamStats,
  roundTripMs,
} from "./stream/receive-stream.ts";
export { RembController, type RembControllerOptions } from "./stream/remb-controller.ts";
export { SourceClock } from "./stream/source-clock.ts";
