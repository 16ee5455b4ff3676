// Keyframe requests: many wishes, few requests.
import { expect, test } from "vitest";
import { KeyframeRequester } from "../src/stream/keyframe-requester.ts";

test("the first wish is granted at once, later ones together at the end of the interval", () => {
  const requester = new KeyframeRequester();
  expect(requester.request(1000)).toBe(true);
  for (const nowMs of [1000, 1100, 1400]) expect(requester.request(nowMs)).toBe(false);
  expect(requester.deadlineMs).toBe(1500);
  expect(requester.poll(1499)).toBe(false);
  expect(requester.poll(1500)).toBe(true);
  expect(requester.poll(1500)).toBe(false);
  expect(requester.sent).toBe(2);
});

test("a keyframe answers everybody who asked before it", () => {
  const requester = new KeyframeRequester();
  requester.request(0);
  requester.request(100);
  requester.onKeyframe();
  expect(requester.deadlineMs).toBe(Number.POSITIVE_INFINITY);
  expect(requester.poll(10_000)).toBe(false);
  expect(requester.sent).toBe(1);
});

test("who asks after the keyframe, but within the interval, gets the trailing request", () => {
  const requester = new KeyframeRequester();
  requester.request(0);
  requester.onKeyframe();
  expect(requester.request(200)).toBe(false);
  expect(requester.poll(500)).toBe(true);
});

test("a request without an answer is repeated, and not for ever", () => {
  const requester = new KeyframeRequester({ repeatMs: 1000, maxRepeats: 3 });
  requester.request(0);
  const sentAt: number[] = [];
  while (requester.deadlineMs !== Number.POSITIVE_INFINITY) {
    const nowMs = requester.deadlineMs;
    if (requester.poll(nowMs)) sentAt.push(nowMs);
  }
  expect(sentAt).toEqual([1000, 2000, 3000]);
  expect(requester.request(60_000)).toBe(true);
  expect(requester.deadlineMs).toBe(61_000);
  requester.cancel();
  expect(requester.deadlineMs).toBe(Number.POSITIVE_INFINITY);
});

test("a thousand wishes a second make two requests a second", () => {
  const requester = new KeyframeRequester();
  for (let nowMs = 0; nowMs < 10_000; nowMs++) {
    requester.poll(nowMs);
    requester.request(nowMs);
  }
  expect(requester.sent).toBe(20);
});
