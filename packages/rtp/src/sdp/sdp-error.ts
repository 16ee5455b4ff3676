// The one error of this folder: what is wrong with a session description, where, and what was expected.

/**
 * Why a description was refused. The first three come from reading (Kurento's 40201), the last two from
 * negotiating (40205 for an offer, 40206 for an answer).
 *
 * - `empty`: there is no text at all
 * - `syntax`: a line cannot be read
 * - `limit`: longer, or with more m-lines, than {@link SDP_LIMITS}
 * - `unsupported`: readable, but nothing in it can be carried (no ICE, no DTLS, RTP over plain UDP)
 * - `mismatch`: an answer that does not fit its offer
 */
export type SdpErrorReason = "empty" | "syntax" | "limit" | "unsupported" | "mismatch";

/** Where an {@link SdpError} was found, as far as it has a place. */
export interface SdpErrorPlace {
  /** One-based number of the line. */
  readonly line?: number;
  /** The line itself, shortened to 200 characters. */
  readonly text?: string;
  /** Zero-based index of the m-line. */
  readonly mediaIndex?: number;
}

/** A description that cannot be read or negotiated. The message holds line number, line and what was expected. */
export class SdpError extends Error {
  override readonly name = "SdpError";
  readonly reason: SdpErrorReason;
  /** One-based number of the line, where there is one. */
  readonly line: number | undefined;
  /** The line itself, shortened to 200 characters, where there is one. */
  readonly text: string | undefined;
  /** Zero-based index of the m-line, where there is one. */
  readonly mediaIndex: number | undefined;

  constructor(reason: SdpErrorReason, problem: string, place: SdpErrorPlace = {}) {
    const text = place.text === undefined ? undefined : shorten(place.text);
    const where = place.line === undefined ? "" : `line ${place.line} (${JSON.stringify(text ?? "")}): `;
    super(`${where}${problem}`);
    this.reason = reason;
    this.line = place.line;
    this.text = text;
    this.mediaIndex = place.mediaIndex;
  }
}

function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}
