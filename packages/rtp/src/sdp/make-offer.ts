// Makes our own offer (RFC 9429, section 5.2).

import type { LocalSession } from "./local-session.ts";
import { SdpError } from "./sdp-error.ts";
import type { SessionDescription } from "./session-description.ts";

/** Kurento's `OfferOptions`: false drops the m-line. */
export interface OfferOptions {
  /** True unless said otherwise. */
  readonly offerToReceiveAudio?: boolean;
  /** True unless said otherwise. */
  readonly offerToReceiveVideo?: boolean;
}

/** Makes an offer with the mids `audio0`, `video0` and `application0`, for what `local` has. */
export function makeOffer(local: LocalSession, options: OfferOptions = {}): SessionDescription {
  throw new SdpError("unsupported", `not offered yet: ${local.sessionId} ${Object.keys(options).join()}`);
}
