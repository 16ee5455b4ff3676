// ICE user name fragments and passwords: making ours, checking theirs.

import { randomBytes } from "node:crypto";

/** What one side calls itself in ICE (RFC 8839, section 5.4). */
export interface IceCredentials {
  /** 4 to 256 characters of A–Z, a–z, 0–9, `+` and `/`. */
  readonly ufrag: string;
  /** 22 to 256 of the same characters. */
  readonly pwd: string;
}

const UFRAG = /^[A-Za-z0-9+/]{4,256}$/;
const PWD = /^[A-Za-z0-9+/]{22,256}$/;

/** New credentials: 48 bits of name, 144 bits of password (RFC 8445, section 5.3 asks for 24 and 128). */
export function generateIceCredentials(): IceCredentials {
  return { ufrag: randomBytes(6).toString("base64"), pwd: randomBytes(18).toString("base64") };
}

/**
 * Says what is wrong with credentials; undefined when they are fine. `-`, `_` and `=` are let pass in theirs: some
 * peers write them, and nothing breaks.
 */
export function faultInIceCredentials({ ufrag, pwd }: IceCredentials): string | undefined {
  if (!UFRAG.test(relaxed(ufrag))) return `ice-ufrag: expected 4 to 256 ice-char, got ${ufrag.length} characters`;
  if (!PWD.test(relaxed(pwd))) return `ice-pwd: expected 22 to 256 ice-char, got ${pwd.length} characters`;
  return undefined;
}

function relaxed(text: string): string {
  return text.replace(/[-_=]/g, "+");
}
