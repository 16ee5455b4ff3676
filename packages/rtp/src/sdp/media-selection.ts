// Decides which m-lines of a peer's description go over our one transport, and why others do not.

import { type CommonCodec, commonCodecs } from "./codec-matching.ts";
import type { LocalSession } from "./local-session.ts";
import { SdpError } from "./sdp-error.ts";
import type { MediaDescription, SdpGroup, SdpTransportAttributes, SessionDescription } from "./session-description.ts";

/** What becomes of one m-line. */
export type MediaVerdict = AcceptedMedia | RejectedMedia;

/** An m-line that is used. */
export interface AcceptedMedia {
  readonly isAccepted: true;
  /** Empty for `application`. */
  readonly codecs: readonly CommonCodec[];
}

/** An m-line that is not used. */
export interface RejectedMedia {
  readonly isAccepted: false;
  readonly because: string;
  /** It could not be carried at all, whatever its codecs. */
  readonly isUncarriable: boolean;
}

/** What was decided for a description. */
export interface MediaSelection {
  /** One for each m-line. */
  readonly verdicts: readonly MediaVerdict[];
  /** The BUNDLE group of the accepted m-lines. */
  readonly group: SdpGroup | undefined;
}

/**
 * Decides for each m-line of an offer or an answer.
 *
 * An endpoint has one ICE and DTLS path, and uses one m-line of each kind: the first that has a codec of ours. Without
 * BUNDLE each m-line would be a path of its own; then only the first usable m-line is taken and the others are
 * rejected. RTP without rtcp-mux would want a second path for RTCP and is rejected too.
 *
 * @throws {@link SdpError} `unsupported` when m-lines were there and none can be carried: no ICE, no DTLS.
 */
export function selectMedia(remote: SessionDescription, local: LocalSession): MediaSelection {
  const used = new Set<string>();
  let group: SdpGroup | undefined;
  const verdicts = remote.media.map((media): MediaVerdict => {
    const verdict = judgeAlone(remote, media, local);
    if (!verdict.isAccepted) return verdict;
    if (used.has(media.kind)) return rejected(`the endpoint has one ${media.kind} m-line, and another one is used`);
    if (used.size > 0 && !isInGroup(media, group)) {
      return rejected("it is not in the BUNDLE group of the m-line that is used, and there is one transport");
    }
    if (used.size === 0) group = bundleGroupOf(remote, media);
    used.add(media.kind);
    return verdict;
  });
  if (used.size === 0) {
    for (const [mediaIndex, verdict] of verdicts.entries()) {
      if (verdict.isAccepted || !verdict.isUncarriable) continue;
      throw new SdpError("unsupported", `m-line ${mediaIndex} cannot be carried: ${verdict.because}`, { mediaIndex });
    }
  }
  return { verdicts, group };
}

/**
 * The ICE and DTLS attributes that hold for an m-line: its own, else those of the session, else those of the first
 * m-line in its BUNDLE group that has them (RFC 9143, section 7.1.3: only one has to).
 */
export function transportAttributesOf(
  description: SessionDescription,
  media: MediaDescription,
): SdpTransportAttributes | undefined {
  const group = bundleGroupOf(description, media);
  const others = description.media.filter((other) => isInGroup(other, group));
  for (const holder of [media, description, ...others]) {
    const { iceUfrag = description.iceUfrag, icePwd = description.icePwd, iceOptions } = holder;
    const fingerprints = holder.fingerprints.length > 0 ? holder.fingerprints : description.fingerprints;
    const setup = holder.setup ?? description.setup;
    if (iceUfrag === undefined || icePwd === undefined || fingerprints.length === 0) continue;
    return {
      iceUfrag,
      icePwd,
      iceOptions: [...new Set([...description.iceOptions, ...iceOptions])],
      fingerprints,
      ...(setup === undefined ? {} : { setup }),
    };
  }
  return undefined;
}

/** True when RTCP comes on the path of RTP: said at the m-line, or for its whole BUNDLE group. */
export function isRtcpMuxed(description: SessionDescription, media: MediaDescription): boolean {
  const isSaid = ({ rtcpMux, rtcpMuxOnly, bundleOnly }: MediaDescription): boolean =>
    rtcpMux || rtcpMuxOnly || bundleOnly;
  const group = bundleGroupOf(description, media);
  return isSaid(media) || description.media.some((other) => isInGroup(other, group) && other.rtcpMux);
}

/** The BUNDLE group that names an m-line. */
export function bundleGroupOf(description: SessionDescription, media: MediaDescription): SdpGroup | undefined {
  const { mid } = media;
  if (mid === undefined) return undefined;
  return description.groups.find(({ semantics, mids }) => semantics.toUpperCase() === "BUNDLE" && mids.includes(mid));
}

function isInGroup(media: MediaDescription, group: SdpGroup | undefined): boolean {
  const { mid } = media;
  return mid !== undefined && (group?.mids.includes(mid) ?? false);
}

function judgeAlone(remote: SessionDescription, media: MediaDescription, local: LocalSession): MediaVerdict {
  const { kind } = media;
  if (media.port === 0 && !media.bundleOnly) return rejected("its port is 0");
  if (kind !== "audio" && kind !== "video" && kind !== "application") return rejected("its kind is not known here");
  const problem = transportProblem(remote, media);
  if (kind === "application") {
    if (local.data === undefined) return rejected("the endpoint has no data channels");
    return problem ?? { isAccepted: true, codecs: [] };
  }
  const ours = local[kind];
  if (ours === undefined) return rejected(`the endpoint has no ${kind}`);
  if (problem !== undefined) return problem;
  const codecs = commonCodecs(media.codecs, ours.codecs, ours.rtxSsrc !== undefined);
  return codecs.length === 0 ? rejected("none of its codecs is known here") : { isAccepted: true, codecs };
}

function transportProblem(remote: SessionDescription, media: MediaDescription): RejectedMedia | undefined {
  const isData = media.kind === "application";
  if (isData && !/^(?:UDP|TCP)\/DTLS\/SCTP$/.test(media.protocol)) {
    return uncarriable(`its protocol is ${media.protocol}, expected UDP/DTLS/SCTP`);
  }
  if (isData && media.sctpPort === undefined) return uncarriable("it has no a=sctp-port");
  if (!isData && !media.protocol.includes("RTP/")) {
    return uncarriable(`its protocol is ${media.protocol}, expected UDP/TLS/RTP/SAVPF`);
  }
  const transport = transportAttributesOf(remote, media);
  if (transport === undefined) {
    return uncarriable("it has no ICE and DTLS (expected a=ice-ufrag, a=ice-pwd and a=fingerprint)");
  }
  if (transport.setup === "holdconn") return uncarriable("a=setup:holdconn asks for no connection");
  if (!isData && !isRtcpMuxed(remote, media)) return uncarriable("it has no a=rtcp-mux");
  return undefined;
}

function rejected(because: string): RejectedMedia {
  return { isAccepted: false, because, isUncarriable: false };
}

function uncarriable(because: string): RejectedMedia {
  return { isAccepted: false, because, isUncarriable: true };
}
