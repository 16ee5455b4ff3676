// Adds ICE candidates to a description that was written before they were known.

import type { IceCandidate } from "./ice-candidate.ts";
import { isMdnsCandidate } from "./ice-candidate.ts";
import type { MediaDescription, SessionDescription } from "./session-description.ts";

/**
 * The description with these candidates at every accepted m-line, for peers without trickle and for
 * `getLocalSessionDescriptor`. `isComplete` adds `a=end-of-candidates`. Port and address of the m-lines become those
 * of the default candidate (RFC 8839, section 4.2.1.2: relayed before reflexive before host, UDP only).
 */
export function withCandidates(
  description: SessionDescription,
  candidates: readonly IceCandidate[],
  isComplete = false,
): SessionDescription {
  const standard = defaultCandidate(candidates);
  return {
    ...description,
    media: description.media.map((media) => {
      if (media.port === 0 && !media.bundleOnly) return media;
      const addressed = standard === undefined ? media : withDefault(media, standard);
      return { ...addressed, candidates: [...candidates], endOfCandidates: isComplete };
    }),
  };
}

function defaultCandidate(candidates: readonly IceCandidate[]): IceCandidate | undefined {
  const usable = candidates.filter(
    (candidate) => candidate.component === 1 && candidate.transport === "udp" && !isMdnsCandidate(candidate),
  );
  const rank = ({ type, address }: IceCandidate): number =>
    ["relay", "srflx", "host", "prflx"].indexOf(type) * 2 + (address.includes(":") ? 1 : 0);
  return usable.toSorted((one, other) => rank(one) - rank(other))[0];
}

function withDefault(media: MediaDescription, candidate: IceCandidate): MediaDescription {
  const { address, port } = candidate;
  const connection = { networkType: "IN", addressType: address.includes(":") ? "IP6" : "IP4", address };
  return { ...media, port, connection, ...(media.rtcp === undefined ? {} : { rtcp: { port, connection } }) };
}
