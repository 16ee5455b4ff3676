// Takes the answer to an offer of ours (RFC 3264, section 7).

import { type CommonCodec, isSameCodec, rtxFor } from "./codec-matching.ts";
import { commonDirection, reverseDirection } from "./direction.ts";
import { localSource } from "./local-description.ts";
import type { LocalSession } from "./local-session.ts";
import { type AcceptedMedia, isRtcpMuxed, selectMedia } from "./media-selection.ts";
import type { NegotiatedCodec, NegotiatedMedia, Negotiation } from "./negotiated-media.ts";
import { rejectedOutcome, unagreedOutcome } from "./outcome.ts";
import { remoteMediaOf, remoteSctpOf, remoteTransportOf } from "./remote-media.ts";
import { SdpError } from "./sdp-error.ts";
import type { MediaDescription, SdpCodec, SessionDescription } from "./session-description.ts";

/**
 * Takes the answer to an offer that {@link makeOffer} made with the same `local`. The description of the result is the
 * offer. An answer without `a=setup`, or with `actpass`, is taken for `active`, as Kurento does.
 *
 * @throws {@link SdpError} `mismatch` when number, kinds or mids of the m-lines differ from the offer's; `unsupported`
 * when m-lines were accepted and none can be carried (no ICE, no DTLS).
 */
export function applyAnswer(offer: SessionDescription, answer: SessionDescription, local: LocalSession): Negotiation {
  checkShape(offer, answer);
  const selection = selectMedia(answer, local);
  const media = answer.media.map((answered, index): NegotiatedMedia => {
    const verdict = selection.verdicts[index];
    const offered = offer.media[index];
    const mid = offered?.mid;
    if (!verdict?.isAccepted || offered === undefined) {
      const because = verdict?.isAccepted === false ? verdict.because : "it was not offered";
      return rejectedOutcome(answer, answered, index, because, mid);
    }
    const bundled = selection.group !== undefined;
    if (answered.kind === "application") {
      const outcome = unagreedOutcome(answer, answered, index, mid);
      return { ...outcome, direction: "sendrecv", bundled, sctp: remoteSctpOf(answered) };
    }
    return { ...rtpOutcome(offered, answer, answered, index, local, verdict), bundled };
  });
  const transport = remoteTransportOf(answer, selection);
  return { description: offer, media, transport, dtlsRole: transport?.setup === "passive" ? "active" : "passive" };
}

function checkShape(offer: SessionDescription, answer: SessionDescription): void {
  if (answer.media.length !== offer.media.length) {
    throw new SdpError(
      "mismatch",
      `expected ${offer.media.length} m-lines as in the offer, got ${answer.media.length} in the answer`,
    );
  }
  for (const [mediaIndex, offered] of offer.media.entries()) {
    const answered = answer.media[mediaIndex];
    if (answered?.kind !== offered.kind) {
      throw new SdpError("mismatch", `m-line ${mediaIndex}: expected ${offered.kind}, got ${answered?.kind}`, {
        mediaIndex,
      });
    }
    if (answered.mid !== undefined && answered.mid !== offered.mid) {
      throw new SdpError("mismatch", `m-line ${mediaIndex}: expected mid ${offered.mid}, got ${answered.mid}`, {
        mediaIndex,
      });
    }
  }
}

function rtpOutcome(
  offered: MediaDescription,
  answer: SessionDescription,
  answered: MediaDescription,
  index: number,
  local: LocalSession,
  verdict: AcceptedMedia,
): NegotiatedMedia {
  const ours = offered.kind === "audio" ? local.audio : local.video;
  if (ours === undefined)
    throw new TypeError(`applyAnswer: the offer has ${offered.kind} and local.${offered.kind} is absent`);
  const codecs = verdict.codecs.flatMap((common) => negotiatedCodec(common, offered.codecs));
  if (codecs.length === 0) {
    return rejectedOutcome(answer, answered, index, "none of its codecs was offered", offered.mid);
  }
  const remoteDirection = answered.direction ?? answer.direction ?? "sendrecv";
  const direction = commonDirection(offered.direction ?? "sendrecv", reverseDirection(remoteDirection));
  const extensions = [...answered.extensions, ...answer.extensions].filter(({ id, uri }) =>
    offered.extensions.some((ourExtension) => ourExtension.id === id && ourExtension.uri === uri),
  );
  return {
    ...unagreedOutcome(answer, answered, index, offered.mid),
    direction,
    remoteDirection,
    codecs,
    extensions: new Map(extensions.map(({ id, uri }) => [uri, id])),
    rtcpMux: isRtcpMuxed(answer, answered),
    rtcpReducedSize: offered.rtcpReducedSize && answered.rtcpReducedSize,
    local: localSource(
      local,
      ours,
      direction,
      codecs.some(({ rtx }) => rtx !== undefined),
    ),
    remote: remoteMediaOf(answer, answered),
  };
}

/** RFC 3264, section 5.1: each side sends with the number that the other wrote. */
function negotiatedCodec(common: CommonCodec, offered: readonly SdpCodec[]): NegotiatedCodec[] {
  const { codec, capability } = common;
  const same = offered.filter((other) => isSameCodec(other, capability));
  const ours = same.find(({ payloadType }) => payloadType === codec.payloadType) ?? same[0];
  if (ours === undefined) return [];
  const ourRtx = rtxFor(offered, ours.payloadType);
  const hasRtx = ourRtx !== undefined && common.rtx !== undefined;
  return [
    {
      name: capability.name,
      clockRate: codec.clockRate,
      channels: codec.channels,
      receivePayloadType: ours.payloadType,
      sendPayloadType: codec.payloadType,
      rtx: hasRtx ? { receivePayloadType: ourRtx.payloadType, sendPayloadType: common.rtx.payloadType } : undefined,
      parameters: codec.parameters,
      feedback: new Set(codec.feedback.filter((message) => ours.feedback.includes(message))),
    },
  ];
}
