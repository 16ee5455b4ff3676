// Builds RTP packets for the tests, byte by byte and with plain code, so that the writers are not tested by themselves.

export interface RtpFields {
  readonly marker?: boolean;
  readonly payloadType?: number;
  readonly sequenceNumber?: number;
  readonly timestamp?: number;
  readonly ssrc?: number;
  readonly csrcs?: readonly number[];
  readonly extension?: { readonly profile: number; readonly data: readonly number[] };
  readonly payload?: readonly number[] | Uint8Array;
  /** Whole length of the padding, its length byte included. */
  readonly padding?: number;
}

export function rtpBytes(fields: RtpFields): Uint8Array {
  const csrcs = fields.csrcs ?? [];
  const payload = fields.payload ?? [];
  const padding = fields.padding ?? 0;
  const out: number[] = [
    0x80 | (padding > 0 ? 0x20 : 0) | (fields.extension === undefined ? 0 : 0x10) | csrcs.length,
    (fields.marker === true ? 0x80 : 0) | (fields.payloadType ?? 96),
    ...be16(fields.sequenceNumber ?? 0),
    ...be32(fields.timestamp ?? 0),
    ...be32(fields.ssrc ?? 0x11223344),
    ...csrcs.flatMap(be32),
  ];
  if (fields.extension !== undefined) {
    out.push(...be16(fields.extension.profile), ...be16(fields.extension.data.length / 4), ...fields.extension.data);
  }
  out.push(...payload);
  for (let index = 1; index < padding; index++) out.push(0);
  if (padding > 0) out.push(padding);
  return Uint8Array.from(out);
}

export function be16(value: number): number[] {
  return [(value >>> 8) & 0xff, value & 0xff];
}

export function be32(value: number): number[] {
  return [(value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}

export function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));
}

/** First bytes of a VP8 keyframe, and of a frame between. */
export const VP8_KEY: readonly number[] = [0x10, 0x00, 0x9d, 0x01, 0x2a];
export const VP8_DELTA: readonly number[] = [0x10, 0x01, 0x00, 0x00, 0x00];
