// Answers an offer (RFC 3264, RFC 9429 section 5.3, RFC 9143).

import type { LocalSession } from "./local-session.ts";
import type { Negotiation } from "./negotiated-media.ts";
import { SdpError } from "./sdp-error.ts";
import type { SessionDescription } from "./session-description.ts";

/** Answers an offer. Throws {@link SdpError} (`unsupported`) when nothing in it can be carried. */
export function answerOffer(offer: SessionDescription, local: LocalSession): Negotiation {
  throw new SdpError("unsupported", `not answered yet: ${offer.media.length} m-lines for ${local.sessionId}`);
}
