// The RTP header: byte vectors, round trips, and whatever else may come on a socket.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isRtcp, parseRtpHeader, RtpHeader, writeRtpHeader } from "../src/rtp/rtp-header.ts";
import { hex, rtpBytes } from "./support/rtp-bytes.ts";

const uint32 = fc.integer({ min: 0, max: 0xffffffff });

describe("parseRtpHeader", () => {
  test("reads the fields of RFC 3550, section 5.1", () => {
    const bytes = hex("80e0 ffff eedda0b0 deadbeef 0102030405");
    const header = new RtpHeader();
    expect(parseRtpHeader(bytes, header)).toBe(true);
    expect({ ...header }).toEqual({
      marker: true,
      payloadType: 96,
      sequenceNumber: 65535,
      timestamp: 0xeedda0b0,
      ssrc: 0xdeadbeef,
      csrcCount: 0,
      extensionProfile: -1,
      extensionOffset: 0,
      extensionLength: 0,
      payloadOffset: 12,
      payloadLength: 5,
      paddingLength: 0,
    });
  });

  test("leaves nothing of the packet before", () => {
    const header = new RtpHeader();
    parseRtpHeader(
      rtpBytes({ marker: true, csrcs: [1, 2], extension: { profile: 0xbede, data: [0, 0, 0, 0] }, padding: 4 }),
      header,
    );
    parseRtpHeader(rtpBytes({ payload: [1] }), header);
    const fresh = new RtpHeader();
    parseRtpHeader(rtpBytes({ payload: [1] }), fresh);
    expect(header).toEqual(fresh);
  });

  test("finds the payload behind CSRCs and extensions and in front of padding", () => {
    fc.assert(
      fc.property(
        fc.record({
          marker: fc.boolean(),
          payloadType: fc.integer({ min: 0, max: 127 }),
          sequenceNumber: fc.integer({ min: 0, max: 65535 }),
          timestamp: uint32,
          ssrc: uint32,
          csrcs: fc.array(uint32, { maxLength: 15 }),
          extensionWords: fc.option(fc.integer({ min: 0, max: 20 })),
          payload: fc.uint8Array({ maxLength: 60 }),
          padding: fc.integer({ min: 0, max: 255 }),
        }),
        (fields) => {
          const { extensionWords, ...rest } = fields;
          const data = new Array<number>((extensionWords ?? 0) * 4).fill(0);
          const bytes = rtpBytes(extensionWords === null ? rest : { ...rest, extension: { profile: 0xbede, data } });
          const header = new RtpHeader();
          expect(parseRtpHeader(bytes, header)).toBe(true);
          expect(header).toMatchObject({
            marker: fields.marker,
            payloadType: fields.payloadType,
            sequenceNumber: fields.sequenceNumber,
            timestamp: fields.timestamp,
            ssrc: fields.ssrc,
            csrcCount: fields.csrcs.length,
            extensionLength: data.length,
            extensionProfile: extensionWords === null ? -1 : 0xbede,
            paddingLength: fields.padding,
          });
          const payload = bytes.subarray(header.payloadOffset, header.payloadOffset + header.payloadLength);
          expect(payload).toEqual(fields.payload);
        },
      ),
    );
  });

  test.each([
    ["nothing", ""],
    ["eleven bytes", "8060 0001 00000001 000000"],
    ["version 1", "4060 0001 00000001 00000001"],
    ["fewer CSRCs than announced", "8260 0001 00000001 00000001 00000002"],
    ["an extension flag without extension", "9060 0001 00000001 00000001"],
    ["an extension beyond the end", "9060 0001 00000001 00000001 bede0002 00000000"],
    ["padding of length 0", "a060 0001 00000001 00000001 0000"],
    ["padding longer than the packet", "a060 0001 00000001 00000001 0003"],
  ])("refuses %s", (_what, text) => {
    expect(parseRtpHeader(hex(text), new RtpHeader())).toBe(false);
  });

  test("never throws, and what it accepts lies inside the packet", () => {
    const header = new RtpHeader();
    const almostRtp = fc
      .tuple(fc.uint8Array({ minLength: 12, maxLength: 80 }), fc.integer({ min: 0x80, max: 0xbf }))
      .map(([bytes, first]) => {
        bytes[0] = first;
        return bytes;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), almostRtp), (bytes) => {
        if (!parseRtpHeader(bytes, header)) return;
        expect(header.payloadOffset).toBeGreaterThanOrEqual(12);
        expect(header.payloadLength).toBeGreaterThanOrEqual(0);
        expect(header.payloadOffset + header.payloadLength + header.paddingLength).toBe(bytes.length);
      }),
      { numRuns: 2000 },
    );
  });
});

test("a written header reads back the same", () => {
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.integer({ min: 0, max: 127 }),
      fc.integer({ min: 0, max: 65535 }),
      uint32,
      uint32,
      fc.integer({ min: 0, max: 9 }),
      (marker, payloadType, sequenceNumber, timestamp, ssrc, offset) => {
        const out = new Uint8Array(21 + offset);
        expect(writeRtpHeader(out, offset, marker, payloadType, sequenceNumber, timestamp, ssrc)).toBe(offset + 12);
        expect(out.subarray(offset)).toEqual(
          rtpBytes({ marker, payloadType, sequenceNumber, timestamp, ssrc, payload: new Array<number>(9).fill(0) }),
        );
      },
    ),
  );
});

test("RTCP is told from RTP by its packet type (RFC 5761)", () => {
  for (let second = 0; second < 256; second++) {
    expect(isRtcp(Uint8Array.from([0x80, second, 0, 1]))).toBe(second >= 192 && second <= 223);
  }
  expect(isRtcp(Uint8Array.from([0x80, 200]))).toBe(false);
  expect(isRtcp(new Uint8Array(0))).toBe(false);
});
