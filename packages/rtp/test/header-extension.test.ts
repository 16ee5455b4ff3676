// Header extensions: found in both forms, carried over under other ids, stripped, and abs-send-time written anew.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  absSendTime,
  findHeaderExtension,
  HeaderExtensionMap,
  headerExtensionLength,
} from "../src/rtp/header-extension.ts";
import { parseRtpHeader, RtpHeader, writeRtpHeader } from "../src/rtp/rtp-header.ts";
import { rtpBytes } from "./support/rtp-bytes.ts";

type Element = readonly [id: number, data: readonly number[]];

function block(profile: number, elements: readonly Element[], paddingAfterEach: number = 0): number[] {
  const out: number[] = [];
  for (const [id, data] of elements) {
    if (profile === 0xbede) out.push((id << 4) | (data.length - 1), ...data);
    else out.push(id, data.length, ...data);
    for (let index = 0; index < paddingAfterEach; index++) out.push(0);
  }
  while (out.length % 4 !== 0) out.push(0);
  return out;
}

function parse(profile: number, data: readonly number[]): { bytes: Uint8Array; header: RtpHeader } {
  const bytes = rtpBytes({ extension: { profile, data }, payload: [0xf0, 0xf1] });
  const header = new RtpHeader();
  expect(parseRtpHeader(bytes, header)).toBe(true);
  return { bytes, header };
}

function find(bytes: Uint8Array, header: RtpHeader, id: number): number[] | undefined {
  const at = findHeaderExtension(bytes, header, id);
  return at < 0 ? undefined : [...bytes.subarray(at, at + headerExtensionLength(bytes, header, at))];
}

const elementsOf = (maxId: number, minLength: number, maxLength: number): fc.Arbitrary<Element[]> =>
  fc.uniqueArray(
    fc.tuple(fc.integer({ min: 1, max: maxId }), fc.array(fc.integer({ min: 0, max: 255 }), { minLength, maxLength })),
    { selector: ([id]) => id, maxLength: 8 },
  );

describe("findHeaderExtension", () => {
  test.each([
    [0xbede, elementsOf(14, 1, 16)],
    [0x1000, elementsOf(255, 0, 40)],
  ])("finds every element of profile %s, and none that is not there", (profile, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, fc.integer({ min: 0, max: 3 }), (elements, padding) => {
        const { bytes, header } = parse(profile, block(profile, elements, padding));
        const wanted = new Map(elements);
        for (let id = 1; id <= 255; id++) expect(find(bytes, header, id)).toEqual(wanted.get(id));
      }),
    );
  });

  test("stops at id 15 and at an element that reaches beyond the block", () => {
    const stopped = parse(0xbede, [0xf0, 0, 0x10, 7]);
    expect(find(stopped.bytes, stopped.header, 1)).toBeUndefined();
    const long = parse(0xbede, [0x13, 1, 2, 3]);
    expect(find(long.bytes, long.header, 1)).toBeUndefined();
  });
});

/** Writes through a map and parses what a receiver would see. */
function carry(map: HeaderExtensionMap, bytes: Uint8Array, header: RtpHeader, nowMs: number) {
  const length = map.outputLength(bytes, header);
  const out = new Uint8Array(12 + length);
  const at = writeRtpHeader(out, 0, false, 96, 1, 2, 3, length > 0);
  expect(map.write(bytes, header, nowMs, out, at, length)).toBe(12 + length);
  const written = new RtpHeader();
  expect(parseRtpHeader(out, written)).toBe(true);
  expect(written.payloadLength).toBe(0);
  return { bytes: out, header: written };
}

describe("HeaderExtensionMap", () => {
  test.each([0xbede, 0x1005])("carries what is mapped and strips the rest, from profile %s", (profile) => {
    const ids = fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 1, max: 14 })), {
      selector: ([, target]) => target,
    });
    fc.assert(
      fc.property(elementsOf(14, 1, 16), ids, (elements, pairs) => {
        const source = parse(profile, block(profile, elements));
        const map = new Map(pairs);
        const { bytes, header } = carry(new HeaderExtensionMap(map), source.bytes, source.header, 0);
        const expected = new Map(elements.flatMap(([id, data]) => (map.has(id) ? [[map.get(id), data] as const] : [])));
        for (let id = 1; id <= 14; id++) expect(find(bytes, header, id)).toEqual(expected.get(id));
      }),
    );
  });

  test("strips two-byte elements that the one-byte form cannot hold", () => {
    const source = parse(
      0x1000,
      block(0x1000, [
        [1, []],
        [2, new Array<number>(17).fill(9)],
        [3, [5]],
      ]),
    );
    const map = new HeaderExtensionMap(
      new Map([
        [1, 1],
        [2, 2],
        [3, 3],
      ]),
    );
    const { bytes, header } = carry(map, source.bytes, source.header, 0);
    expect([1, 2, 3].map((id) => find(bytes, header, id))).toEqual([undefined, undefined, [5]]);
  });

  test("writes our own abs-send-time, whether or not the source has one", () => {
    const map = new HeaderExtensionMap(
      new Map([
        [3, 5],
        [4, 6],
      ]),
      5,
    );
    const nowMs = 1_700_000_000_123.5;
    const units = Math.floor(((nowMs / 1000) % 64) * 2 ** 18);
    const time = [units >> 16, (units >> 8) & 0xff, units & 0xff];
    const withTime = parse(
      0xbede,
      block(0xbede, [
        [3, [1, 2, 3]],
        [4, [7]],
      ]),
    );
    const first = carry(map, withTime.bytes, withTime.header, nowMs);
    expect(find(first.bytes, first.header, 5)).toEqual(time);
    expect(find(first.bytes, first.header, 6)).toEqual([7]);
    const bare = rtpBytes({ payload: [1] });
    const header = new RtpHeader();
    parseRtpHeader(bare, header);
    const second = carry(map, bare, header, nowMs);
    expect(find(second.bytes, second.header, 5)).toEqual(time);
  });

  test("never writes beyond the announced length, whatever stands in the block", () => {
    const map = new HeaderExtensionMap(
      new Map([
        [1, 2],
        [2, 1],
        [200, 3],
      ]),
      4,
    );
    fc.assert(
      fc.property(
        fc.constantFrom(0xbede, 0x1000, 0x1234),
        fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 60 }),
        (profile, data) => {
          while (data.length % 4 !== 0) data.push(0);
          const { bytes, header } = parse(profile, data);
          const length = map.outputLength(bytes, header);
          const out = new Uint8Array(length + 40).fill(0xaa);
          map.write(bytes, header, 0, out, 0, length);
          expect([...out.subarray(length)]).toEqual(new Array(40).fill(0xaa));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test("refuses ids outside the one-byte form", () => {
    expect(() => new HeaderExtensionMap(new Map([[1, 15]]))).toThrow(RangeError);
    expect(() => new HeaderExtensionMap(new Map([[0, 1]]))).toThrow(RangeError);
    expect(() => new HeaderExtensionMap(new Map(), 15)).toThrow(RangeError);
  });
});

test("abs-send-time wraps after 64 seconds", () => {
  expect(absSendTime(64_000)).toBe(0);
  expect(absSendTime(63_999.999)).toBe(0xffffff);
  expect(absSendTime(1000)).toBe(1 << 18);
});
