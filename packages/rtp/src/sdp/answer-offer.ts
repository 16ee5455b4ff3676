// Answers an offer (RFC 3264, RFC 9429 section 5.3, RFC 9143).

import type { CommonCodec } from "./codec-matching.ts";
import { commonDirection, reverseDirection } from "./direction.ts";
import { parseFormatParameters, writeFormatParameters } from "./format-parameters.ts";
import { acceptedMedia, localDescription, localSource, rejectedMedia, rtpAttributes } from "./local-description.ts";
import type { LocalMedia, LocalSession } from "./local-session.ts";
import { type AcceptedMedia, isRtcpMuxed, selectMedia, transportAttributesOf } from "./media-selection.ts";
import type { NegotiatedCodec, NegotiatedMedia, Negotiation } from "./negotiated-media.ts";
import { rejectedOutcome, unagreedOutcome } from "./outcome.ts";
import { remoteMediaOf, remoteSctpOf, remoteTransportOf } from "./remote-media.ts";
import type { MediaDescription, SdpCodec, SdpExtension, SdpSetup, SessionDescription } from "./session-description.ts";

/** One m-line: what we answer, and what came of it. */
interface AnsweredMedia {
  readonly answer: MediaDescription;
  readonly outcome: NegotiatedMedia;
}

/**
 * Answers an offer. The answer depends on the arguments alone.
 *
 * - All m-lines stay, in order; what is not used has port 0 (which: see `NegotiatedMedia.rejectedBecause`).
 * - All common codecs are answered, in the offer's order and with its payload types and parameters, so that any of
 *   them can be sent later. RTX only where it was offered.
 * - `a=setup:active` unless the offer asks for the other part. No candidates: see `withCandidates`.
 * - An offer without m-lines gets an answer without m-lines, as from Kurento.
 *
 * @throws {@link SdpError} `unsupported` when there are m-lines and none can be carried (no ICE, no DTLS).
 */
export function answerOffer(offer: SessionDescription, local: LocalSession): Negotiation {
  const selection = selectMedia(offer, local);
  const answered = offer.media.map((media, index): AnsweredMedia => {
    const verdict = selection.verdicts[index];
    if (!verdict?.isAccepted) {
      const outcome = rejectedOutcome(offer, media, index, verdict?.because ?? "it was not looked at");
      return { answer: rejectedMedia({ ...media, mid: media.mid }), outcome };
    }
    const isBundled = selection.group !== undefined;
    return media.kind === "application"
      ? answerData(offer, media, index, local, isBundled)
      : answerRtp(offer, media, index, local, verdict, isBundled);
  });
  const transport = remoteTransportOf(offer, selection);
  const mids = selection.group?.mids.filter((mid) =>
    answered.some(({ outcome }) => outcome.mid === mid && !outcome.rejected),
  );
  return {
    description: {
      ...localDescription(local),
      groups: mids === undefined ? [] : [{ semantics: "BUNDLE", mids: [...new Set(mids)] }],
      extmapAllowMixed: offer.extmapAllowMixed,
      media: answered.map(({ answer }) => answer),
    },
    media: answered.map(({ outcome }) => outcome),
    transport,
    dtlsRole: setupFor(transport?.setup) === "active" ? "active" : "passive",
  };
}

/** RFC 8842, section 5.3: whoever answers `actpass` chooses, and `active` saves a round trip. */
function setupFor(offered: SdpSetup | undefined): SdpSetup {
  return offered === "active" ? "passive" : "active";
}

function answerData(
  offer: SessionDescription,
  media: MediaDescription,
  index: number,
  local: LocalSession,
  isBundled: boolean,
): AnsweredMedia {
  const setup = setupFor(transportAttributesOf(offer, media)?.setup);
  const { direction: _, ...answer } = acceptedMedia({ ...media, mid: media.mid }, local, setup);
  const { data } = local;
  return {
    answer: {
      ...answer,
      formats: ["webrtc-datachannel"],
      ...(data === undefined ? {} : { sctpPort: data.sctpPort, maxMessageSize: data.maxMessageSize }),
    },
    outcome: {
      ...unagreedOutcome(offer, media, index),
      direction: "sendrecv",
      bundled: isBundled,
      sctp: remoteSctpOf(media),
    },
  };
}

function answerRtp(
  offer: SessionDescription,
  media: MediaDescription,
  index: number,
  local: LocalSession,
  verdict: AcceptedMedia,
  isBundled: boolean,
): AnsweredMedia {
  const ours = media.kind === "audio" ? local.audio : local.video;
  if (ours === undefined)
    throw new TypeError(`answerOffer: ${media.kind} was accepted and local.${media.kind} is absent`);
  const offered = media.direction ?? offer.direction ?? "sendrecv";
  const direction = commonDirection(reverseDirection(offered), local.direction);
  const hasRtx = verdict.codecs.some(({ rtx }) => rtx !== undefined);
  const source = localSource(local, ours, direction, hasRtx);
  const codecs = verdict.codecs.flatMap(answeredCodecs);
  const extensions = answeredExtensions(offer, media, ours);
  const setup = setupFor(transportAttributesOf(offer, media)?.setup);
  const formats = codecs.map(({ payloadType }) => String(payloadType));
  return {
    answer: {
      ...acceptedMedia({ kind: media.kind, protocol: media.protocol, formats, mid: media.mid }, local, setup),
      ...rtpAttributes(direction, ours, source),
      codecs,
      extensions,
      extmapAllowMixed: media.extmapAllowMixed,
      rtcpReducedSize: media.rtcpReducedSize,
    },
    outcome: {
      ...unagreedOutcome(offer, media, index),
      direction,
      codecs: verdict.codecs.map(negotiatedCodec),
      extensions: new Map(extensions.map(({ uri, id }) => [uri, id])),
      bundled: isBundled,
      rtcpMux: isRtcpMuxed(offer, media),
      rtcpReducedSize: media.rtcpReducedSize,
      local: source,
      remote: remoteMediaOf(offer, media),
    },
  };
}

function answeredCodecs({ codec, capability, rtx }: CommonCodec): SdpCodec[] {
  const feedback = codec.feedback.filter((message) => capability.feedback.includes(message));
  // Parameter sets describe the stream of the side that wrote them; everything else is what both sides keep to.
  const kept = [...codec.parameters].filter(([name]) => !name.startsWith("sprop-"));
  const fmtp = kept.length === codec.parameters.size ? codec.fmtp : writeFormatParameters(kept);
  const { fmtp: _, ...rest } = codec;
  const answer: SdpCodec = {
    ...rest,
    ...(fmtp === undefined || fmtp === "" ? {} : { fmtp }),
    parameters: parseFormatParameters(fmtp ?? ""),
    feedback,
  };
  return rtx === undefined ? [answer] : [answer, { ...rtx, feedback: [] }];
}

function negotiatedCodec({ codec, capability, rtx }: CommonCodec): NegotiatedCodec {
  return {
    name: capability.name,
    clockRate: codec.clockRate,
    channels: codec.channels,
    receivePayloadType: codec.payloadType,
    sendPayloadType: codec.payloadType,
    rtx: rtx === undefined ? undefined : { receivePayloadType: rtx.payloadType, sendPayloadType: rtx.payloadType },
    parameters: codec.parameters,
    feedback: new Set(codec.feedback.filter((message) => capability.feedback.includes(message))),
  };
}

/**
 * Extensions that both sides have, with the offer's ids. Only ids that a one-byte header can hold (1 to 14,
 * RFC 8285 section 4.2), so that packets can be rewritten without changing the kind of their header.
 */
function answeredExtensions(offer: SessionDescription, media: MediaDescription, ours: LocalMedia): SdpExtension[] {
  const answered: SdpExtension[] = [];
  for (const { id, direction, uri } of [...media.extensions, ...offer.extensions]) {
    const isTaken = answered.some((other) => other.uri === uri || other.id === id);
    if (isTaken || id > 14 || !ours.extensions.includes(uri)) continue;
    answered.push({ id, ...(direction === undefined ? {} : { direction: reverseDirection(direction) }), uri });
  }
  return answered;
}
