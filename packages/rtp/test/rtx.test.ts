// RTX (RFC 4588): wrapping and restoring are each other's reverse.
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseRtpHeader, RtpHeader } from "../src/rtp/rtp-header.ts";
import { restoreFromRtx, wrapAsRtx } from "../src/rtp/rtx.ts";
import { rtpBytes } from "./support/rtp-bytes.ts";

function headerOf(bytes: Uint8Array): RtpHeader {
  const header = new RtpHeader();
  expect(parseRtpHeader(bytes, header)).toBe(true);
  return header;
}

test("an original sent as RTX has its sequence number in front of its payload", () => {
  const original = rtpBytes({
    sequenceNumber: 0x1234,
    timestamp: 7,
    ssrc: 1,
    payloadType: 96,
    marker: true,
    payload: [9, 8],
  });
  const out = new Uint8Array(100);
  const length = wrapAsRtx(original, headerOf(original), 2, 97, 500, out);
  expect(out.subarray(0, length)).toEqual(
    rtpBytes({
      sequenceNumber: 500,
      timestamp: 7,
      ssrc: 2,
      payloadType: 97,
      marker: true,
      payload: [0x12, 0x34, 9, 8],
    }),
  );
});

test("what is restored equals what was wrapped, padding aside", () => {
  fc.assert(
    fc.property(
      fc.record({
        marker: fc.boolean(),
        sequenceNumber: fc.integer({ min: 0, max: 65535 }),
        csrcs: fc.array(fc.integer({ min: 0, max: 0xffffffff }), { maxLength: 3 }),
        payload: fc.uint8Array({ minLength: 1, maxLength: 50 }),
        extension: fc.constantFrom({ profile: 0xbede, data: [0x10, 5, 0, 0] }, { profile: 0x1000, data: [] }),
      }),
      fc.integer({ min: 0, max: 20 }),
      (fields, padding) => {
        const original = rtpBytes({ ...fields, ssrc: 77, payloadType: 96, timestamp: 3_000_000_000, padding });
        const out = new Uint8Array(300);
        const length = wrapAsRtx(original, headerOf(original), 78, 97, 9, out);
        const rtx = out.slice(0, length);
        expect(headerOf(rtx)).toMatchObject({ ssrc: 78, payloadType: 97, sequenceNumber: 9 });
        expect(restoreFromRtx(rtx, headerOf(rtx), 77, 96)).toEqual(
          rtpBytes({ ...fields, ssrc: 77, payloadType: 96, timestamp: 3_000_000_000 }),
        );
      },
    ),
  );
});

test("padding that probes the path, and a payload of one byte, hold no original", () => {
  for (const bytes of [
    rtpBytes({ padding: 200 }),
    rtpBytes({ payload: [1] }),
    rtpBytes({ payload: [1], padding: 3 }),
  ]) {
    expect(restoreFromRtx(bytes, headerOf(bytes), 1, 96)).toBeUndefined();
  }
});

test("nothing is written where it does not fit", () => {
  const original = rtpBytes({ payload: [1, 2, 3] });
  expect(wrapAsRtx(original, headerOf(original), 2, 97, 1, new Uint8Array(16))).toBe(0);
});
