// Reads the attributes that stand at session level as well as at an m-line.

import { decimal, firstWord, type SdpTextLine, unexpectedLine, words } from "./sdp-text-line.ts";
import type { SdpBandwidth, SdpConnection, SdpDirection, SdpSection, SdpSetup } from "./session-description.ts";

/** The same value while it is being read: its lists can grow. */
export type Draft<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer Item)[] ? Item[] : T[K] };

/**
 * Reads one attribute into a draft. False when the value has no meaning here: it is then kept as it stands. Throws
 * where a negotiation would lean on it.
 */
export type AttributeReader<T> = (draft: T, value: string, line: SdpTextLine) => boolean;

/** A section without anything in it. */
export function emptySection(): Draft<SdpSection> {
  return {
    bandwidths: [],
    extmapAllowMixed: false,
    extensions: [],
    iceOptions: [],
    fingerprints: [],
    attributes: [],
    otherLines: [],
  };
}

const SETUPS: readonly string[] = ["actpass", "active", "passive", "holdconn"] satisfies SdpSetup[];

/** The readers by attribute name. */
export const SECTION_ATTRIBUTES: ReadonlyMap<string, AttributeReader<Draft<SdpSection>>> = new Map<
  string,
  AttributeReader<Draft<SdpSection>>
>([
  ["sendrecv", direction("sendrecv")],
  ["sendonly", direction("sendonly")],
  ["recvonly", direction("recvonly")],
  ["inactive", direction("inactive")],
  ["ice-ufrag", (draft, value, line) => setOnce(draft, "iceUfrag", iceCredential(value, line))],
  ["ice-pwd", (draft, value, line) => setOnce(draft, "icePwd", iceCredential(value, line))],
  ["ice-options", readIceOptions],
  ["fingerprint", readFingerprint],
  ["setup", readSetup],
  ["extmap", readExtension],
  ["extmap-allow-mixed", readExtmapAllowMixed],
]);

/** Reads a `c=` line, or the address behind the port of `a=rtcp`; undefined when it is none. */
export function parseConnection(text: string): SdpConnection | undefined {
  const [networkType, addressType, address, ...more] = words(text);
  if (networkType === undefined || addressType === undefined || address === undefined || more.length > 0) {
    return undefined;
  }
  return { networkType, addressType, address };
}

/** Reads a `b=` line; undefined when it is none. */
export function parseBandwidth(text: string): SdpBandwidth | undefined {
  const [type = "", amount, ...more] = text.split(":");
  const value = decimal(amount?.trim(), Number.MAX_SAFE_INTEGER);
  return /^[\w-]+$/.test(type) && value !== undefined && more.length === 0 ? { type, value } : undefined;
}

/** Sets a value unless there is one: of two, the first holds. */
export function setOnce<T, K extends keyof T>(draft: T, key: K, value: T[K]): true {
  if (draft[key] === undefined) draft[key] = value;
  return true;
}

function direction(name: SdpDirection): AttributeReader<Draft<SdpSection>> {
  return (draft, value) => value === "" && setOnce(draft, "direction", name);
}

function iceCredential(value: string, line: SdpTextLine): string {
  const trimmed = value.trim();
  if (!/^[!-~]{1,256}$/.test(trimmed)) throw unexpectedLine(line, "1 to 256 visible ASCII characters");
  return trimmed;
}

function readIceOptions(draft: Draft<SdpSection>, value: string): boolean {
  for (const option of words(value)) {
    if (draft.iceOptions.length < 32 && !draft.iceOptions.includes(option)) draft.iceOptions.push(option);
  }
  return true;
}

function readFingerprint(draft: Draft<SdpSection>, value: string, line: SdpTextLine): boolean {
  const { word, rest = "" } = firstWord(value);
  if (!/^[\w-]{1,32}$/.test(word) || !/^[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){0,127}$/.test(rest)) {
    throw unexpectedLine(line, "a hash name and hexadecimal bytes with colons, as in sha-256 AB:CD:…");
  }
  draft.fingerprints.push({ algorithm: word.toLowerCase(), value: rest.toUpperCase() });
  return true;
}

function readSetup(draft: Draft<SdpSection>, value: string, line: SdpTextLine): boolean {
  const setup = value.trim();
  if (!SETUPS.includes(setup)) throw unexpectedLine(line, `one of ${SETUPS.join(", ")}`);
  return setOnce(draft, "setup", setup as SdpSetup);
}

function readExtension(draft: Draft<SdpSection>, value: string, line: SdpTextLine): boolean {
  const { word, rest = "" } = firstWord(value);
  const [idText, directionText, ...more] = word.split("/");
  const id = decimal(idText, 65535);
  const { word: uri, rest: parameters } = firstWord(rest);
  if (!id || uri === "" || more.length > 0) throw unexpectedLine(line, "an id from 1 and a URI, as in extmap:3 urn:…");
  if (directionText !== undefined && !isDirection(directionText)) {
    throw unexpectedLine(line, "sendrecv, sendonly, recvonly or inactive behind the slash");
  }
  draft.extensions.push({
    id,
    ...(directionText === undefined ? {} : { direction: directionText }),
    uri,
    ...(parameters === undefined ? {} : { parameters }),
  });
  return true;
}

function readExtmapAllowMixed(draft: Draft<SdpSection>, value: string): boolean {
  if (value === "") draft.extmapAllowMixed = true;
  return value === "";
}

function isDirection(text: string): text is SdpDirection {
  return text === "sendrecv" || text === "sendonly" || text === "recvonly" || text === "inactive";
}
