// Makes our own offer (RFC 9429, section 5.2).

import { writeFormatParameters } from "./format-parameters.ts";
import { acceptedMedia, localDescription, localSource, rtpAttributes } from "./local-description.ts";
import type { CodecCapability, LocalMedia, LocalSession } from "./local-session.ts";
import type { MediaDescription, SdpCodec, SdpExtension, SessionDescription } from "./session-description.ts";

/** Kurento's `OfferOptions`: false drops the m-line. */
export interface OfferOptions {
  /** True unless said otherwise. */
  readonly offerToReceiveAudio?: boolean;
  /** True unless said otherwise. */
  readonly offerToReceiveVideo?: boolean;
}

/**
 * Makes an offer with an m-line for each media that `local` has, named `audio0`, `video0` and `application0` as
 * Kurento names them, in one BUNDLE group. The offer depends on the arguments alone. No candidates: see
 * `withCandidates`.
 */
export function makeOffer(local: LocalSession, options: OfferOptions = {}): SessionDescription {
  const { offerToReceiveAudio = true, offerToReceiveVideo = true } = options;
  const numbers = new PayloadTypes();
  const extensionIds = new Map<string, number>();
  const media: MediaDescription[] = [];
  if (local.audio !== undefined && offerToReceiveAudio) {
    media.push(rtpOffer("audio", local.audio, local, numbers, extensionIds));
  }
  if (local.video !== undefined && offerToReceiveVideo) {
    media.push(rtpOffer("video", local.video, local, numbers, extensionIds));
  }
  if (local.data !== undefined) media.push(dataOffer(local));
  const mids = media.flatMap(({ mid }) => (mid === undefined ? [] : [mid]));
  return {
    ...localDescription(local),
    groups: mids.length === 0 ? [] : [{ semantics: "BUNDLE", mids }],
    extmapAllowMixed: true,
    media,
  };
}

/** Numbers for payload types: one for the whole description, because the m-lines share a transport. */
class PayloadTypes {
  readonly #free: number[] = [...range(96, 127), ...range(35, 63)];

  /** The next free number; undefined when there is none left. */
  next(): number | undefined {
    return this.#free.shift();
  }
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function rtpOffer(
  kind: "audio" | "video",
  ours: LocalMedia,
  local: LocalSession,
  numbers: PayloadTypes,
  extensionIds: Map<string, number>,
): MediaDescription {
  const codecs = ours.codecs
    .filter(({ answerOnly }) => answerOnly !== true)
    .flatMap((capability) => offeredCodecs(capability, numbers, ours.rtxSsrc !== undefined));
  const hasRtx = codecs.some(({ name }) => name === "rtx");
  const source = localSource(local, ours, local.direction, hasRtx);
  const formats = codecs.map(({ payloadType }) => String(payloadType));
  return {
    ...acceptedMedia({ kind, protocol: "UDP/TLS/RTP/SAVPF", formats, mid: `${kind}0` }, local, "actpass"),
    ...rtpAttributes(local.direction, ours, source),
    rtcpReducedSize: true,
    codecs,
    extensions: offeredExtensions(ours.extensions, extensionIds),
  };
}

function offeredCodecs(capability: CodecCapability, numbers: PayloadTypes, hasRtx: boolean): SdpCodec[] {
  const payloadType = capability.payloadType ?? numbers.next();
  if (payloadType === undefined) return [];
  const { name, clockRate, channels, parameters = {}, feedback } = capability;
  const entries = Object.entries(parameters);
  const codec: SdpCodec = {
    payloadType,
    name,
    clockRate,
    ...(channels === undefined ? {} : { channels }),
    ...(entries.length === 0 ? {} : { fmtp: writeFormatParameters(entries) }),
    parameters: new Map(entries),
    feedback,
  };
  const rtxPayloadType = capability.rtx && hasRtx ? numbers.next() : undefined;
  if (rtxPayloadType === undefined) return [codec];
  const apt = String(payloadType);
  const rtx: SdpCodec = {
    payloadType: rtxPayloadType,
    name: "rtx",
    clockRate,
    fmtp: `apt=${apt}`,
    parameters: new Map([["apt", apt]]),
    feedback: [],
  };
  return [codec, rtx];
}

/** An extension has one id in all m-lines (RFC 9143, section 9.2: they share a transport). */
function offeredExtensions(uris: readonly string[], ids: Map<string, number>): SdpExtension[] {
  return uris.map((uri) => {
    const id = ids.get(uri) ?? ids.size + 1;
    ids.set(uri, id);
    return { id, uri };
  });
}

function dataOffer(local: LocalSession): MediaDescription {
  const head = {
    kind: "application",
    protocol: "UDP/DTLS/SCTP",
    formats: ["webrtc-datachannel"],
    mid: "application0",
  };
  const { direction: _, ...media } = acceptedMedia(head, local, "actpass");
  const { sctpPort, maxMessageSize } = local.data ?? {};
  return {
    ...media,
    ...(sctpPort === undefined ? {} : { sctpPort }),
    ...(maxMessageSize === undefined ? {} : { maxMessageSize }),
  };
}
