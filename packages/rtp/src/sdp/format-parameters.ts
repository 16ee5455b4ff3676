// Parameters of payload formats (`a=fmtp`), and the payload types whose meaning is fixed.

import type { SdpFormatParameters } from "./session-description.ts";

/** Splits the text of an `a=fmtp`, without its payload type. A name that comes twice keeps its first value. */
export function parseFormatParameters(text: string): SdpFormatParameters {
  const parameters = new Map<string, string>();
  for (const part of text.split(";")) {
    const trimmed = part.trim();
    if (trimmed === "") continue;
    const equals = trimmed.indexOf("=");
    const name = (equals < 0 ? trimmed : trimmed.slice(0, equals)).trim().toLowerCase();
    if (name !== "" && !parameters.has(name)) parameters.set(name, equals < 0 ? "" : trimmed.slice(equals + 1).trim());
  }
  return parameters;
}

/** Writes parameters as an `a=fmtp` holds them: `name=value;name=value`. */
export function writeFormatParameters(parameters: Iterable<readonly [string, string]>): string {
  return [...parameters].map(([name, value]) => (value === "" ? name : `${name}=${value}`)).join(";");
}

/** The payload types of RFC 3551, section 6, that still occur: they need no `a=rtpmap`. */
export const STATIC_PAYLOAD_TYPES: ReadonlyMap<number, { readonly name: string; readonly clockRate: number }> = new Map(
  [
    [0, { name: "PCMU", clockRate: 8000 }],
    [3, { name: "GSM", clockRate: 8000 }],
    [4, { name: "G723", clockRate: 8000 }],
    [8, { name: "PCMA", clockRate: 8000 }],
    [9, { name: "G722", clockRate: 8000 }],
    [13, { name: "CN", clockRate: 8000 }],
    [18, { name: "G729", clockRate: 8000 }],
    [26, { name: "JPEG", clockRate: 90000 }],
    [31, { name: "H261", clockRate: 90000 }],
    [34, { name: "H263", clockRate: 90000 }],
  ],
);
