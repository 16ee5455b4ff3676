// Keyframes recognised in the payloads of each codec.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isKeyframe, keyframeDetector } from "../src/rtp/keyframe.ts";
import { hex } from "./support/rtp-bytes.ts";

function check(codec: string, text: string): boolean {
  const payload = hex(text);
  // Surrounded by bytes that would change the answer if they were read.
  for (const around of [0x00, 0xff, 0x67]) {
    const bytes = new Uint8Array(payload.length + 20).fill(around);
    bytes.set(payload, 10);
    expect(isKeyframe(codec, bytes, 10, payload.length)).toBe(isKeyframe(codec, payload, 0, payload.length));
  }
  return isKeyframe(codec, payload, 0, payload.length);
}

describe("VP8", () => {
  test.each([
    ["plain descriptor, keyframe", "10 00 9d012a", true],
    ["plain descriptor, interframe", "10 01 0000", false],
    ["7-bit picture id", "90 80 11 00", true],
    ["15-bit picture id", "90 80 91 22 00", true],
    ["15-bit picture id, TL0PICIDX, TID: Chromium's form", "90 e0 91 22 05 20 00 9d", true],
    ["the same, interframe", "90 e0 91 22 05 20 01 9d", false],
    ["15-bit picture id, TL0PICIDX, TID and KEYIDX together", "90 f0 91 22 05 20 00", true],
    ["a later packet of the first partition (S = 0)", "00 00", false],
    ["another partition", "11 00", false],
    ["descriptor alone", "90 80 91 22", false],
    ["one byte", "10", false],
  ])("%s", (_what, text, expected) => expect(check("VP8", text)).toBe(expected));
});

describe("VP9", () => {
  test.each([
    ["flexible, first packet, not predicted", "88 81 22 00", true],
    ["start of an interframe", "c8 81 22 00", false],
    ["a later packet of the keyframe", "80 81 22 00", false],
    ["layers: spatial layer 0", "a8 81 22 00 01 00", true],
    ["layers: spatial layer 1 of a key picture", "a8 81 22 02 01 00", false],
    ["layers with 7-bit picture id", "a8 01 00 00", true],
    ["layers cut off", "a8 81", false],
    ["no picture id", "08 00", true],
    ["one byte", "08", false],
  ])("%s", (_what, text, expected) => expect(check("VP9", text)).toBe(expected));
});

describe("H264", () => {
  test.each([
    ["IDR", "65 88", true],
    ["SPS", "67 42 00 1f", true],
    ["PPS alone", "68 ce", false],
    ["a slice that is no IDR", "41 9a", false],
    ["STAP-A of SPS and PPS", "78 0004 6742001f 0002 68ce", true],
    ["STAP-A with an IDR behind an SEI", "78 0002 0605 0003 658884", true],
    ["STAP-A without either", "78 0002 0605 0002 419a", false],
    ["STAP-A whose length lies", "78 ffff 0605", false],
    ["STAP-A cut off", "78 00", false],
    ["first FU-A of an IDR", "7c 85 88", true],
    ["middle FU-A of an IDR", "7c 05 88", false],
    ["first FU-A of another slice", "5c 81 9a", false],
    ["FU-A cut off", "7c", false],
    ["nothing", "", false],
  ])("%s", (_what, text, expected) => expect(check("H264", text)).toBe(expected));
});

describe("H265", () => {
  test.each([
    ["IDR_W_RADL", "26 01 af", true],
    ["CRA", "2a 01 af", true],
    ["VPS", "40 01 0c", true],
    ["trailing picture", "02 01 d0", false],
    ["aggregation of VPS, SPS", "60 01 0003 40010c 0003 420101", true],
    ["aggregation of SEI only", "60 01 0003 4e0105", false],
    ["first fragment of an IDR", "62 01 93", true],
    ["middle fragment", "62 01 13", false],
    ["two bytes", "26 01", false],
  ])("%s", (_what, text, expected) => expect(check("H265", text)).toBe(expected));
});

describe("AV1", () => {
  test.each([
    ["N: first packet of a coded video sequence", "18 0a 0b", true],
    ["no N", "10 32 00", false],
    ["Z and N, which is forbidden", "88 0a", false],
    ["aggregation header alone", "18", false],
  ])("%s", (_what, text, expected) => expect(check("AV1", text)).toBe(expected));
});

test("codec names are taken in any case, every audio packet is a start, an unknown codec has none", () => {
  expect(check("vp8", "10 00")).toBe(true);
  expect(check("opus", "fc")).toBe(true);
  expect(keyframeDetector("theora")).toBeUndefined();
  expect(check("theora", "10 00")).toBe(false);
});

test("garbage never throws, and bytes outside the payload are not looked at", () => {
  const codec = fc.constantFrom("VP8", "VP9", "H264", "H265", "AV1");
  fc.assert(
    fc.property(codec, fc.uint8Array({ maxLength: 24 }), fc.integer({ min: 0, max: 255 }), (name, payload, around) => {
      const alone = isKeyframe(name, payload, 0, payload.length);
      const inside = new Uint8Array(payload.length + 12).fill(around);
      inside.set(payload, 6);
      expect(isKeyframe(name, inside, 6, payload.length)).toBe(alone);
    }),
    { numRuns: 5000 },
  );
});
