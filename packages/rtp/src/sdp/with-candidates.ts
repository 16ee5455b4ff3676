// Adds ICE candidates to a description that was written before they were known.

import type { IceCandidate } from "./ice-candidate.ts";
import type { SessionDescription } from "./session-description.ts";

/**
 * The description with these candidates at every accepted m-line, for peers without trickle and for
 * `getLocalSessionDescriptor`. `complete` adds `a=end-of-candidates`.
 */
export function withCandidates(
  description: SessionDescription,
  candidates: readonly IceCandidate[],
  complete = false,
): SessionDescription {
  return {
    ...description,
    media: description.media.map((media) =>
      media.port === 0 ? media : { ...media, candidates, endOfCandidates: complete },
    ),
  };
}
