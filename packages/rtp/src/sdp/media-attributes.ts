// Reads the attributes of an m-line.

import { parseFormatParameters, STATIC_PAYLOAD_TYPES } from "./format-parameters.ts";
import { parseCandidate } from "./ice-candidate.ts";
import { decimal, firstWord, type SdpTextLine, unexpectedLine, words } from "./sdp-text-line.ts";
import { type AttributeReader, type Draft, parseConnection, setOnce } from "./section-attributes.ts";
import type { MediaDescription, SdpCodec, SdpSimulcastStream } from "./session-description.ts";

/** An m-line while it is read: payload types are put together when all of its lines are known. */
export interface MediaDraft {
  readonly media: Draft<MediaDescription>;
  readonly rtpmaps: Map<number, { readonly name: string; readonly clockRate: number; readonly channels?: number }>;
  readonly fmtps: Map<number, string>;
  readonly feedback: Map<number | "*", Set<string>>;
}

/** Feedback messages kept per payload type: more has no browser, and `*` multiplies them. */
const MAX_FEEDBACK = 32;

/** The readers by attribute name. */
export const MEDIA_ATTRIBUTES: ReadonlyMap<string, AttributeReader<MediaDraft>> = new Map<
  string,
  AttributeReader<MediaDraft>
>([
  ["mid", readMid],
  ["rtpmap", readRtpmap],
  ["fmtp", readFmtp],
  ["rtcp-fb", readFeedback],
  ["rtcp", readRtcp],
  ["rtcp-mux", flag("rtcpMux")],
  ["rtcp-mux-only", flag("rtcpMuxOnly")],
  ["rtcp-rsize", flag("rtcpReducedSize")],
  ["bundle-only", flag("bundleOnly")],
  ["end-of-candidates", flag("endOfCandidates")],
  ["msid", readMsid],
  ["ssrc", readSsrc],
  ["ssrc-group", readSsrcGroup],
  ["rid", readRid],
  ["simulcast", readSimulcast],
  ["candidate", readCandidate],
  ["sctp-port", readSctpPort],
  ["sctpmap", readSctpmap],
  ["max-message-size", readMaxMessageSize],
  ["crypto", readCrypto],
]);

/** The payload types of an m-line in its order, with what the lines below said of each. */
export function assembleCodecs(draft: MediaDraft): SdpCodec[] {
  const codecs: SdpCodec[] = [];
  const wildcard = draft.feedback.get("*") ?? [];
  for (const payloadType of new Set(draft.media.formats.map(Number))) {
    const map = draft.rtpmaps.get(payloadType) ?? STATIC_PAYLOAD_TYPES.get(payloadType);
    if (map === undefined) continue;
    const fmtp = draft.fmtps.get(payloadType);
    codecs.push({
      payloadType,
      ...map,
      ...(fmtp === undefined ? {} : { fmtp }),
      parameters: parseFormatParameters(fmtp ?? ""),
      feedback: [...new Set([...(draft.feedback.get(payloadType) ?? []), ...wildcard])],
    });
  }
  return codecs;
}

type FlagName = "rtcpMux" | "rtcpMuxOnly" | "rtcpReducedSize" | "bundleOnly" | "endOfCandidates";

function flag(name: FlagName): AttributeReader<MediaDraft> {
  return ({ media }, value) => {
    if (value === "") media[name] = true;
    return value === "";
  };
}

function readMid({ media }: MediaDraft, value: string, line: SdpTextLine): boolean {
  const mid = value.trim();
  if (!/^[^\s]{1,256}$/.test(mid)) throw unexpectedLine(line, "an identification without spaces");
  return setOnce(media, "mid", mid);
}

function readRtpmap(draft: MediaDraft, value: string, line: SdpTextLine): boolean {
  const { word, rest = "" } = firstWord(value);
  const payloadType = decimal(word, 127);
  const [name = "", clock, channelText, ...more] = rest.split("/");
  const clockRate = decimal(clock?.trim(), 0xffff_ffff);
  const channels = decimal(channelText?.trim(), 255);
  if (payloadType === undefined || !/^[^\s]+$/.test(name) || !clockRate || more.length > 0) {
    throw unexpectedLine(line, "a payload type, a name and a clock rate, as in rtpmap:96 VP8/90000");
  }
  if (!draft.rtpmaps.has(payloadType)) {
    draft.rtpmaps.set(payloadType, { name, clockRate, ...(channels === undefined ? {} : { channels }) });
  }
  return true;
}

function readFmtp(draft: MediaDraft, value: string, line: SdpTextLine): boolean {
  const { word, rest } = firstWord(value);
  const payloadType = decimal(word, 127);
  // An m-line that is not RTP may have parameters of formats that are no numbers.
  if (payloadType === undefined && !draft.media.protocol.includes("RTP/")) return false;
  if (payloadType === undefined) throw unexpectedLine(line, "a payload type and its parameters, as in fmtp:97 apt=96");
  const before = draft.fmtps.get(payloadType);
  if (rest !== undefined) draft.fmtps.set(payloadType, before === undefined ? rest : `${before};${rest}`);
  return true;
}

function readFeedback(draft: MediaDraft, value: string): boolean {
  const { word, rest } = firstWord(value);
  const key = word === "*" ? word : decimal(word, 127);
  if (key === undefined || rest === undefined) return false;
  const messages = draft.feedback.get(key) ?? new Set();
  if (messages.size < MAX_FEEDBACK) messages.add(words(rest).join(" "));
  draft.feedback.set(key, messages);
  return true;
}

function readRtcp({ media }: MediaDraft, value: string): boolean {
  const { word, rest } = firstWord(value);
  const port = decimal(word, 65535);
  const connection = rest === undefined ? undefined : parseConnection(rest);
  if (port === undefined || (rest !== undefined && connection === undefined)) return false;
  return setOnce(media, "rtcp", { port, ...(connection === undefined ? {} : { connection }) });
}

function readMsid({ media }: MediaDraft, value: string): boolean {
  const [streamId, trackId, ...more] = words(value);
  if (streamId === undefined || more.length > 0) return false;
  media.msids.push({ streamId, ...(trackId === undefined ? {} : { trackId }) });
  return true;
}

function readSsrc({ media }: MediaDraft, value: string, line: SdpTextLine): boolean {
  const { word, rest = "" } = firstWord(value);
  const ssrc = decimal(word, 0xffff_ffff);
  if (ssrc === undefined || rest === "") {
    throw unexpectedLine(line, "a number below 2^32 and an attribute, as in ssrc:1 cname:x");
  }
  const colon = rest.indexOf(":");
  media.ssrcs.push(
    colon < 0 ? { ssrc, attribute: rest } : { ssrc, attribute: rest.slice(0, colon), value: rest.slice(colon + 1) },
  );
  return true;
}

function readSsrcGroup({ media }: MediaDraft, value: string, line: SdpTextLine): boolean {
  const [semantics, ...numbers] = words(value);
  const ssrcs = numbers.map((number) => decimal(number, 0xffff_ffff));
  const known = ssrcs.filter((ssrc) => ssrc !== undefined);
  if (semantics === undefined || known.length === 0 || known.length < ssrcs.length) {
    throw unexpectedLine(line, "semantics and numbers below 2^32, as in ssrc-group:FID 1 2");
  }
  media.ssrcGroups.push({ semantics, ssrcs: known });
  return true;
}

function readRid({ media }: MediaDraft, value: string): boolean {
  const { word: id, rest = "" } = firstWord(value);
  const { word: direction, rest: restrictions } = firstWord(rest);
  if (!/^[\w-]{1,255}$/.test(id) || (direction !== "send" && direction !== "recv")) return false;
  media.rids.push({ id, direction, ...(restrictions === undefined ? {} : { restrictions }) });
  return true;
}

function readSimulcast({ media }: MediaDraft, value: string): boolean {
  const parts = words(value);
  const simulcast = { send: [] as SdpSimulcastStream[], receive: [] as SdpSimulcastStream[] };
  if (parts.length === 0 || parts.length % 2 !== 0 || parts.length > 4) return false;
  for (let index = 0; index < parts.length; index += 2) {
    const direction = parts[index];
    const streams = simulcastStreams(parts[index + 1] ?? "");
    if (streams === undefined || (direction !== "send" && direction !== "recv")) return false;
    if (direction === "send") simulcast.send = streams;
    else simulcast.receive = streams;
  }
  return setOnce(media, "simulcast", simulcast);
}

function simulcastStreams(text: string): SdpSimulcastStream[] | undefined {
  const streams = text
    .split(";")
    .map((stream) => stream.split(",").map((rid) => ({ rid: rid.replace(/^~/, ""), paused: rid.startsWith("~") })));
  return streams.flat().every(({ rid }) => /^[\w-]{1,255}$/.test(rid)) ? streams : undefined;
}

function readCandidate({ media }: MediaDraft, value: string): boolean {
  const candidate = parseCandidate(`candidate:${value}`);
  if (candidate !== undefined) media.candidates.push(candidate);
  return candidate !== undefined;
}

function readSctpPort({ media }: MediaDraft, value: string, line: SdpTextLine): boolean {
  const port = decimal(value.trim(), 65535);
  if (port === undefined) throw unexpectedLine(line, "a port number");
  return setOnce(media, "sctpPort", port);
}

function readSctpmap({ media }: MediaDraft, value: string): boolean {
  const port = decimal(firstWord(value).word, 65535);
  if (port !== undefined) setOnce(media, "sctpPort", port);
  return false;
}

function readMaxMessageSize({ media }: MediaDraft, value: string): boolean {
  const size = decimal(value.trim(), Number.MAX_SAFE_INTEGER);
  return size !== undefined && setOnce(media, "maxMessageSize", size);
}

function readCrypto({ media }: MediaDraft, value: string): boolean {
  const [tagText, suite, keyParameters, ...rest] = words(value);
  const tag = decimal(tagText, 999_999_999);
  if (tag === undefined || suite === undefined || keyParameters === undefined) return false;
  const sessionParameters = rest.join(" ");
  media.cryptos.push({ tag, suite, keyParameters, ...(sessionParameters === "" ? {} : { sessionParameters }) });
  return true;
}
