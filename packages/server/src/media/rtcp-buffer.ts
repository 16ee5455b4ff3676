// The one buffer of the process in which RTCP packets are put together before they are sent.

import { writeReceiverReport, writeSourceDescription } from "@kurento-ts/rtp";

/** Longest RTCP packet that we send: what passes every path. */
const CAPACITY = 1200;

/** Scratch space; what is in it counts until the next packet is begun, so send at once. */
export const rtcpBuffer: Uint8Array = new Uint8Array(CAPACITY);

/**
 * Begins a compound packet with an empty receiver report and the CNAME (RFC 3550, section 6.1), for feedback to be added.
 * Returns the offset behind them.
 */
export function beginFeedback(ssrc: number, cname: string): number {
  return writeSourceDescription(rtcpBuffer, writeReceiverReport(rtcpBuffer, 0, ssrc), ssrc, cname);
}
