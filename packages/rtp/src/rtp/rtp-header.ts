// The RTP header (RFC 3550, section 5.1): parsed into an object that is used again and again, and written.
import { readUint16, readUint32, writeUint16, writeUint32 } from "./byte-order.ts";

//   0                   1                   2                   3
//   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//  |V=2|P|X|  CC   |M|     PT      |       sequence number         |
//  |                           timestamp                           |
//  |                             SSRC                              |
//  |                        CSRC × CC                              |
//  |      extension profile        |   extension length in words   |   when X

/** Length of the header without CSRCs and extensions, in bytes. */
export const FIXED_HEADER_LENGTH = 12;

/** Profile of one-byte header extensions (RFC 8285, section 4.2). */
export const ONE_BYTE_PROFILE = 0xbede;

/**
 * One parsed RTP header. Mutable on purpose: one object is filled for packet after packet, so that parsing allocates
 * nothing. Offsets and lengths are in bytes and relative to the start of the packet.
 */
export class RtpHeader {
  marker: boolean = false;
  payloadType: number = 0;
  /** 0 to 65535, as it stands in the packet. */
  sequenceNumber: number = 0;
  /** 0 to 2^32 − 1, in ticks of the payload's clock. */
  timestamp: number = 0;
  ssrc: number = 0;
  /** How many CSRCs follow the fixed header, 0 to 15. */
  csrcCount: number = 0;
  /** 0xBEDE for one-byte, 0x1000 to 0x100F for two-byte extensions, −1 without an extension block. */
  extensionProfile: number = -1;
  /** Where the elements of the extension block start; the block's own four bytes are before it. */
  extensionOffset: number = 0;
  /** Length of the elements, padding among them included; 0 without a block. */
  extensionLength: number = 0;
  payloadOffset: number = 0;
  /** Without the padding at the end. 0 in a packet that only probes or keeps alive. */
  payloadLength: number = 0;
  /** Length of the padding with its length byte; 0 without the P bit. */
  paddingLength: number = 0;
}

/** Takes over every field of another header. */
export function copyRtpHeader(from: RtpHeader, to: RtpHeader): void {
  to.marker = from.marker;
  to.payloadType = from.payloadType;
  to.sequenceNumber = from.sequenceNumber;
  to.timestamp = from.timestamp;
  to.ssrc = from.ssrc;
  to.csrcCount = from.csrcCount;
  to.extensionProfile = from.extensionProfile;
  to.extensionOffset = from.extensionOffset;
  to.extensionLength = from.extensionLength;
  to.payloadOffset = from.payloadOffset;
  to.payloadLength = from.payloadLength;
  to.paddingLength = from.paddingLength;
}

/**
 * True for RTCP where RTP and RTCP share a port (RFC 5761, section 4: a second byte of 192 to 223). Neither a proof that
 * the packet is well-formed, nor are other protocols on the port (STUN, DTLS) told apart.
 */
export function isRtcp(bytes: Uint8Array): boolean {
  const packetType = bytes[1] ?? 0;
  return bytes.length >= 4 && packetType >= 192 && packetType <= 223;
}

/**
 * Fills `header` from a packet. False when the packet is malformed (too short, another version, CSRCs, extensions or
 * padding that reach beyond its end); `header` is then undefined in part. Never throws.
 */
export function parseRtpHeader(bytes: Uint8Array, header: RtpHeader): boolean {
  const length = bytes.length;
  if (length < FIXED_HEADER_LENGTH) return false;
  const first = bytes[0] ?? 0;
  if (first >> 6 !== 2) return false;
  const second = bytes[1] ?? 0;
  const csrcCount = first & 0x0f;
  let offset = FIXED_HEADER_LENGTH + 4 * csrcCount;
  if ((first & 0x10) !== 0) {
    if (offset + 4 > length) return false;
    const extensionLength = 4 * readUint16(bytes, offset + 2);
    header.extensionProfile = readUint16(bytes, offset);
    header.extensionOffset = offset + 4;
    header.extensionLength = extensionLength;
    offset += 4 + extensionLength;
  } else {
    header.extensionProfile = -1;
    header.extensionOffset = 0;
    header.extensionLength = 0;
  }
  if (offset > length) return false;
  let paddingLength = 0;
  if ((first & 0x20) !== 0) {
    paddingLength = bytes[length - 1] ?? 0;
    if (paddingLength === 0 || offset + paddingLength > length) return false;
  }
  header.marker = (second & 0x80) !== 0;
  header.payloadType = second & 0x7f;
  header.sequenceNumber = readUint16(bytes, 2);
  header.timestamp = readUint32(bytes, 4);
  header.ssrc = readUint32(bytes, 8);
  header.csrcCount = csrcCount;
  header.payloadOffset = offset;
  header.payloadLength = length - offset - paddingLength;
  header.paddingLength = paddingLength;
  return true;
}

/**
 * Writes the twelve fixed bytes at `offset`, without CSRCs and padding, and returns the offset behind them. With
 * `hasExtension` the caller writes the extension block there.
 */
export function writeRtpHeader(
  out: Uint8Array,
  offset: number,
  marker: boolean,
  payloadType: number,
  sequenceNumber: number,
  timestamp: number,
  ssrc: number,
  hasExtension: boolean = false,
): number {
  out[offset] = hasExtension ? 0x90 : 0x80;
  out[offset + 1] = (marker ? 0x80 : 0) | (payloadType & 0x7f);
  writeUint16(out, offset + 2, sequenceNumber);
  writeUint32(out, offset + 4, timestamp);
  writeUint32(out, offset + 8, ssrc);
  return offset + FIXED_HEADER_LENGTH;
}
