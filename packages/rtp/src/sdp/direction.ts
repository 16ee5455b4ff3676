// Directions of an m-line, turned round and narrowed (RFC 3264, section 6.1).

import type { SdpDirection } from "./session-description.ts";

/** True when the side that wrote the direction sends. */
export function sends(direction: SdpDirection): boolean {
  return direction === "sendrecv" || direction === "sendonly";
}

/** True when the side that wrote the direction receives. */
export function receives(direction: SdpDirection): boolean {
  return direction === "sendrecv" || direction === "recvonly";
}

/** What one direction means when seen from the other side. */
export function reverseDirection(direction: SdpDirection): SdpDirection {
  return directionOf(receives(direction), sends(direction));
}

/** What two directions of the same side both allow. */
export function commonDirection(one: SdpDirection, other: SdpDirection): SdpDirection {
  return directionOf(sends(one) && sends(other), receives(one) && receives(other));
}

function directionOf(isSending: boolean, isReceiving: boolean): SdpDirection {
  if (isSending) return isReceiving ? "sendrecv" : "sendonly";
  return isReceiving ? "recvonly" : "inactive";
}
