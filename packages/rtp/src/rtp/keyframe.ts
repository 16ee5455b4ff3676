// Where a decoder can start: keyframes recognised from the first bytes of a packet's payload, per codec.
import { readUint16 } from "./byte-order.ts";

/**
 * Tells whether a decoder can start with this payload (`length` bytes at `offset`): the first packet of a keyframe, or
 * parameter sets in front of one. Never throws, also on garbage, and reads nothing beyond the payload.
 */
export type KeyframeDetector = (bytes: Uint8Array, offset: number, length: number) => boolean;

/**
 * VP8 (RFC 7741, sections 4.2 and 4.3): first partition (S = 1, PID = 0) whose frame header has P = 0.
 *
 *      |X|R|N|S|R| PID |  then  |I|L|T|K| RSV |  when X, PictureID (1 or 2) when I, TL0PICIDX when L, TID|Y|KEYIDX when T or K
 */
export function isVp8Keyframe(bytes: Uint8Array, offset: number, length: number): boolean {
  if (length < 2) return false;
  const end = offset + length;
  const descriptor = bytes[offset] ?? 0;
  if ((descriptor & 0x10) === 0 || (descriptor & 0x07) !== 0) return false;
  let at = offset + 1;
  if ((descriptor & 0x80) !== 0) {
    const extension = bytes[at++] ?? 0;
    if ((extension & 0x80) !== 0) {
      if (at >= end) return false;
      at += ((bytes[at] ?? 0) & 0x80) !== 0 ? 2 : 1;
    }
    if ((extension & 0x40) !== 0) at++;
    if ((extension & 0x30) !== 0) at++;
  }
  return at < end && ((bytes[at] ?? 0) & 0x01) === 0;
}

/**
 * VP9 (RFC 9628, section 4.2): start of a frame (B) that is not predicted from earlier pictures (P = 0), in the lowest
 * spatial layer when layers are marked (L).
 *
 *      |I|P|L|F|B|E|V|Z|  then  |M| PICTURE ID | (7 or 15 bits, when I), | TID |U| SID |D| (when L)
 */
export function isVp9Keyframe(bytes: Uint8Array, offset: number, length: number): boolean {
  if (length < 2) return false;
  const end = offset + length;
  const descriptor = bytes[offset] ?? 0;
  if ((descriptor & 0x40) !== 0 || (descriptor & 0x08) === 0) return false;
  if ((descriptor & 0x20) === 0) return true;
  let at = offset + 1;
  if ((descriptor & 0x80) !== 0) at += ((bytes[at] ?? 0) & 0x80) !== 0 ? 2 : 1;
  return at < end && ((bytes[at] ?? 0) & 0x0e) === 0;
}

const H264_IDR = 5;
const H264_SPS = 7;
const H264_STAP_A = 24;
const H264_FU_A = 28;

function isH264StartUnit(type: number): boolean {
  return type === H264_IDR || type === H264_SPS;
}

/** H264 (RFC 6184): IDR or SPS as a single unit, inside a STAP-A, or as the first fragment of a FU-A. */
export function isH264Keyframe(bytes: Uint8Array, offset: number, length: number): boolean {
  if (length < 1) return false;
  const type = (bytes[offset] ?? 0) & 0x1f;
  if (isH264StartUnit(type)) return true;
  if (type === H264_FU_A) {
    const fragment = bytes[offset + 1] ?? 0;
    return length >= 2 && (fragment & 0x80) !== 0 && isH264StartUnit(fragment & 0x1f);
  }
  if (type !== H264_STAP_A) return false;
  const end = offset + length;
  let at = offset + 1;
  while (at + 2 < end) {
    if (isH264StartUnit((bytes[at + 2] ?? 0) & 0x1f)) return true;
    at += 2 + readUint16(bytes, at);
  }
  return false;
}

const H265_AGGREGATION = 48;
const H265_FRAGMENT = 49;

/** BLA, IDR and CRA pictures are 16 to 21; VPS, SPS and PPS are 32 to 34. */
function isH265StartUnit(type: number): boolean {
  return (type >= 16 && type <= 21) || (type >= 32 && type <= 34);
}

/** H265 (RFC 7798): a picture where decoding can start, or parameter sets, single, aggregated or first fragment. */
export function isH265Keyframe(bytes: Uint8Array, offset: number, length: number): boolean {
  if (length < 3) return false;
  const type = ((bytes[offset] ?? 0) >> 1) & 0x3f;
  if (isH265StartUnit(type)) return true;
  if (type === H265_FRAGMENT) {
    const fragment = bytes[offset + 2] ?? 0;
    return (fragment & 0x80) !== 0 && isH265StartUnit(fragment & 0x3f);
  }
  if (type !== H265_AGGREGATION) return false;
  const end = offset + length;
  let at = offset + 2;
  while (at + 2 < end) {
    if (isH265StartUnit(((bytes[at + 2] ?? 0) >> 1) & 0x3f)) return true;
    at += 2 + readUint16(bytes, at);
  }
  return false;
}

/** AV1 (RTP payload format for AV1, section 4.4): N in the aggregation header marks the first packet of a coded video sequence. */
export function isAv1Keyframe(bytes: Uint8Array, offset: number, length: number): boolean {
  if (length < 2) return false;
  const aggregation = bytes[offset] ?? 0;
  // Z (continues an earlier OBU) together with N is forbidden.
  return (aggregation & 0x08) !== 0 && (aggregation & 0x80) === 0;
}

/** For codecs where every packet can be a start: audio. */
function everyPacket(): boolean {
  return true;
}

/**
 * The detector of a codec by its name in SDP, in any case. Undefined for an unknown codec: the caller decides whether to
 * wait for nothing or for ever.
 */
export function keyframeDetector(codecName: string): KeyframeDetector | undefined {
  switch (codecName.toUpperCase()) {
    case "VP8":
      return isVp8Keyframe;
    case "VP9":
      return isVp9Keyframe;
    case "H264":
      return isH264Keyframe;
    case "H265":
      return isH265Keyframe;
    case "AV1":
    case "AV1X":
      return isAv1Keyframe;
    case "OPUS":
    case "PCMU":
    case "PCMA":
      return everyPacket;
    default:
      return undefined;
  }
}

/** {@link keyframeDetector} in one call; false for an unknown codec. */
export function isKeyframe(codecName: string, bytes: Uint8Array, offset: number, length: number): boolean {
  return keyframeDetector(codecName)?.(bytes, offset, length) ?? false;
}
