// One received RTP packet with the facts that everybody behind it needs, found out once.
import { RtpHeader } from "./rtp-header.ts";

const NO_BYTES = new Uint8Array(0);

/**
 * A received packet on its way through a track. Objects are reused (the packet cache keeps one per place in its ring):
 * whoever needs one later than the call that handed it over looks it up in the cache again.
 */
export class RtpPacket {
  /** The whole packet as received (restored to its original form when it came as RTX). Not copied; must not change. */
  bytes: Uint8Array = NO_BYTES;
  readonly header: RtpHeader = new RtpHeader();
  /** Sequence number without wraps, rising over the life of the source; −1 while the object is unused. */
  extendedSequenceNumber: number = -1;
  arrivalMs: number = 0;
  /** True when a decoder can start here: the first packet of a keyframe, or the parameter sets in front of it. */
  startsKeyframe: boolean = false;
}
