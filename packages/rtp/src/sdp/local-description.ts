// The parts that our offers and our answers have in common.

import { sends } from "./direction.ts";
import type { LocalMedia, LocalSession } from "./local-session.ts";
import type { LocalSource } from "./negotiated-media.ts";
import type {
  MediaDescription,
  SdpConnection,
  SdpDirection,
  SdpSetup,
  SdpSsrc,
  SessionDescription,
} from "./session-description.ts";

/** No address is known when a description is written: candidates tell (RFC 9429, section 5.2.1). */
const NO_ADDRESS: SdpConnection = { networkType: "IN", addressType: "IP4", address: "0.0.0.0" };

/** The port that stands for "see the candidates". */
const NO_PORT = 9;

/** A description of ours without m-lines. */
export function localDescription(local: LocalSession): SessionDescription {
  return {
    origin: {
      username: "-",
      sessionId: local.sessionId,
      sessionVersion: "1",
      networkType: "IN",
      addressType: "IP4",
      address: "0.0.0.0",
    },
    name: "kurento-ts",
    timing: "0 0",
    groups: [],
    msidSemantic: { semantic: "WMS", ids: ["*"] },
    iceLite: false,
    bandwidths: [],
    extmapAllowMixed: false,
    extensions: [],
    iceOptions: [],
    fingerprints: [],
    attributes: [],
    otherLines: [],
    media: [],
  };
}

/** An m-line of ours that is rejected. */
export function rejectedMedia(
  head: Pick<MediaDescription, "kind" | "protocol" | "formats"> & { readonly mid: string | undefined },
): MediaDescription {
  const { kind, protocol, formats, mid } = head;
  return {
    ...bareMedia(),
    kind,
    protocol,
    formats,
    port: 0,
    connection: NO_ADDRESS,
    direction: "inactive",
    ...(mid === undefined ? {} : { mid }),
  };
}

/** An m-line of ours on our transport, still without codecs, extensions and sources. */
export function acceptedMedia(
  head: Pick<MediaDescription, "kind" | "protocol" | "formats"> & { readonly mid: string | undefined },
  local: LocalSession,
  setup: SdpSetup,
): MediaDescription {
  return {
    ...rejectedMedia(head),
    port: NO_PORT,
    iceUfrag: local.iceUfrag,
    icePwd: local.icePwd,
    iceOptions: ["trickle"],
    fingerprints: [local.fingerprint],
    setup,
  };
}

/** What an audio or video m-line has besides: RTCP on the same path, bandwidth, direction, and what we send. */
export function rtpAttributes(
  direction: SdpDirection,
  media: LocalMedia,
  source: LocalSource | undefined,
): Partial<MediaDescription> {
  const { maxRecvBandwidthKbps = 0 } = media;
  return {
    direction,
    rtcp: { port: NO_PORT, connection: NO_ADDRESS },
    rtcpMux: true,
    bandwidths: maxRecvBandwidthKbps > 0 ? [{ type: "AS", value: maxRecvBandwidthKbps }] : [],
    ...(source === undefined ? {} : sourceAttributes(source)),
  };
}

/** What we send on an m-line; undefined when our direction does not send. */
export function localSource(
  local: LocalSession,
  media: LocalMedia,
  direction: SdpDirection,
  hasRtx: boolean,
): LocalSource | undefined {
  if (!sends(direction)) return undefined;
  return {
    ssrc: media.ssrc,
    rtxSsrc: hasRtx ? media.rtxSsrc : undefined,
    cname: local.cname,
    streamId: local.streamId,
    trackId: media.trackId,
  };
}

function sourceAttributes(source: LocalSource): Pick<MediaDescription, "msids" | "ssrcs" | "ssrcGroups"> {
  const { ssrc, rtxSsrc, cname, streamId, trackId } = source;
  const numbers = rtxSsrc === undefined ? [ssrc] : [ssrc, rtxSsrc];
  return {
    msids: [{ streamId, trackId }],
    ssrcGroups: rtxSsrc === undefined ? [] : [{ semantics: "FID", ssrcs: numbers }],
    ssrcs: numbers.map((number): SdpSsrc => ({ ssrc: number, attribute: "cname", value: cname })),
  };
}

function bareMedia(): Omit<MediaDescription, "kind" | "port" | "protocol" | "formats"> {
  return {
    codecs: [],
    bundleOnly: false,
    rtcpMux: false,
    rtcpMuxOnly: false,
    rtcpReducedSize: false,
    msids: [],
    ssrcs: [],
    ssrcGroups: [],
    rids: [],
    candidates: [],
    endOfCandidates: false,
    cryptos: [],
    bandwidths: [],
    extmapAllowMixed: false,
    extensions: [],
    iceOptions: [],
    fingerprints: [],
    attributes: [],
    otherLines: [],
  };
}
