// The packet cache: what is found, for how long, and what it holds on to.
import { expect, test } from "vitest";
import { parseRtpHeader, RtpHeader } from "../src/rtp/rtp-header.ts";
import { PacketCache } from "../src/stream/packet-cache.ts";
import { rtpBytes } from "./support/rtp-bytes.ts";

function store(cache: PacketCache, number: number, nowMs: number): Uint8Array {
  const bytes = rtpBytes({ sequenceNumber: number & 0xffff, payload: [number & 0xff] });
  const header = new RtpHeader();
  parseRtpHeader(bytes, header);
  cache.store(bytes, header, number, nowMs, false);
  return bytes;
}

test("a packet is found by its number with its own bytes and header, others are not", () => {
  const cache = new PacketCache({ capacity: 8 });
  const bytes = store(cache, 70_000, 100);
  const packet = cache.get(70_000, 200);
  expect(packet?.bytes).toBe(bytes);
  expect(packet?.header.sequenceNumber).toBe(70_000 & 0xffff);
  expect(packet?.arrivalMs).toBe(100);
  for (const number of [69_999, 70_001, 70_008, 69_992, 70_000 - 65_536, -1]) {
    expect(cache.get(number, 200)).toBeUndefined();
  }
});

test("the newest packets of the ring's length are held, in whatever order they came", () => {
  const cache = new PacketCache({ capacity: 16 });
  for (let number = 1000; number < 1040; number += 2) {
    store(cache, number + 1, 0);
    store(cache, number, 0);
  }
  for (let number = 1000; number < 1040; number++) {
    expect(cache.get(number, 0) !== undefined).toBe(number >= 1024);
  }
});

test("a packet later than the ring is long does not displace a newer one", () => {
  const cache = new PacketCache({ capacity: 16 });
  for (let number = 1000; number < 1016; number++) store(cache, number, 0);
  store(cache, 999, 0);
  expect(cache.get(1015, 0)?.extendedSequenceNumber).toBe(1015);
  expect(cache.get(999, 0)).toBeUndefined();
});

test("an old packet is not given out, and its bytes are let go as new ones come", () => {
  const cache = new PacketCache({ capacity: 64, maxAgeMs: 1000 });
  for (let number = 1; number <= 20; number++) store(cache, number, 0);
  const held = cache.get(5, 1000);
  expect(held).toBeDefined();
  expect(cache.get(5, 1001)).toBeUndefined();
  for (let number = 21; number <= 35; number++) store(cache, number, 2000);
  expect(held?.bytes).toHaveLength(0);
  expect(cache.get(35, 2000)).toBeDefined();
});

test("a jump far ahead is survived, and clear empties it", () => {
  const cache = new PacketCache({ capacity: 16 });
  store(cache, 1, 0);
  store(cache, 1_000_000, 0);
  store(cache, 1_000_001, 0);
  expect(cache.get(1_000_000, 0)).toBeDefined();
  expect(cache.get(1, 0)).toBeUndefined();
  cache.clear();
  expect(cache.get(1_000_000, 0)).toBeUndefined();
  store(cache, 3, 0);
  expect(cache.get(3, 0)).toBeDefined();
});
