// Reads a session description: strict in what a negotiation leans on, lenient where browsers differ.

import { assembleCodecs, MEDIA_ATTRIBUTES, type MediaDraft } from "./media-attributes.ts";
import { SdpError } from "./sdp-error.ts";
import { decimal, type SdpTextLine, splitSdpLines, unexpectedLine, words } from "./sdp-text-line.ts";
import {
  type AttributeReader,
  type Draft,
  emptySection,
  parseBandwidth,
  parseConnection,
  SECTION_ATTRIBUTES,
  setOnce,
} from "./section-attributes.ts";
import { SDP_LIMITS, type SdpOrigin, type SdpSection, type SessionDescription } from "./session-description.ts";

/**
 * Reads a session description (RFC 8866, and the attributes that JSEP names in RFC 9429).
 *
 * An error is raised for a missing `v=0` or `o=`, and for an unreadable m-line, payload type, mid, SSRC, extension,
 * ICE credential, fingerprint, setup or SCTP port. Lines may come in any order within their section, `s=` and `t=` may
 * be missing. Other attributes that cannot be read are kept as they stand. Work grows with the length of the text,
 * which {@link SDP_LIMITS} bounds.
 *
 * @throws {@link SdpError} with reason `empty`, `syntax` or `limit`.
 */
export function parseSdp(text: string): SessionDescription {
  const lines = splitSdpLines(text);
  const [first] = lines;
  if (first === undefined || first.type !== "v" || first.value.trim() !== "0") {
    throw new SdpError("syntax", "expected v=0", { line: first?.number ?? 1, text: first?.text ?? "" });
  }
  const session: SessionDraft = {
    ...emptySection(),
    name: "-",
    timing: "0 0",
    groups: [],
    iceLite: false,
    media: [],
  };
  let draft: MediaDraft | undefined;
  const mids = new Set<string>();
  const finish = (last: MediaDraft | undefined): void => {
    if (last === undefined) return;
    if (last.media.mid !== undefined && mids.has(last.media.mid)) {
      throw new SdpError("syntax", `the mid ${JSON.stringify(last.media.mid)} names two m-lines`, {
        mediaIndex: session.media.length,
      });
    }
    if (last.media.mid !== undefined) mids.add(last.media.mid);
    if (isRtp(last.media.protocol)) last.media.codecs = assembleCodecs(last);
    session.media.push(last.media);
  };
  for (const line of lines.slice(1)) {
    if (line.type === "m") {
      finish(draft);
      if (session.media.length >= SDP_LIMITS.mediaLines) throw tooManyMediaLines(line);
      draft = readMediaLine(line);
    } else if (draft !== undefined) readMediaSectionLine(draft, line);
    else readSessionLine(session, line);
  }
  finish(draft);
  const { origin } = session;
  if (origin === undefined) throw new SdpError("syntax", "expected an o= line, there is none");
  return { ...session, origin };
}

type SessionDraft = Omit<Draft<SessionDescription>, "origin"> & { origin?: SdpOrigin };

const SESSION_ATTRIBUTES: ReadonlyMap<string, AttributeReader<SessionDraft>> = new Map<
  string,
  AttributeReader<SessionDraft>
>([
  ["group", readGroup],
  ["msid-semantic", readMsidSemantic],
  ["ice-lite", readIceLite],
]);

function isRtp(protocol: string): boolean {
  return protocol.includes("RTP/");
}

function tooManyMediaLines(line: SdpTextLine): SdpError {
  return new SdpError("limit", `at most ${SDP_LIMITS.mediaLines} m-lines are read`, {
    line: line.number,
    text: line.text,
    mediaIndex: SDP_LIMITS.mediaLines,
  });
}

function readSessionLine(session: SessionDraft, line: SdpTextLine): void {
  if (line.type === "o") setOnce(session, "origin", readOrigin(line));
  else if (line.type === "s") session.name = line.value;
  else if (line.type === "t") session.timing = line.value;
  else if (line.type === "a") readAttribute(line, session, SESSION_ATTRIBUTES, session);
  else readSectionLine(session, line);
}

function readMediaSectionLine(draft: MediaDraft, line: SdpTextLine): void {
  if (line.type === "a") readAttribute(line, draft.media, MEDIA_ATTRIBUTES, draft);
  else readSectionLine(draft.media, line);
}

function readSectionLine(section: Draft<SdpSection>, line: SdpTextLine): void {
  const connection = line.type === "c" ? parseConnection(line.value) : undefined;
  const bandwidth = line.type === "b" ? parseBandwidth(line.value) : undefined;
  if (connection !== undefined) setOnce(section, "connection", connection);
  else if (bandwidth !== undefined) section.bandwidths.push(bandwidth);
  else section.otherLines.push({ type: line.type, value: line.value });
}

function readAttribute<T>(
  line: SdpTextLine,
  section: Draft<SdpSection>,
  own: ReadonlyMap<string, AttributeReader<T>>,
  draft: T,
): void {
  const colon = line.value.indexOf(":");
  const name = colon < 0 ? line.value.trim() : line.value.slice(0, colon);
  const value = colon < 0 ? "" : line.value.slice(colon + 1);
  const isRead = SECTION_ATTRIBUTES.get(name)?.(section, value, line) ?? own.get(name)?.(draft, value, line) ?? false;
  if (!isRead) section.attributes.push(colon < 0 ? { name } : { name, value });
}

function readOrigin(line: SdpTextLine): SdpOrigin {
  const [username, sessionId, sessionVersion, networkType, addressType, address, ...more] = words(line.value);
  if (
    username === undefined ||
    sessionId === undefined ||
    sessionVersion === undefined ||
    networkType === undefined ||
    addressType === undefined ||
    address === undefined ||
    more.length > 0
  ) {
    throw unexpectedLine(line, "six words, as in o=- 1 1 IN IP4 0.0.0.0");
  }
  return { username, sessionId, sessionVersion, networkType, addressType, address };
}

function readMediaLine(line: SdpTextLine): MediaDraft {
  const [kind, portText = "", protocol, ...formats] = words(line.value);
  const [first, second, ...more] = portText.split("/");
  const port = decimal(first, 65535);
  const portCount = decimal(second, 65535);
  const isPort = port !== undefined && more.length === 0 && (second === undefined || portCount !== undefined);
  if (kind === undefined || protocol === undefined || !isPort || formats.length === 0) {
    throw unexpectedLine(line, "kind, port, protocol and formats, as in m=audio 9 UDP/TLS/RTP/SAVPF 111");
  }
  if (isRtp(protocol) && formats.some((format) => decimal(format, 127) === undefined)) {
    throw unexpectedLine(line, "payload types from 0 to 127");
  }
  return {
    media: {
      ...emptySection(),
      kind,
      port,
      ...(portCount === undefined ? {} : { portCount }),
      protocol,
      formats,
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
    },
    rtpmaps: new Map(),
    fmtps: new Map(),
    feedback: new Map(),
  };
}

function readGroup(session: SessionDraft, value: string): boolean {
  const [semantics, ...mids] = words(value);
  // A group that names more than there can be, and more groups than make sense, only cost time.
  if (semantics === undefined || mids.length > SDP_LIMITS.mediaLines || session.groups.length >= 16) return false;
  session.groups.push({ semantics, mids });
  return true;
}

function readMsidSemantic(session: SessionDraft, value: string): boolean {
  const [semantic, ...ids] = words(value);
  return semantic !== undefined && setOnce(session, "msidSemantic", { semantic, ids });
}

function readIceLite(session: SessionDraft, value: string): boolean {
  if (value === "") session.iceLite = true;
  return value === "";
}
