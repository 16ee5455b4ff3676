// Writes RTCP packets one behind the other into a buffer of the caller's, so that they make up one compound packet.
import { writeUint16, writeUint24, writeUint32 } from "../rtp/byte-order.ts";
import { RTCP_BYE, RTCP_PSFB, RTCP_RR, RTCP_RTPFB, RTCP_SDES, RTCP_SR } from "./rtcp-reader.ts";

// Every function writes at `offset` and returns the offset behind what it wrote: with offset 0 that is the length.
// They return `offset` unchanged, having written nothing, when the rest of the buffer is too short.

/** Length of one report block, in bytes. */
export const REPORT_BLOCK_LENGTH = 24;

/** Most SSRCs in one REMB that are written. */
const MAX_REMB_SSRCS = 16;

function writeHead(out: Uint8Array, offset: number, count: number, packetType: number, length: number): void {
  out[offset] = 0x80 | (count & 0x1f);
  out[offset + 1] = packetType;
  writeUint16(out, offset + 2, length / 4 - 1);
}

function fits(out: Uint8Array, offset: number, length: number): boolean {
  return offset + length <= out.length;
}

/** A sender report without report blocks (RFC 3550, section 6.4.1). */
export function writeSenderReport(
  out: Uint8Array,
  offset: number,
  ssrc: number,
  ntpSeconds: number,
  ntpFraction: number,
  rtpTimestamp: number,
  packetCount: number,
  octetCount: number,
): number {
  if (!fits(out, offset, 28)) return offset;
  writeHead(out, offset, 0, RTCP_SR, 28);
  writeUint32(out, offset + 4, ssrc);
  writeUint32(out, offset + 8, ntpSeconds);
  writeUint32(out, offset + 12, ntpFraction);
  writeUint32(out, offset + 16, rtpTimestamp);
  writeUint32(out, offset + 20, packetCount);
  writeUint32(out, offset + 24, octetCount);
  return offset + 28;
}

/** A receiver report without report blocks; add them with {@link appendReportBlock}. */
export function writeReceiverReport(out: Uint8Array, offset: number, ssrc: number): number {
  if (!fits(out, offset, 8)) return offset;
  writeHead(out, offset, 0, RTCP_RR, 8);
  writeUint32(out, offset + 4, ssrc);
  return offset + 8;
}

/**
 * Adds a report block at `offset` to the sender or receiver report that starts at `reportOffset` and ends at `offset`.
 * A report holds 31 blocks at most; further ones are not written.
 */
export function appendReportBlock(
  out: Uint8Array,
  reportOffset: number,
  offset: number,
  ssrc: number,
  fractionLost: number,
  packetsLost: number,
  highestSequenceNumber: number,
  jitter: number,
  lastSenderReport: number,
  delaySinceLastSenderReport: number,
): number {
  const count = (out[reportOffset] ?? 0) & 0x1f;
  if (count === 31 || !fits(out, offset, REPORT_BLOCK_LENGTH)) return offset;
  writeUint32(out, offset, ssrc);
  out[offset + 4] = fractionLost;
  writeUint24(out, offset + 5, Math.min(Math.max(packetsLost, -0x800000), 0x7fffff));
  writeUint32(out, offset + 8, highestSequenceNumber);
  writeUint32(out, offset + 12, jitter);
  writeUint32(out, offset + 16, lastSenderReport);
  writeUint32(out, offset + 20, delaySinceLastSenderReport);
  const end = offset + REPORT_BLOCK_LENGTH;
  writeHead(out, reportOffset, count + 1, out[reportOffset + 1] ?? 0, end - reportOffset);
  return end;
}

/** A source description with the CNAME alone (RFC 3550, section 6.5): ASCII, at most 255 characters of it. */
export function writeSourceDescription(out: Uint8Array, offset: number, ssrc: number, cname: string): number {
  const textLength = Math.min(cname.length, 255);
  // SSRC, item head, text, and at least one zero byte up to the boundary.
  const length = 4 + ((4 + 2 + textLength + 4) & ~3);
  if (!fits(out, offset, length)) return offset;
  writeHead(out, offset, 1, RTCP_SDES, length);
  writeUint32(out, offset + 4, ssrc);
  out[offset + 8] = 1;
  out[offset + 9] = textLength;
  for (let index = 0; index < textLength; index++) {
    const code = cname.charCodeAt(index);
    out[offset + 10 + index] = code < 128 ? code : 0x3f;
  }
  for (let at = offset + 10 + textLength; at < offset + length; at++) out[at] = 0;
  return offset + length;
}

/** BYE of one SSRC (RFC 3550, section 6.6). */
export function writeBye(out: Uint8Array, offset: number, ssrc: number): number {
  if (!fits(out, offset, 8)) return offset;
  writeHead(out, offset, 1, RTCP_BYE, 8);
  writeUint32(out, offset + 4, ssrc);
  return offset + 8;
}

/** Picture loss indication (RFC 4585, section 6.3.1). */
export function writePictureLossIndication(out: Uint8Array, offset: number, sender: number, media: number): number {
  if (!fits(out, offset, 12)) return offset;
  writeHead(out, offset, 1, RTCP_PSFB, 12);
  writeUint32(out, offset + 4, sender);
  writeUint32(out, offset + 8, media);
  return offset + 12;
}

/** Full intra request (RFC 5104, section 4.3.1). `commandNumber` rises by one with each new request, modulo 256. */
export function writeFullIntraRequest(
  out: Uint8Array,
  offset: number,
  sender: number,
  media: number,
  commandNumber: number,
): number {
  if (!fits(out, offset, 20)) return offset;
  writeHead(out, offset, 4, RTCP_PSFB, 20);
  writeUint32(out, offset + 4, sender);
  writeUint32(out, offset + 8, 0);
  writeUint32(out, offset + 12, media);
  writeUint32(out, offset + 16, (commandNumber & 0xff) << 24);
  return offset + 20;
}

/**
 * Generic NACK (RFC 4585, section 6.2.1) for the first `count` numbers of `sequenceNumbers`, which rise (wraps
 * included). Neighbours share an entry: a number and which of the 16 behind it are missing too. Numbers that do not fit
 * into the buffer are left out; nothing is written for a count of 0.
 */
export function writeNack(
  out: Uint8Array,
  offset: number,
  sender: number,
  media: number,
  sequenceNumbers: Uint16Array,
  count: number,
): number {
  if (count === 0 || !fits(out, offset, 16)) return offset;
  let at = offset + 12;
  let index = 0;
  while (index < count && fits(out, at, 4)) {
    const first = sequenceNumbers[index++] ?? 0;
    let following = 0;
    while (index < count) {
      const distance = ((sequenceNumbers[index] ?? 0) - first) & 0xffff;
      if (distance > 16) break;
      if (distance > 0) following |= 1 << (distance - 1);
      index++;
    }
    writeUint16(out, at, first);
    writeUint16(out, at + 2, following);
    at += 4;
  }
  writeHead(out, offset, 1, RTCP_RTPFB, at - offset);
  writeUint32(out, offset + 4, sender);
  writeUint32(out, offset + 8, media);
  return at;
}

/**
 * REMB (draft-alvestrand-rmcat-remb-03): `bitrateBps` is rounded down to what 18 bits of mantissa hold. `ssrcs` are the
 * media streams that it covers together, at most 16.
 */
export function writeRemb(
  out: Uint8Array,
  offset: number,
  sender: number,
  bitrateBps: number,
  ssrcs: readonly number[],
): number {
  const count = Math.min(ssrcs.length, MAX_REMB_SSRCS);
  const length = 20 + 4 * count;
  if (!fits(out, offset, length)) return offset;
  let mantissa = Math.floor(Math.max(bitrateBps, 0));
  let exponent = 0;
  while (mantissa > 0x3ffff && exponent < 63) {
    mantissa = Math.floor(mantissa / 2);
    exponent++;
  }
  writeHead(out, offset, 15, RTCP_PSFB, length);
  writeUint32(out, offset + 4, sender);
  writeUint32(out, offset + 8, 0);
  writeUint32(out, offset + 12, 0x52454d42);
  out[offset + 16] = count;
  out[offset + 17] = (exponent << 2) | (mantissa >> 16);
  writeUint16(out, offset + 18, mantissa);
  for (let index = 0; index < count; index++) writeUint32(out, offset + 20 + 4 * index, ssrcs[index] ?? 0);
  return offset + length;
}
