// The lines of a session description as text, with their numbers, for errors that say where.

import { SdpError } from "./sdp-error.ts";
import { SDP_LIMITS } from "./session-description.ts";

/** One line: `type=value`. */
export interface SdpTextLine {
  /** One-based. */
  readonly number: number;
  readonly text: string;
  /** The letter before `=`. */
  readonly type: string;
  readonly value: string;
}

/**
 * Splits a text into lines. LF is taken for CRLF and empty lines are passed over, because descriptions travel through
 * programs that split and join them. Throws {@link SdpError}.
 */
export function splitSdpLines(text: string): SdpTextLine[] {
  if (text.trim() === "") throw new SdpError("empty", "the description is empty");
  if (text.length > SDP_LIMITS.characters) {
    throw new SdpError(
      "limit",
      `the description has ${text.length} characters, at most ${SDP_LIMITS.characters} are read`,
    );
  }
  const lines: SdpTextLine[] = [];
  let number = 0;
  for (const raw of text.split("\n")) {
    number += 1;
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (line.trim() === "") continue;
    if (lines.length >= SDP_LIMITS.lines) {
      throw new SdpError("limit", `the description has more than ${SDP_LIMITS.lines} lines`);
    }
    if (!/^[a-z]=/.test(line)) {
      throw new SdpError("syntax", "expected a small letter and an equals sign", { line: number, text: line });
    }
    lines.push({ number, text: line, type: line.charAt(0), value: line.slice(2) });
  }
  return lines;
}

/** The error for a line that is not what it should be. */
export function unexpectedLine(line: SdpTextLine, expected: string): SdpError {
  return new SdpError("syntax", `expected ${expected}`, { line: line.number, text: line.text });
}

/** A decimal number from 0 to `max`; undefined for anything else. */
export function decimal(word: string | undefined, max: number): number | undefined {
  if (word === undefined || !/^\d{1,15}$/.test(word)) return undefined;
  const value = Number(word);
  return value <= max ? value : undefined;
}

/** The words of a text that stand between spaces. */
export function words(text: string): string[] {
  return text.split(/[ \t]+/).filter((word) => word !== "");
}

/** The text up to the first space or tab, and what follows it. */
export function firstWord(text: string): { readonly word: string; readonly rest: string | undefined } {
  const trimmed = text.trim();
  const end = trimmed.search(/[ \t]/);
  return end < 0
    ? { word: trimmed, rest: undefined }
    : { word: trimmed.slice(0, end), rest: trimmed.slice(end).trim() };
}
