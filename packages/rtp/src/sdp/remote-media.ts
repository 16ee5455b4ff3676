// What a peer's description says of its streams and of its end of the transport.

import { sends } from "./direction.ts";
import type { IceCandidate } from "./ice-candidate.ts";
import { bundleGroupOf, type MediaSelection, transportAttributesOf } from "./media-selection.ts";
import type { RemoteMedia, RemoteSource, RemoteTransport } from "./negotiated-media.ts";
import type { MediaDescription, SdpBandwidth, SessionDescription } from "./session-description.ts";

/** The largest message that a peer takes when it names no limit (RFC 8841, section 6.1). */
const DEFAULT_MAX_MESSAGE_SIZE = 65536;

/** The streams that a peer announces at an m-line. */
export function remoteMediaOf(description: SessionDescription, media: MediaDescription): RemoteMedia {
  const ofSsrc = new Map<number, { cname?: string; streamId?: string; trackId?: string }>();
  for (const { ssrc, attribute, value } of media.ssrcs) {
    const known = ofSsrc.get(ssrc) ?? {};
    ofSsrc.set(ssrc, known);
    const [streamId, trackId] = attribute === "msid" ? (value ?? "").split(" ") : [];
    if (attribute === "cname" && value !== undefined) known.cname ??= value;
    if (streamId) known.streamId ??= streamId;
    if (trackId) known.trackId ??= trackId;
  }
  const msid = media.msids[0] ?? [...ofSsrc.values()].find(({ streamId }) => streamId !== undefined);
  // Firefox names the SSRCs of its RTCP even where it sends no media.
  const isSending = sends(media.direction ?? description.direction ?? "sendrecv");
  const layers = media.ssrcGroups.filter(({ semantics }) => semantics === "SIM").map(({ ssrcs }) => ssrcs);
  return {
    sources: isSending ? sourcesOf(media, (ssrc) => ofSsrc.get(ssrc)?.cname) : [],
    simulcastSsrcs: isSending ? layers : [],
    rids: media.rids.filter(({ direction }) => direction === "send").map(({ id }) => id),
    simulcast: media.simulcast,
    streamId: msid?.streamId === "-" ? undefined : msid?.streamId,
    trackId: msid?.trackId,
    maxBitrateBps: bitrateOf(media.bandwidths) ?? bitrateOf(description.bandwidths),
  };
}

/** A peer's end of its data channels. */
export function remoteSctpOf(media: MediaDescription): {
  readonly remotePort: number;
  readonly remoteMaxMessageSize: number;
} {
  return {
    remotePort: media.sctpPort ?? 5000,
    remoteMaxMessageSize:
      media.maxMessageSize === 0 ? Number.POSITIVE_INFINITY : (media.maxMessageSize ?? DEFAULT_MAX_MESSAGE_SIZE),
  };
}

/** The peer's end of the path that the accepted m-lines share; undefined when there is none. */
export function remoteTransportOf(
  description: SessionDescription,
  selection: MediaSelection,
): RemoteTransport | undefined {
  const accepted = description.media.filter((_, index) => selection.verdicts[index]?.isAccepted);
  // In a BUNDLE group the first accepted mid of the group describes the path, which need not be the first m-line.
  const tagged = selection.group?.mids.map((mid) => accepted.find((media) => media.mid === mid)).find(Boolean);
  const media = tagged ?? accepted[0];
  const transport = media === undefined ? undefined : transportAttributesOf(description, media);
  if (media === undefined || transport?.iceUfrag === undefined || transport.icePwd === undefined) return undefined;
  const { iceUfrag, icePwd, iceOptions, fingerprints, setup = "actpass" } = transport;
  const group = bundleGroupOf(description, media);
  const onPath = description.media.filter(
    (other) =>
      other === media ||
      (group?.mids.includes(other.mid ?? "") && (other.iceUfrag ?? description.iceUfrag ?? iceUfrag) === iceUfrag),
  );
  return {
    mediaIndex: description.media.indexOf(media),
    iceUfrag,
    icePwd,
    iceOptions,
    iceLite: description.iceLite,
    fingerprints,
    setup,
    candidates: distinctCandidates(onPath.flatMap(({ candidates }) => candidates)),
    endOfCandidates: onPath.some(({ endOfCandidates }) => endOfCandidates),
  };
}

function sourcesOf(media: MediaDescription, cnameOf: (ssrc: number) => string | undefined): RemoteSource[] {
  const rtxOf = new Map<number, number>();
  for (const { semantics, ssrcs } of media.ssrcGroups) {
    const [ssrc, rtxSsrc] = ssrcs;
    if (semantics === "FID" && ssrc !== undefined && rtxSsrc !== undefined && ssrc !== rtxSsrc)
      rtxOf.set(ssrc, rtxSsrc);
  }
  const repairs = new Set(rtxOf.values());
  const grouped = media.ssrcGroups.filter(({ semantics }) => semantics === "SIM").flatMap(({ ssrcs }) => ssrcs);
  const all = new Set([...media.ssrcs.map(({ ssrc }) => ssrc), ...grouped, ...rtxOf.keys()]);
  return [...all]
    .filter((ssrc) => !repairs.has(ssrc))
    .map((ssrc) => ({ ssrc, rtxSsrc: rtxOf.get(ssrc), cname: cnameOf(ssrc) }));
}

function bitrateOf(bandwidths: readonly SdpBandwidth[]): number | undefined {
  const of = (name: string): number | undefined => bandwidths.find(({ type }) => type === name)?.value;
  const kbps = of("AS");
  return of("TIAS") ?? (kbps === undefined ? undefined : kbps * 1000);
}

function distinctCandidates(candidates: readonly IceCandidate[]): IceCandidate[] {
  const byAddress = new Map<string, IceCandidate>();
  for (const candidate of candidates) {
    const { component, transport, address, port, type, tcpType = "" } = candidate;
    const key = [transport, address, port, type, tcpType].join(" ");
    if (component === 1 && !byAddress.has(key)) byAddress.set(key, candidate);
  }
  return [...byAddress.values()];
}
