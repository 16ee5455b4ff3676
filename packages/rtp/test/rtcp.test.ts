// RTCP: what the writers write is what the RFCs draw, the reader visits every packet of a compound, garbage harms nobody.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RtcpReader, type RtcpVisitor } from "../src/rtcp/rtcp-reader.ts";
import {
  appendReportBlock,
  writeBye,
  writeFullIntraRequest,
  writeNack,
  writePictureLossIndication,
  writeReceiverReport,
  writeRemb,
  writeSenderReport,
  writeSourceDescription,
} from "../src/rtcp/rtcp-writer.ts";
import { hex } from "./support/rtp-bytes.ts";

type Seen = readonly [name: string, ...values: unknown[]];

/** Notes every visit with copies of what is reused. */
function recorder(): { seen: Seen[]; visitor: RtcpVisitor } {
  const seen: Seen[] = [];
  const visitor: RtcpVisitor = {
    senderReport: (...values) => void seen.push(["SR", ...values]),
    reportBlock: (sender, block) => void seen.push(["block", sender, { ...block }]),
    cname: (...values) => void seen.push(["cname", ...values]),
    bye: (...values) => void seen.push(["bye", ...values]),
    app: (sender, subtype, name, bytes, offset, length) =>
      void seen.push(["app", sender, subtype, name, [...bytes.subarray(offset, offset + length)]]),
    nack: (...values) => void seen.push(["nack", ...values]),
    transportFeedback: (sender, media, _bytes, offset, length) =>
      void seen.push(["transport-cc", sender, media, offset, length]),
    pictureLossIndication: (...values) => void seen.push(["PLI", ...values]),
    fullIntraRequest: (...values) => void seen.push(["FIR", ...values]),
    receiverEstimatedMaxBitrate: (sender, bitrateBps, ssrcs, count) =>
      void seen.push(["REMB", sender, bitrateBps, [...ssrcs.subarray(0, count)]]),
    other: (packetType, _bytes, offset, length) => void seen.push(["other", packetType, offset, length]),
  };
  return { seen, visitor };
}

function read(bytes: Uint8Array): Seen[] {
  const { seen, visitor } = recorder();
  expect(new RtcpReader().read(bytes, visitor)).toBe(true);
  return seen;
}

const uint32 = fc.integer({ min: 0, max: 0xffffffff });
const uint16 = fc.integer({ min: 0, max: 0xffff });

describe("writers", () => {
  test("a sender report is drawn as in RFC 3550, section 6.4.1", () => {
    const out = new Uint8Array(28);
    expect(writeSenderReport(out, 0, 0x902f9e2e, 0xda8bd1fc, 0xdddda05a, 0xaaf4edd5, 1, 2)).toBe(28);
    expect(out).toEqual(hex("80c80006 902f9e2e da8bd1fc dddda05a aaf4edd5 00000001 00000002"));
  });

  test("a receiver report with a block is drawn as in section 6.4.2", () => {
    const out = new Uint8Array(32);
    const at = writeReceiverReport(out, 0, 0x902f9e2e);
    expect(appendReportBlock(out, 0, at, 0xbc5e9a40, 85, -2, 0x46e1, 273, 0x9f36432, 150137)).toBe(32);
    expect(out).toEqual(hex("81c90007 902f9e2e bc5e9a40 55fffffe 000046e1 00000111 09f36432 00024a79"));
  });

  test("PLI, FIR and BYE", () => {
    const out = new Uint8Array(12);
    expect(writePictureLossIndication(out, 0, 0x902f9e2e, 0x902f9e2f)).toBe(12);
    expect(out).toEqual(hex("81ce0002 902f9e2e 902f9e2f"));
    const fir = new Uint8Array(20);
    expect(writeFullIntraRequest(fir, 0, 1, 0x12345678, 0x142)).toBe(20);
    expect(fir).toEqual(hex("84ce0004 00000001 00000000 12345678 42000000"));
    const bye = new Uint8Array(8);
    expect(writeBye(bye, 0, 0x01020304)).toBe(8);
    expect(bye).toEqual(hex("81cb0001 01020304"));
  });

  test("REMB: the example of the draft", () => {
    // 5,000,000 bit/s: mantissa 156250, exponent 5.
    const out = new Uint8Array(28);
    expect(writeRemb(out, 0, 1, 5_000_000, [0xaabbccdd, 2])).toBe(28);
    expect(out).toEqual(hex("8fce0006 00000001 00000000 52454d42 02 16625a aabbccdd 00000002"));
  });

  test("a NACK packs neighbours into one entry", () => {
    const out = new Uint8Array(100);
    const lost = Uint16Array.from([65534, 65535, 0, 14, 15, 40]);
    const length = writeNack(out, 0, 1, 2, lost, lost.length);
    // 65534 with 65535 (bit 0), 0 (bit 1) and 14 (bit 15); then 15; then 40.
    expect(out.subarray(0, length)).toEqual(hex("81cd0005 00000001 00000002 fffe8003 000f0000 00280000"));
  });

  test("nothing is written where it does not fit, and nothing beyond the buffer", () => {
    const small = new Uint8Array(7);
    expect(writeSenderReport(small, 0, 1, 2, 3, 4, 5, 6)).toBe(0);
    expect(writeReceiverReport(small, 0, 1)).toBe(0);
    expect(writeBye(small, 0, 1)).toBe(0);
    expect(writePictureLossIndication(small, 0, 1, 2)).toBe(0);
    expect(writeFullIntraRequest(small, 0, 1, 2, 3)).toBe(0);
    expect(writeRemb(small, 0, 1, 2, [3])).toBe(0);
    expect(writeNack(small, 0, 1, 2, Uint16Array.from([3]), 1)).toBe(0);
    expect(writeSourceDescription(small, 0, 1, "x")).toBe(0);
    expect(small).toEqual(new Uint8Array(7));
    const out = new Uint8Array(20);
    const far = Uint16Array.from([0, 100, 200, 300]);
    expect(writeNack(out, 0, 1, 2, far, 4)).toBe(20);
    expect(read(out)).toEqual([
      ["nack", 1, 2, 0],
      ["nack", 1, 2, 100],
    ]);
  });

  test("a report holds 31 blocks at most", () => {
    const out = new Uint8Array(2000);
    let at = writeReceiverReport(out, 0, 1);
    for (let ssrc = 0; ssrc < 40; ssrc++) at = appendReportBlock(out, 0, at, ssrc, 0, 0, 0, 0, 0, 0);
    expect(read(out.subarray(0, at))).toHaveLength(31);
  });
});

describe("round trips", () => {
  test("reports, descriptions and BYE in one compound packet", () => {
    const block = fc.record({
      ssrc: uint32,
      fractionLost: fc.integer({ min: 0, max: 255 }),
      packetsLost: fc.integer({ min: -0x800000, max: 0x7fffff }),
      highestSequenceNumber: uint32,
      jitter: uint32,
      lastSenderReport: uint32,
      delaySinceLastSenderReport: uint32,
    });
    const blocks = fc.array(block, { maxLength: 5 });
    const cname = fc.stringMatching(/^[\x20-\x7e]{0,255}$/);
    fc.assert(
      fc.property(
        uint32,
        uint32,
        uint32,
        blocks,
        cname,
        fc.boolean(),
        (ssrc, seconds, timestamp, reports, name, sends) => {
          const out = new Uint8Array(1000);
          let at = sends
            ? writeSenderReport(out, 0, ssrc, seconds, 7, timestamp, 8, 9)
            : writeReceiverReport(out, 0, ssrc);
          for (const report of reports) {
            at = appendReportBlock(
              out,
              0,
              at,
              report.ssrc,
              report.fractionLost,
              report.packetsLost,
              report.highestSequenceNumber,
              report.jitter,
              report.lastSenderReport,
              report.delaySinceLastSenderReport,
            );
          }
          at = writeSourceDescription(out, at, ssrc, name);
          at = writeBye(out, at, ssrc);
          const expected: Seen[] = [
            ...reports.map((report) => ["block", ssrc, report] as const),
            ["cname", ssrc, name],
            ["bye", ssrc],
          ];
          if (sends) expected.unshift(["SR", ssrc, seconds, 7, timestamp, 8, 9]);
          expect(read(out.subarray(0, at))).toEqual(expected);
        },
      ),
    );
  });

  test("a NACK asks for exactly the numbers given, in their order", () => {
    fc.assert(
      fc.property(
        uint16,
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 60 }),
        (first, steps) => {
          const numbers = [first];
          for (const step of steps) numbers.push(((numbers.at(-1) ?? 0) + step) & 0xffff);
          const out = new Uint8Array(600);
          const length = writeNack(out, 0, 5, 6, Uint16Array.from(numbers), numbers.length);
          expect(read(out.subarray(0, length))).toEqual(numbers.map((number) => ["nack", 5, 6, number]));
        },
      ),
    );
  });

  test("REMB keeps the bitrate to 18 bits of precision, never above", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 50 }), fc.array(uint32, { maxLength: 16 }), (bitrateBps, ssrcs) => {
        const out = new Uint8Array(100);
        const length = writeRemb(out, 0, 1, bitrateBps, ssrcs);
        const [remb] = read(out.subarray(0, length));
        const announced = remb?.[2] as number;
        expect(remb?.[3]).toEqual(ssrcs);
        expect(announced).toBeLessThanOrEqual(bitrateBps);
        expect(announced).toBeGreaterThanOrEqual(bitrateBps * (1 - 1 / 0x1ffff) - 1);
      }),
    );
  });
});

describe("the reader", () => {
  test("finds a PLI behind a report, a description and a REMB", () => {
    const bytes = hex(`
      80c90001 00000001
      81ca0004 00000001 01 05 68656c6c6f 00 0000 0000
      8fce0005 00000001 00000000 52454d42 01 0c3500 0000000a
      81ce0002 00000001 0000000a`);
    expect(read(bytes)).toEqual([
      ["cname", 1, "hello"],
      ["REMB", 1, 13568 * 8, [10]],
      ["PLI", 1, 10],
    ]);
  });

  test("gives what it does not know to `other`, with the place", () => {
    const bytes = hex("80cf0001 00000001 82ce0002 00000001 00000002 83cd0002 00000001 00000002");
    expect(read(bytes)).toEqual([
      ["other", 207, 0, 8],
      ["other", 206, 8, 12],
      ["other", 205, 20, 12],
    ]);
  });

  test("hands transport-wide feedback and APP through", () => {
    const bytes = hex("8fcd0003 00000001 00000002 00010001 85cc0003 00000009 41424344 01020304");
    expect(read(bytes)).toEqual([
      ["transport-cc", 1, 2, 0, 16],
      ["app", 9, 5, 0x41424344, [1, 2, 3, 4]],
    ]);
  });

  test("reads several FIR entries and several chunks of a description", () => {
    expect(read(hex("84ce0006 00000001 00000000 0000000a 05000000 0000000b 06000000"))).toEqual([
      ["FIR", 1, 10, 5],
      ["FIR", 1, 11, 6],
    ]);
    expect(read(hex("82ca0005 00000001 0101 61 00 00000002 0202 6161 0101 62 00"))).toEqual([
      ["cname", 1, "a"],
      ["cname", 2, "b"],
    ]);
  });

  test("takes padding off the last packet", () => {
    expect(read(hex("a1ce0003 00000001 0000000a 00000004"))).toEqual([["PLI", 1, 10]]);
  });

  test.each([
    ["nothing", ""],
    ["a head cut off", "81ce00"],
    ["another version", "41ce0002 00000001 00000002"],
    ["a length beyond the end", "81ce0003 00000001 00000002"],
    ["more blocks than there are", "82c90007 902f9e2e bc5e9a40 55fffffe 000046e1 00000111 09f36432 00024a79"],
    ["a sender report that is too short", "80c80001 00000001"],
    ["a BYE of more sources than there are", "82cb0001 00000001"],
    ["a REMB of more SSRCs than there are", "8fce0005 00000001 00000000 52454d42 05 0c3500 0000000a"],
    ["a description whose item reaches beyond it", "81ca0002 00000001 01ff6161"],
    ["feedback without a media SSRC", "81ce0001 00000001"],
    ["padding of length 0", "a1ce0003 00000001 0000000a 00000000"],
    ["padding longer than the packet", "a1ce0003 00000001 0000000a 00000010"],
  ])("ends the scan at %s and counts it", (_what, text) => {
    const reader = new RtcpReader();
    const { seen, visitor } = recorder();
    const good = hex("81ce0002 00000001 0000000a");
    expect(reader.read(hex(text), visitor)).toBe(false);
    expect(reader.malformed).toBe(1);
    if (text === "") return;
    seen.length = 0;
    expect(reader.read(Uint8Array.from([...good, ...hex(text)]), visitor)).toBe(false);
    expect(seen[0]).toEqual(["PLI", 1, 10]);
    expect(reader.malformed).toBe(2);
    expect(reader.packets).toBe(1);
  });

  test("garbage never throws, and is either well-formed or counted", () => {
    const packet = fc
      .tuple(
        fc.integer({ min: 0, max: 31 }),
        fc.integer({ min: 198, max: 208 }),
        fc.uint8Array({ maxLength: 60 }),
        fc.boolean(),
      )
      .map(([count, type, body, lie]) => {
        const words = Math.ceil(body.length / 4);
        const bytes = new Uint8Array(4 + 4 * words);
        bytes.set([0x80 | count, type, 0, lie ? words + 1 : words]);
        bytes.set(body, 4);
        return bytes;
      });
    const compound = fc
      .array(packet, { maxLength: 4 })
      .map((packets) => Uint8Array.from(packets.flatMap((bytes) => [...bytes])));
    fc.assert(
      fc.property(fc.oneof(compound, fc.uint8Array({ maxLength: 100 })), (bytes) => {
        const reader = new RtcpReader();
        const ok = reader.read(bytes, recorder().visitor);
        expect(reader.malformed).toBe(ok ? 0 : 1);
      }),
      { numRuns: 5000 },
    );
  });

  test("nobody is asked who does not listen", () => {
    const bytes = hex("81ce0002 00000001 0000000a 80c90001 00000001 81cd0003 00000001 00000002 00010001");
    expect(new RtcpReader().read(bytes, {})).toBe(true);
  });
});
