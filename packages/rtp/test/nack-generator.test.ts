// Asking for missing packets: when, how often, and when to give up.
import { describe, expect, test } from "vitest";
import { NackGenerator } from "../src/stream/nack-generator.ts";

const out = new Uint16Array(300);

function poll(generator: NackGenerator, nowMs: number): number[] {
  return [...out.subarray(0, generator.poll(nowMs, out))];
}

function fed(numbers: readonly number[], options: ConstructorParameters<typeof NackGenerator>[0] = {}): NackGenerator {
  const generator = new NackGenerator(options);
  for (const number of numbers) generator.onPacket(number, 0);
  return generator;
}

test("nothing is due while nothing is missing", () => {
  const generator = fed([10, 11, 12]);
  expect(generator.deadlineMs).toBe(Number.POSITIVE_INFINITY);
  expect(poll(generator, 1_000_000)).toEqual([]);
});

test("a gap is asked for after the time for reordering, in 16-bit numbers", () => {
  const generator = fed([65_534, 65_538]);
  expect(generator.deadlineMs).toBe(10);
  expect(poll(generator, 9)).toEqual([]);
  expect(poll(generator, 10)).toEqual([65_535, 0, 1]);
  expect(generator.missing).toBe(3);
});

test("a packet that is only late is not asked for", () => {
  const generator = fed([1, 3]);
  generator.onPacket(2, 5);
  expect(generator.deadlineMs).toBe(Number.POSITIVE_INFINITY);
  expect(poll(generator, 20)).toEqual([]);
  expect(generator.repaired).toBe(0);
});

test("repeats go by the round trip, which is measured from answers to first requests", () => {
  const generator = fed([1, 3], { initialRttMs: 100 });
  expect(poll(generator, 10)).toEqual([2]);
  expect(generator.deadlineMs).toBe(110);
  expect(poll(generator, 109)).toEqual([]);
  expect(poll(generator, 110)).toEqual([2]);
  // An answer after a repeat tells nothing about the round trip.
  generator.onPacket(2, 111);
  expect(generator.rttMs).toBe(100);
  for (let number = 5; number < 205; number += 2) {
    generator.onPacket(number, number * 100);
    expect(poll(generator, number * 100 + 10)).toEqual([number - 1]);
    generator.onPacket(number - 1, number * 100 + 50);
  }
  expect(generator.rttMs).toBeCloseTo(40, 0);
  expect(generator.repaired).toBe(101);
});

test("after so many requests, or so long, it gives up and wants a keyframe, once", () => {
  for (const options of [
    { maxRequests: 3, maxAgeMs: 100_000 },
    { maxRequests: 100, maxAgeMs: 350 },
  ]) {
    const generator = fed([1, 3], options);
    let asked = 0;
    while (generator.deadlineMs !== Number.POSITIVE_INFINITY) asked += poll(generator, generator.deadlineMs).length;
    expect(asked).toBeGreaterThanOrEqual(3);
    expect(asked).toBeLessThanOrEqual(4);
    expect(generator.missing).toBe(0);
    expect(generator.abandoned).toBe(1);
    expect(generator.takeKeyframeRequest()).toBe(true);
    expect(generator.takeKeyframeRequest()).toBe(false);
  }
});

test("a large gap is not asked for at all: only a keyframe helps", () => {
  const generator = fed([1, 3, 300], { maxMissing: 250 });
  expect(poll(generator, 50)).toEqual([]);
  expect(generator.takeKeyframeRequest()).toBe(true);
  generator.onPacket(302, 60);
  expect(poll(generator, 70)).toEqual([301 & 0xffff]);
});

test("what is older than a keyframe is not needed any more", () => {
  const generator = fed([1, 3, 5, 7]);
  generator.onKeyframe(5);
  expect(poll(generator, 10)).toEqual([6]);
  generator.onKeyframe(7);
  expect(generator.deadlineMs).toBe(Number.POSITIVE_INFINITY);
  expect(generator.takeKeyframeRequest()).toBe(false);
});

test("what does not fit into the caller's array comes with the next poll", () => {
  const generator = fed([0, 101]);
  const small = new Uint16Array(60);
  expect(generator.poll(10, small)).toBe(60);
  expect(generator.deadlineMs).toBeLessThanOrEqual(10);
  expect(generator.poll(10, small)).toBe(40);
  expect(small[0]).toBe(61);
  expect(generator.poll(10, small)).toBe(0);
});

describe("it stays bounded", () => {
  test("whatever the sequence, no more is missing than the limit, and the polls come to an end", () => {
    const generator = new NackGenerator({ maxMissing: 50 });
    let number = 100;
    for (let step = 0; step < 5000; step++) {
      number += 1 + ((step * 7919) % 13);
      generator.onPacket(number, step);
      poll(generator, step);
      expect(generator.missing).toBeLessThanOrEqual(50);
    }
    let polls = 0;
    while (generator.deadlineMs !== Number.POSITIVE_INFINITY && polls < 1000) {
      poll(generator, generator.deadlineMs);
      polls++;
    }
    expect(generator.missing).toBe(0);
    expect(polls).toBeLessThan(1000);
  });
});
