// RTP header extensions (RFC 8285): found in a packet, and carried over to another packet under other ids.
import { writeUint16, writeUint24 } from "./byte-order.ts";
import { ONE_BYTE_PROFILE, type RtpHeader } from "./rtp-header.ts";

/** Highest id of the one-byte form; 15 ends the block. */
export const MAX_ONE_BYTE_ID = 14;

/** Length of an abs-send-time element in the one-byte form. */
const ABS_SEND_TIME_LENGTH = 4;

function isTwoByteProfile(profile: number): boolean {
  return (profile & 0xfff0) === 0x1000;
}

/**
 * Offset of the data of extension `id` in the packet, −1 when it is not there. Knows the one-byte and the two-byte form;
 * an element that reaches beyond the block ends the search. The length is what {@link headerExtensionLength} says.
 */
export function findHeaderExtension(bytes: Uint8Array, header: RtpHeader, id: number): number {
  const end = header.extensionOffset + header.extensionLength;
  let at = header.extensionOffset;
  if (header.extensionProfile === ONE_BYTE_PROFILE) {
    while (at < end) {
      const head = bytes[at] ?? 0;
      if (head === 0) {
        at++;
        continue;
      }
      const length = (head & 0x0f) + 1;
      if (head >> 4 === 15 || at + 1 + length > end) return -1;
      if (head >> 4 === id) return at + 1;
      at += 1 + length;
    }
  } else if (isTwoByteProfile(header.extensionProfile)) {
    while (at < end) {
      const found = bytes[at] ?? 0;
      if (found === 0) {
        at++;
        continue;
      }
      const length = bytes[at + 1] ?? 0;
      if (at + 2 + length > end) return -1;
      if (found === id) return at + 2;
      at += 2 + length;
    }
  }
  return -1;
}

/** Length of the data at an offset that {@link findHeaderExtension} returned. */
export function headerExtensionLength(bytes: Uint8Array, header: RtpHeader, dataOffset: number): number {
  const before = bytes[dataOffset - 1] ?? 0;
  return header.extensionProfile === ONE_BYTE_PROFILE ? (before & 0x0f) + 1 : before;
}

/**
 * Which extensions of a source go on to a receiver, and under which id there. Everything that is not mapped is
 * stripped. Made once per pair of source and receiver; the packets pass through without allocation.
 */
export class HeaderExtensionMap {
  /** The receiver's id of abs-send-time, 0 when it has not agreed to it. It is written anew with each packet. */
  readonly absSendTimeId: number;
  /** True when no packet can get an extension. */
  readonly isEmpty: boolean;
  readonly #targetIds: Uint8Array = new Uint8Array(256);

  /**
   * `ids` maps a source's id (1 to 255) to the receiver's (1 to 14). `absSendTimeId` is the receiver's id of
   * abs-send-time: the time must be that of our own sending, so the source's element is never carried over.
   * Throws RangeError for ids outside these limits.
   */
  constructor(ids: ReadonlyMap<number, number>, absSendTimeId: number = 0) {
    if (absSendTimeId < 0 || absSendTimeId > MAX_ONE_BYTE_ID) {
      throw new RangeError(`absSendTimeId: expected 0 to ${MAX_ONE_BYTE_ID}, got ${absSendTimeId}`);
    }
    let mapped = 0;
    for (const [source, target] of ids) {
      if (source < 1 || source > 255 || target < 1 || target > MAX_ONE_BYTE_ID) {
        throw new RangeError(
          `header extension ids: expected 1 to 255 → 1 to ${MAX_ONE_BYTE_ID}, got ${source} → ${target}`,
        );
      }
      if (target === absSendTimeId) continue;
      this.#targetIds[source] = target;
      mapped++;
    }
    this.absSendTimeId = absSendTimeId;
    this.isEmpty = mapped === 0 && absSendTimeId === 0;
  }

  /** Bytes that the extension block of this packet will take, its four bytes of head and its padding included; 0 without one. */
  outputLength(bytes: Uint8Array, header: RtpHeader): number {
    if (this.isEmpty) return 0;
    const elements = this.#walk(bytes, header, undefined, 0) + (this.absSendTimeId > 0 ? ABS_SEND_TIME_LENGTH : 0);
    return elements === 0 ? 0 : 4 + ((elements + 3) & ~3);
  }

  /**
   * Writes the block at `offset` in the one-byte form; `outputLength` is what {@link outputLength} said of the same
   * packet. Returns the offset behind it.
   */
  write(
    bytes: Uint8Array,
    header: RtpHeader,
    nowMs: number,
    out: Uint8Array,
    offset: number,
    outputLength: number,
  ): number {
    const end = offset + outputLength;
    if (outputLength === 0) return end;
    writeUint16(out, offset, ONE_BYTE_PROFILE);
    writeUint16(out, offset + 2, (outputLength - 4) >> 2);
    let at = offset + 4;
    if (this.absSendTimeId > 0) {
      out[at] = (this.absSendTimeId << 4) | 2;
      writeUint24(out, at + 1, absSendTime(nowMs));
      at += ABS_SEND_TIME_LENGTH;
    }
    at += this.#walk(bytes, header, out, at);
    while (at < end) out[at++] = 0;
    return end;
  }

  /** Length of the carried elements in the one-byte form; with `out` they are also written. */
  #walk(bytes: Uint8Array, header: RtpHeader, out: Uint8Array | undefined, offset: number): number {
    const isOneByte = header.extensionProfile === ONE_BYTE_PROFILE;
    if (!isOneByte && !isTwoByteProfile(header.extensionProfile)) return 0;
    const end = header.extensionOffset + header.extensionLength;
    let at = header.extensionOffset;
    let written = 0;
    while (at < end) {
      const head = bytes[at++] ?? 0;
      if (head === 0) continue;
      let id = head;
      let length: number;
      if (isOneByte) {
        id = head >> 4;
        length = (head & 0x0f) + 1;
        if (id === 15) break;
      } else {
        length = bytes[at++] ?? 0;
      }
      if (at + length > end) break;
      const target = this.#targetIds[id] ?? 0;
      // The one-byte form holds 1 to 16 bytes; what does not fit is stripped.
      if (target !== 0 && length > 0 && length <= 16) {
        if (out !== undefined) {
          const to = offset + written;
          out[to] = (target << 4) | (length - 1);
          for (let index = 0; index < length; index++) out[to + 1 + index] = bytes[at + index] ?? 0;
        }
        written += 1 + length;
      }
      at += length;
    }
    return written;
  }
}

/** The 24 bits of abs-send-time: seconds modulo 64 in units of 2^−18 s. */
export function absSendTime(nowMs: number): number {
  const units = Math.floor(nowMs * 262.144);
  return units - Math.floor(units / 0x1000000) * 0x1000000;
}
