// NTP time and Unix time, one into the other.
import fc from "fast-check";
import { expect, test } from "vitest";
import { fromShortNtp, ntpFraction, ntpMiddle, ntpSeconds, ntpToUnixMs, toShortNtp } from "../src/rtcp/ntp-time.ts";

test("the Unix epoch is 2,208,988,800 seconds after 1900", () => {
  expect(ntpSeconds(0)).toBe(2_208_988_800);
  expect(ntpFraction(0)).toBe(0);
  expect(ntpFraction(500)).toBe(0x80000000);
  expect(ntpToUnixMs(2_208_988_801, 0x40000000)).toBe(1250);
});

test("a time survives the way to NTP and back to within a microsecond", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 2_085_978_495_000, noNaN: true }), (ms) => {
      expect(Math.abs(ntpToUnixMs(ntpSeconds(ms), ntpFraction(ms)) - ms)).toBeLessThan(0.001);
    }),
  );
});

test("the middle 32 bits and the short form are those of RFC 3550, section 6.4.1", () => {
  expect(ntpMiddle(0xb44db705, 0x20000000)).toBe(0xb7052000);
  expect(toShortNtp(5250)).toBe(0x00054000);
  expect(fromShortNtp(0x00054000)).toBe(5250);
  expect(toShortNtp(-1)).toBe(0);
});
