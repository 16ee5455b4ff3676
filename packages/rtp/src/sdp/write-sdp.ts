// Writes a session description as text that browsers take.

import { writeCandidate } from "./ice-candidate.ts";
import type {
  MediaDescription,
  SdpCodec,
  SdpConnection,
  SdpExtension,
  SdpLine,
  SdpSection,
  SdpSimulcastStream,
  SessionDescription,
} from "./session-description.ts";

/**
 * Writes a session description, every line ended by CRLF: the lines in the order that RFC 8866 asks for, the
 * attributes in the order of Chromium, which Firefox and Safari take too.
 */
export function writeSdp(description: SessionDescription): string {
  const { origin } = description;
  const lines = [
    "v=0",
    `o=${origin.username} ${origin.sessionId} ${origin.sessionVersion} ${connectionText(origin)}`,
    `s=${description.name}`,
    ...otherLines(description, "iuep"),
    ...connectionLines(description),
    `t=${description.timing}`,
    ...description.otherLines.filter(({ type }) => !"iuepcb".includes(type)).map(otherLine),
    ...description.groups.map((group) => `a=group:${[group.semantics, ...group.mids].join(" ")}`),
    ...(description.extmapAllowMixed ? ["a=extmap-allow-mixed"] : []),
    ...msidSemanticLines(description),
    ...(description.iceLite ? ["a=ice-lite"] : []),
    ...transportLines(description),
    ...description.extensions.map(extensionLine),
    ...(description.direction === undefined ? [] : [`a=${description.direction}`]),
    ...attributeLines(description),
    ...description.media.flatMap(mediaLines),
  ];
  return `${lines.join("\r\n")}\r\n`;
}

function mediaLines(media: MediaDescription): string[] {
  const port = media.portCount === undefined ? `${media.port}` : `${media.port}/${media.portCount}`;
  return [
    `m=${media.kind} ${port} ${media.protocol} ${media.formats.join(" ")}`,
    ...otherLines(media, "i"),
    ...connectionLines(media),
    ...media.otherLines.filter(({ type }) => !"icb".includes(type)).map(otherLine),
    ...rtcpLines(media),
    ...media.candidates.map((candidate) => `a=${writeCandidate(candidate)}`),
    ...(media.endOfCandidates ? ["a=end-of-candidates"] : []),
    ...transportLines(media),
    ...(media.mid === undefined ? [] : [`a=mid:${media.mid}`]),
    ...(media.extmapAllowMixed ? ["a=extmap-allow-mixed"] : []),
    ...media.extensions.map(extensionLine),
    ...(media.direction === undefined ? [] : [`a=${media.direction}`]),
    ...media.msids.map(({ streamId, trackId }) => `a=msid:${streamId}${trackId === undefined ? "" : ` ${trackId}`}`),
    ...(media.bundleOnly ? ["a=bundle-only"] : []),
    ...(media.rtcpMux ? ["a=rtcp-mux"] : []),
    ...(media.rtcpMuxOnly ? ["a=rtcp-mux-only"] : []),
    ...(media.rtcpReducedSize ? ["a=rtcp-rsize"] : []),
    ...media.codecs.flatMap(codecLines),
    ...media.rids.map(
      ({ id, direction, restrictions }) =>
        `a=rid:${id} ${direction}${restrictions === undefined ? "" : ` ${restrictions}`}`,
    ),
    ...simulcastLines(media),
    ...media.ssrcGroups.map(({ semantics, ssrcs }) => `a=ssrc-group:${[semantics, ...ssrcs].join(" ")}`),
    ...media.ssrcs.map(
      ({ ssrc, attribute, value }) => `a=ssrc:${ssrc} ${attribute}${value === undefined ? "" : `:${value}`}`,
    ),
    ...media.cryptos.map(({ tag, suite, keyParameters, sessionParameters }) =>
      `a=crypto:${tag} ${suite} ${keyParameters} ${sessionParameters ?? ""}`.trimEnd(),
    ),
    ...(media.sctpPort === undefined ? [] : [`a=sctp-port:${media.sctpPort}`]),
    ...(media.maxMessageSize === undefined ? [] : [`a=max-message-size:${media.maxMessageSize}`]),
    ...attributeLines(media),
  ];
}

function codecLines(codec: SdpCodec): string[] {
  const { payloadType, name, clockRate, channels, fmtp, feedback } = codec;
  return [
    `a=rtpmap:${payloadType} ${name}/${clockRate}${channels === undefined ? "" : `/${channels}`}`,
    ...feedback.map((message) => `a=rtcp-fb:${payloadType} ${message}`),
    ...(fmtp === undefined ? [] : [`a=fmtp:${payloadType} ${fmtp}`]),
  ];
}

function connectionText(connection: SdpConnection): string {
  return `${connection.networkType} ${connection.addressType} ${connection.address}`;
}

function connectionLines(section: SdpSection): string[] {
  return [
    ...(section.connection === undefined ? [] : [`c=${connectionText(section.connection)}`]),
    ...section.bandwidths.map(({ type, value }) => `b=${type}:${value}`),
    ...otherLines(section, "cb"),
  ];
}

function otherLines(section: SdpSection, types: string): string[] {
  return section.otherLines.filter(({ type }) => types.includes(type)).map(otherLine);
}

function otherLine({ type, value }: SdpLine): string {
  return `${type}=${value}`;
}

function attributeLines(section: SdpSection): string[] {
  return section.attributes.map(({ name, value }) => (value === undefined ? `a=${name}` : `a=${name}:${value}`));
}

function transportLines(section: SdpSection): string[] {
  return [
    ...(section.iceUfrag === undefined ? [] : [`a=ice-ufrag:${section.iceUfrag}`]),
    ...(section.icePwd === undefined ? [] : [`a=ice-pwd:${section.icePwd}`]),
    ...(section.iceOptions.length === 0 ? [] : [`a=ice-options:${section.iceOptions.join(" ")}`]),
    ...section.fingerprints.map(({ algorithm, value }) => `a=fingerprint:${algorithm} ${value}`),
    ...(section.setup === undefined ? [] : [`a=setup:${section.setup}`]),
  ];
}

function extensionLine({ id, direction, uri, parameters }: SdpExtension): string {
  const way = direction === undefined ? "" : `/${direction}`;
  return `a=extmap:${id}${way} ${uri}${parameters === undefined ? "" : ` ${parameters}`}`;
}

function msidSemanticLines({ msidSemantic }: SessionDescription): string[] {
  if (msidSemantic === undefined) return [];
  return [`a=msid-semantic:${[` ${msidSemantic.semantic}`, ...msidSemantic.ids].join(" ")}`];
}

function rtcpLines({ rtcp }: MediaDescription): string[] {
  if (rtcp === undefined) return [];
  return [`a=rtcp:${rtcp.port}${rtcp.connection === undefined ? "" : ` ${connectionText(rtcp.connection)}`}`];
}

function simulcastLines({ simulcast }: MediaDescription): string[] {
  if (simulcast === undefined) return [];
  const list = (streams: readonly SdpSimulcastStream[]): string =>
    streams.map((stream) => stream.map(({ rid, paused }) => (paused ? `~${rid}` : rid)).join(",")).join(";");
  const parts = [
    ...(simulcast.send.length === 0 ? [] : [`send ${list(simulcast.send)}`]),
    ...(simulcast.receive.length === 0 ? [] : [`recv ${list(simulcast.receive)}`]),
  ];
  return parts.length === 0 ? [] : [`a=simulcast:${parts.join(" ")}`];
}
