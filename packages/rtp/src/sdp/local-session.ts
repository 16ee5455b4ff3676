// What our side of a negotiation brings along: identity, codecs, extensions, limits.

import type { SdpDirection, SdpFingerprint } from "./session-description.ts";

/** A codec that we can send and receive. */
export interface CodecCapability {
  /** As the RTP payload format registers it: `opus`, `PCMU`, `VP8`, `VP9`, `H264`, `AV1`. */
  readonly name: string;
  readonly clockRate: number;
  readonly channels?: number;
  /** What an offer of ours says in `a=fmtp`, and what tells profiles of a codec apart when matching. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** `nack`, `nack pli`, `ccm fir`, `goog-remb`, `transport-cc`: taken where the other side has them too. */
  readonly feedback: readonly string[];
  /** Retransmission by RTX (RFC 4588), where the other side has it. */
  readonly rtx: boolean;
  /** The payload type in an offer of ours, for static ones; the others are numbered from 96. */
  readonly payloadType?: number;
  /** Accepted when the other side offers it, but not in our own offers. */
  readonly answerOnly?: boolean;
}

/** One media of ours: what is sent under which numbers, and what may be received. */
export interface LocalMedia {
  /** Codecs in the order of our own offers; the order of an offer decides for answers. */
  readonly codecs: readonly CodecCapability[];
  /** URIs of the header extensions that we take. */
  readonly extensions: readonly string[];
  readonly ssrc: number;
  /** Needed for RTX: without it none is negotiated. */
  readonly rtxSsrc?: number;
  /** The track's id in `a=msid`. */
  readonly trackId: string;
  /** Becomes `b=AS` in what we write; kbit/s, 0 or absent for no limit. */
  readonly maxRecvBandwidthKbps?: number;
}

/** Data channels of ours. */
export interface LocalData {
  readonly sctpPort: number;
  /** Bytes; written as `a=max-message-size`. */
  readonly maxMessageSize: number;
}

/** Our side of one endpoint. Nothing in it is chosen by the negotiation, so that a result depends on its arguments alone. */
export interface LocalSession {
  /** Decimal number for the `o=` line, below 2^63. */
  readonly sessionId: string;
  readonly iceUfrag: string;
  readonly icePwd: string;
  readonly fingerprint: SdpFingerprint;
  readonly cname: string;
  /** The stream's id in `a=msid`: audio and video belong to one stream. */
  readonly streamId: string;
  /**
   * What the endpoint may do: `sendrecv`, or one of Kurento's constructor options `recvonly` and `sendonly`.
   */
  readonly direction: Exclude<SdpDirection, "inactive">;
  /** Absent when the endpoint has no audio. */
  readonly audio?: LocalMedia;
  /** Absent when the endpoint has no video. */
  readonly video?: LocalMedia;
  /** Absent without Kurento's `useDataChannels`. */
  readonly data?: LocalData;
}

/** Header extensions that are understood here. */
export const HEADER_EXTENSIONS = {
  mid: "urn:ietf:params:rtp-hdrext:sdes:mid",
  absSendTime: "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
  videoOrientation: "urn:3gpp:video-orientation",
  audioLevel: "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
  playoutDelay: "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
} as const;

/** Header extensions of an audio m-line. */
export const AUDIO_EXTENSIONS: readonly string[] = [
  HEADER_EXTENSIONS.mid,
  HEADER_EXTENSIONS.absSendTime,
  HEADER_EXTENSIONS.audioLevel,
];

/**
 * Header extensions of a video m-line. Not the dependency descriptor of AV1: its frame numbers are those of one source,
 * and Chromium drops every keyframe that has a lower one than the keyframe before, as after a change of source.
 */
export const VIDEO_EXTENSIONS: readonly string[] = [
  HEADER_EXTENSIONS.mid,
  HEADER_EXTENSIONS.absSendTime,
  HEADER_EXTENSIONS.videoOrientation,
  HEADER_EXTENSIONS.playoutDelay,
];

/** Audio codecs: Opus first, then the two of the telephone network. */
export const AUDIO_CODECS: readonly CodecCapability[] = [
  {
    name: "opus",
    clockRate: 48000,
    channels: 2,
    parameters: { minptime: "10", useinbandfec: "1" },
    feedback: [],
    rtx: false,
  },
  { name: "PCMU", clockRate: 8000, payloadType: 0, feedback: [], rtx: false },
  { name: "PCMA", clockRate: 8000, payloadType: 8, feedback: [], rtx: false },
];

const VIDEO_FEEDBACK: readonly string[] = ["goog-remb", "ccm fir", "nack", "nack pli"];

function video(name: string, parameters: Readonly<Record<string, string>> = {}, answerOnly = false): CodecCapability {
  return { name, clockRate: 90000, parameters, feedback: VIDEO_FEEDBACK, rtx: true, answerOnly };
}

function h264(profileLevelId: string, packetizationMode: "0" | "1", answerOnly = false): CodecCapability {
  return video(
    "H264",
    {
      "level-asymmetry-allowed": "1",
      "packetization-mode": packetizationMode,
      "profile-level-id": profileLevelId,
    },
    answerOnly,
  );
}

/**
 * Video codecs: VP8 first, because every browser sends it cheaply; then H264 in the profiles that browsers have
 * (baseline, constrained baseline, main, constrained high, high), VP9 and AV1.
 */
export const VIDEO_CODECS: readonly CodecCapability[] = [
  video("VP8"),
  h264("42e01f", "1"),
  h264("42e01f", "0"),
  h264("42001f", "1"),
  h264("42001f", "0", true),
  h264("4d001f", "1"),
  h264("4d001f", "0", true),
  h264("640c1f", "1"),
  h264("640c1f", "0", true),
  h264("64001f", "1", true),
  h264("64001f", "0", true),
  video("VP9", { "profile-id": "0" }),
  video("VP9", { "profile-id": "1" }, true),
  video("VP9", { "profile-id": "2" }, true),
  video("VP9", { "profile-id": "3" }, true),
  video("AV1", { "level-idx": "5", profile: "0", tier: "0" }),
  video("AV1", { profile: "1" }, true),
];
