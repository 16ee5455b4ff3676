// Numbers that wrap.
import fc from "fast-check";
import { expect, test } from "vitest";
import { addToTimestamp, extendSequenceNumber, sequenceDelta, timestampDelta } from "../src/rtp/sequence-number.ts";

test("the distance of sequence numbers goes the shorter way round", () => {
  expect(sequenceDelta(65535, 0)).toBe(1);
  expect(sequenceDelta(0, 65535)).toBe(-1);
  expect(sequenceDelta(10, 10)).toBe(0);
  expect(sequenceDelta(0, 32767)).toBe(32767);
  expect(sequenceDelta(0, 32768)).toBe(-32768);
});

test("the distance of timestamps goes the shorter way round", () => {
  expect(timestampDelta(0xffffffff, 2)).toBe(3);
  expect(timestampDelta(2, 0xffffffff)).toBe(-3);
  expect(addToTimestamp(0xffffffff, 3)).toBe(2);
  expect(addToTimestamp(2, -3)).toBe(0xffffffff);
});

test("an extended number is found again from its low bits when the reference is near, over any number of wraps", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 40000, max: 2 ** 45 }),
      fc.integer({ min: -32768, max: 32767 }),
      (reference, distance) => {
        const number = reference + distance;
        expect(extendSequenceNumber(reference, number % 65536)).toBe(number);
      },
    ),
  );
});
