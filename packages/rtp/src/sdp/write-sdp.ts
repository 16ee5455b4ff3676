// Writes a session description as text that browsers take.

import { SdpError } from "./sdp-error.ts";
import type { SessionDescription } from "./session-description.ts";

/** Writes a session description, lines ended by CRLF. */
export function writeSdp(description: SessionDescription): string {
  throw new SdpError("empty", `not written yet: ${description.media.length} m-lines`);
}
