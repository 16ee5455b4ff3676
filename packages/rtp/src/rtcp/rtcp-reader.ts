// Reads compound RTCP packets (RFC 3550, 4585, 5104): a visitor is told of every report and request inside.
import { readUint16, readUint32 } from "../rtp/byte-order.ts";

/** RTCP packet types. */
export const RTCP_SR = 200;
export const RTCP_RR = 201;
export const RTCP_SDES = 202;
export const RTCP_BYE = 203;
export const RTCP_APP = 204;
/** Transport layer feedback (RFC 4585). */
export const RTCP_RTPFB = 205;
/** Payload-specific feedback (RFC 4585). */
export const RTCP_PSFB = 206;

const RTPFB_NACK = 1;
const RTPFB_TRANSPORT_CC = 15;
const PSFB_PLI = 1;
const PSFB_FIR = 4;
const PSFB_AFB = 15;
const SDES_CNAME = 1;
const REMB_ID = 0x52454d42;
const REPORT_BLOCK_LENGTH = 24;

/** One report block (RFC 3550, section 6.4.1). The reader uses one object for all blocks: copy what is kept. */
export class ReportBlock {
  /** The stream that is reported on. */
  ssrc: number = 0;
  /** Lost since the last report, in 256ths. */
  fractionLost: number = 0;
  /** Cumulative, signed (duplicates may make it negative). */
  packetsLost: number = 0;
  highestSequenceNumber: number = 0;
  /** In ticks of the payload's clock. */
  jitter: number = 0;
  /** Middle 32 bits of the last sender report's NTP time, 0 when none was received. */
  lastSenderReport: number = 0;
  /** Units of 1/65536 s. */
  delaySinceLastSenderReport: number = 0;
}

/**
 * What an RTCP packet may say. Every method is optional; what nobody asks for is skipped. `sender` is the SSRC that the
 * RTCP packet came from, `media` the stream that it is about.
 */
export interface RtcpVisitor {
  senderReport?(
    sender: number,
    ntpSeconds: number,
    ntpFraction: number,
    rtpTimestamp: number,
    packetCount: number,
    octetCount: number,
  ): void;
  /** Once per block of sender and receiver reports. `block` is reused. */
  reportBlock?(sender: number, block: ReportBlock): void;
  cname?(ssrc: number, cname: string): void;
  /** Once per SSRC that leaves. */
  bye?(ssrc: number): void;
  /** `name` are the four characters as a 32-bit number; the data are `length` bytes at `offset`. */
  app?(sender: number, subtype: number, name: number, bytes: Uint8Array, offset: number, length: number): void;
  /** Once per missing sequence number (RFC 4585, section 6.2.1). */
  nack?(sender: number, media: number, sequenceNumber: number): void;
  /** Transport-wide congestion control: the whole RTCP packet, `length` bytes at `offset`. */
  transportFeedback?(sender: number, media: number, bytes: Uint8Array, offset: number, length: number): void;
  pictureLossIndication?(sender: number, media: number): void;
  /** Once per entry (RFC 5104, section 4.3.1). A repeated `commandNumber` is the same request again. */
  fullIntraRequest?(sender: number, media: number, commandNumber: number): void;
  /** REMB: `ssrcs` is reused, its first `count` entries count. */
  receiverEstimatedMaxBitrate?(sender: number, bitrateBps: number, ssrcs: Uint32Array, count: number): void;
  /** Every packet that none of the others covers (XR, SLI, …): `length` bytes at `offset`, header included. */
  other?(packetType: number, bytes: Uint8Array, offset: number, length: number): void;
}

/** Reads RTCP. Keeps counters and the objects that it reuses; one per endpoint or one per process, as suits. */
export class RtcpReader {
  /** RTCP packets read, each one inside a compound counted. */
  packets: number = 0;
  /** Packets given to {@link read} whose scan ended early because something inside was malformed. */
  malformed: number = 0;
  readonly #block: ReportBlock = new ReportBlock();
  readonly #ssrcs: Uint32Array = new Uint32Array(256);

  /**
   * Visits every packet of the compound. False when a malformed one ended the scan (what came before it has been
   * visited); never throws for what is in `bytes`. Padding and unknown packet types are tolerated.
   */
  read(bytes: Uint8Array, visitor: RtcpVisitor): boolean {
    const end = bytes.length;
    let offset = 0;
    while (offset < end) {
      if (offset + 4 > end || (bytes[offset] ?? 0) >> 6 !== 2) return this.#fail();
      const length = 4 * (readUint16(bytes, offset + 2) + 1);
      if (offset + length > end) return this.#fail();
      let contentLength = length;
      if (((bytes[offset] ?? 0) & 0x20) !== 0) {
        const padding = bytes[offset + length - 1] ?? 0;
        if (padding === 0 || padding % 4 !== 0 || padding > length - 4) return this.#fail();
        contentLength -= padding;
      }
      if (!this.#visit(bytes, offset, contentLength, visitor)) return this.#fail();
      this.packets++;
      offset += length;
    }
    return end > 0 ? true : this.#fail();
  }

  #fail(): false {
    this.malformed++;
    return false;
  }

  #visit(bytes: Uint8Array, offset: number, length: number, visitor: RtcpVisitor): boolean {
    const count = (bytes[offset] ?? 0) & 0x1f;
    const packetType = bytes[offset + 1] ?? 0;
    switch (packetType) {
      case RTCP_SR:
        return this.#senderReport(bytes, offset, length, count, visitor);
      case RTCP_RR:
        if (length < 8) return false;
        return this.#reportBlocks(bytes, offset, 8, length, count, visitor);
      case RTCP_SDES:
        return visitor.cname === undefined || this.#sourceDescription(bytes, offset, length, count, visitor);
      case RTCP_BYE:
        if (length < 4 + 4 * count) return false;
        for (let index = 0; index < count; index++) visitor.bye?.(readUint32(bytes, offset + 4 + 4 * index));
        return true;
      case RTCP_APP:
        if (length < 12) return false;
        visitor.app?.(
          readUint32(bytes, offset + 4),
          count,
          readUint32(bytes, offset + 8),
          bytes,
          offset + 12,
          length - 12,
        );
        return true;
      case RTCP_RTPFB:
        return length >= 12 && this.#transportLayerFeedback(bytes, offset, length, count, visitor);
      case RTCP_PSFB:
        return length >= 12 && this.#payloadFeedback(bytes, offset, length, count, visitor);
      default:
        visitor.other?.(packetType, bytes, offset, length);
        return true;
    }
  }

  #senderReport(bytes: Uint8Array, offset: number, length: number, count: number, visitor: RtcpVisitor): boolean {
    if (length < 28) return false;
    visitor.senderReport?.(
      readUint32(bytes, offset + 4),
      readUint32(bytes, offset + 8),
      readUint32(bytes, offset + 12),
      readUint32(bytes, offset + 16),
      readUint32(bytes, offset + 20),
      readUint32(bytes, offset + 24),
    );
    return this.#reportBlocks(bytes, offset, 28, length, count, visitor);
  }

  #reportBlocks(
    bytes: Uint8Array,
    offset: number,
    headLength: number,
    length: number,
    count: number,
    visitor: RtcpVisitor,
  ): boolean {
    if (length < headLength + count * REPORT_BLOCK_LENGTH) return false;
    if (visitor.reportBlock === undefined) return true;
    const sender = readUint32(bytes, offset + 4);
    const block = this.#block;
    for (let index = 0; index < count; index++) {
      const at = offset + headLength + index * REPORT_BLOCK_LENGTH;
      const loss = readUint32(bytes, at + 4);
      block.ssrc = readUint32(bytes, at);
      block.fractionLost = loss >>> 24;
      block.packetsLost = (loss << 8) >> 8;
      block.highestSequenceNumber = readUint32(bytes, at + 8);
      block.jitter = readUint32(bytes, at + 12);
      block.lastSenderReport = readUint32(bytes, at + 16);
      block.delaySinceLastSenderReport = readUint32(bytes, at + 20);
      visitor.reportBlock(sender, block);
    }
    return true;
  }

  #sourceDescription(bytes: Uint8Array, offset: number, length: number, count: number, visitor: RtcpVisitor): boolean {
    const end = offset + length;
    let at = offset + 4;
    for (let chunk = 0; chunk < count; chunk++) {
      if (at + 4 > end) return false;
      const ssrc = readUint32(bytes, at);
      at += 4;
      while (at < end && bytes[at] !== 0) {
        const itemLength = bytes[at + 1] ?? 0;
        if (at + 2 + itemLength > end) return false;
        if (bytes[at] === SDES_CNAME) visitor.cname?.(ssrc, readAscii(bytes, at + 2, itemLength));
        at += 2 + itemLength;
      }
      // A chunk ends with one to four zero bytes, on a 32-bit boundary.
      at = offset + 4 + ((at - offset - 4 + 4) & ~3);
    }
    return true;
  }

  #transportLayerFeedback(
    bytes: Uint8Array,
    offset: number,
    length: number,
    format: number,
    visitor: RtcpVisitor,
  ): boolean {
    const sender = readUint32(bytes, offset + 4);
    const media = readUint32(bytes, offset + 8);
    if (format === RTPFB_NACK) {
      if (visitor.nack === undefined) return true;
      for (let at = offset + 12; at + 4 <= offset + length; at += 4) {
        const first = readUint16(bytes, at);
        visitor.nack(sender, media, first);
        let following = readUint16(bytes, at + 2);
        for (let step = 1; following !== 0; step++, following >>= 1) {
          if ((following & 1) !== 0) visitor.nack(sender, media, (first + step) & 0xffff);
        }
      }
      return true;
    }
    if (format === RTPFB_TRANSPORT_CC) visitor.transportFeedback?.(sender, media, bytes, offset, length);
    else visitor.other?.(RTCP_RTPFB, bytes, offset, length);
    return true;
  }

  #payloadFeedback(bytes: Uint8Array, offset: number, length: number, format: number, visitor: RtcpVisitor): boolean {
    const sender = readUint32(bytes, offset + 4);
    if (format === PSFB_PLI) {
      visitor.pictureLossIndication?.(sender, readUint32(bytes, offset + 8));
      return true;
    }
    if (format === PSFB_FIR) {
      for (let at = offset + 12; at + 8 <= offset + length; at += 8) {
        visitor.fullIntraRequest?.(sender, readUint32(bytes, at), bytes[at + 4] ?? 0);
      }
      return true;
    }
    if (format === PSFB_AFB && length >= 20 && readUint32(bytes, offset + 12) === REMB_ID) {
      return this.#remb(bytes, offset, length, sender, visitor);
    }
    visitor.other?.(RTCP_PSFB, bytes, offset, length);
    return true;
  }

  /** draft-alvestrand-rmcat-remb-03, section 2.2: count of SSRCs, 6 bits of exponent, 18 bits of mantissa, SSRCs. */
  #remb(bytes: Uint8Array, offset: number, length: number, sender: number, visitor: RtcpVisitor): boolean {
    const count = bytes[offset + 16] ?? 0;
    if (length < 20 + 4 * count) return false;
    const exponent = (bytes[offset + 17] ?? 0) >> 2;
    const mantissa = (((bytes[offset + 17] ?? 0) & 0x03) << 16) | readUint16(bytes, offset + 18);
    for (let index = 0; index < count; index++) this.#ssrcs[index] = readUint32(bytes, offset + 20 + 4 * index);
    visitor.receiverEstimatedMaxBitrate?.(sender, mantissa * 2 ** exponent, this.#ssrcs, count);
    return true;
  }
}

function readAscii(bytes: Uint8Array, offset: number, length: number): string {
  let text = "";
  for (let index = 0; index < length; index++) text += String.fromCharCode(bytes[offset + index] ?? 0);
  return text;
}
