// Retransmission packets (RFC 4588): the original from one that came in, and one for an original that went lost.
import { readUint16, writeUint16, writeUint32 } from "./byte-order.ts";
import type { RtpHeader } from "./rtp-header.ts";

/** Length of the original sequence number in front of the payload. */
export const RTX_HEADER_LENGTH = 2;

/**
 * Restores the original packet in place: `bytes` is changed and the result is a view of it. `header` is the parsed
 * header of the RTX packet; parse the result anew. Undefined when there is no original inside (padding that probes the
 * path, or a payload that is too short).
 *
 * `ssrc` and `payloadType` are those of the stream that the RTX stream repairs.
 */
export function restoreFromRtx(
  bytes: Uint8Array,
  header: RtpHeader,
  ssrc: number,
  payloadType: number,
): Uint8Array | undefined {
  if (header.payloadLength < RTX_HEADER_LENGTH) return undefined;
  const originalSequenceNumber = readUint16(bytes, header.payloadOffset);
  bytes.copyWithin(RTX_HEADER_LENGTH, 0, header.payloadOffset);
  const original = bytes.subarray(RTX_HEADER_LENGTH);
  original[1] = ((original[1] ?? 0) & 0x80) | (payloadType & 0x7f);
  writeUint16(original, 2, originalSequenceNumber);
  writeUint32(original, 8, ssrc);
  return original;
}

/**
 * Wraps a whole original packet as RTX: same header with `ssrc`, `payloadType` and `sequenceNumber` of the RTX stream,
 * then the original sequence number, then the payload. Padding of the original is left out. Returns the length written
 * to `out` from its start; 0 when it does not fit.
 */
export function wrapAsRtx(
  bytes: Uint8Array,
  header: RtpHeader,
  ssrc: number,
  payloadType: number,
  sequenceNumber: number,
  out: Uint8Array,
): number {
  const length = header.payloadOffset + RTX_HEADER_LENGTH + header.payloadLength;
  if (length > out.length) return 0;
  for (let index = 0; index < header.payloadOffset; index++) out[index] = bytes[index] ?? 0;
  out[0] = (out[0] ?? 0) & ~0x20;
  out[1] = ((out[1] ?? 0) & 0x80) | (payloadType & 0x7f);
  writeUint16(out, 2, sequenceNumber);
  writeUint32(out, 8, ssrc);
  writeUint16(out, header.payloadOffset, header.sequenceNumber);
  const payloadEnd = header.payloadOffset + header.payloadLength;
  for (let index = header.payloadOffset; index < payloadEnd; index++)
    out[index + RTX_HEADER_LENGTH] = bytes[index] ?? 0;
  return length;
}
