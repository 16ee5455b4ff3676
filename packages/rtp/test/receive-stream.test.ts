// Incoming streams: numbers without wraps, duplicates, loss and jitter as the RFC computes them, restarts, reports.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ReportBlock, RtcpReader } from "../src/rtcp/rtcp-reader.ts";
import { writeReceiverReport } from "../src/rtcp/rtcp-writer.ts";
import { RtpHeader } from "../src/rtp/rtp-header.ts";
import { ReceiveStream, roundTripMs } from "../src/stream/receive-stream.ts";
import { seededRandom } from "./support/random.ts";

function header(sequenceNumber: number, timestamp: number = 0): RtpHeader {
  const made = new RtpHeader();
  made.sequenceNumber = sequenceNumber & 0xffff;
  made.timestamp = timestamp >>> 0;
  return made;
}

function stream(options: Partial<ConstructorParameters<typeof ReceiveStream>[0]> = {}): ReceiveStream {
  return new ReceiveStream({ ssrc: 5, clockRate: 90_000, ...options });
}

function report(of: ReceiveStream, nowMs: number): ReportBlock {
  const out = new Uint8Array(100);
  const at = writeReceiverReport(out, 0, 1);
  const end = of.writeReportBlock(out, 0, at, nowMs);
  const blocks: ReportBlock[] = [];
  expect(
    new RtcpReader().read(out.subarray(0, end), { reportBlock: (_sender, block) => void blocks.push({ ...block }) }),
  ).toBe(true);
  const block = blocks[0];
  if (block === undefined) throw new Error("no report block");
  return block;
}

describe("sequence numbers", () => {
  test("rise over wraps", () => {
    const received = stream();
    const seen: number[] = [];
    let taken = 0;
    for (let number = 65_000; number < 65_000 + 200_000; number++) {
      if (received.receive(header(number), 100, number)) taken++;
      seen.push(received.extendedSequenceNumber);
    }
    expect(taken).toBe(200_000);
    const first = seen[0] ?? 0;
    expect(first % 65_536).toBe(65_000);
    expect(seen).toEqual(seen.map((_, index) => first + index));
  });

  test("late packets get their place, also from before the first one", () => {
    const received = stream();
    received.receive(header(2), 1, 0);
    const second = received.extendedSequenceNumber;
    for (const [number, distance] of [
      [5, 3],
      [3, 1],
      [0xffff, -3],
      [4, 2],
    ] as const) {
      expect(received.receive(header(number), 1, 0)).toBe(true);
      expect(received.extendedSequenceNumber).toBe(second + distance);
    }
    // 65535 to 5 are seven; 0 and 1 are missing.
    expect(received.packetsLost).toBe(2);
    expect(received.stats(0).packetsReordered).toBe(3);
  });

  test("a packet counts once, however often it comes", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 65_535 }),
        fc.array(fc.integer({ min: 0, max: 1500 }), { minLength: 1, maxLength: 300 }),
        (base, steps) => {
          const received = stream();
          const seen = new Set<number>();
          for (const step of steps) {
            const isNew = !seen.has(step);
            expect(received.receive(header(base + step), 1, 0)).toBe(isNew);
            seen.add(step);
          }
          const expected = Math.max(...seen) - Math.min(...seen) + 1;
          expect(received.packetsLost).toBe(expected - seen.size);
          expect(received.stats(0).packetsDuplicated).toBe(steps.length - seen.size);
        },
      ),
    );
  });

  test("one stray packet is refused, two in a row are a restart, and the numbers go on upwards", () => {
    const received = stream();
    for (let number = 100; number < 110; number++) received.receive(header(number), 1, 0);
    const before = received.extendedSequenceNumber;
    expect(received.receive(header(40_000), 1, 0)).toBe(false);
    expect(received.receive(header(110), 1, 0)).toBe(true);
    expect(received.extendedSequenceNumber).toBe(before + 1);
    expect(received.receive(header(40_000), 1, 0)).toBe(false);
    expect(received.receive(header(40_001), 1, 0)).toBe(true);
    expect(received.extendedSequenceNumber % 65_536).toBe(40_001);
    expect(received.extendedSequenceNumber).toBeGreaterThan(before);
    expect(received.restarts).toBe(1);
    expect(received.receive(header(40_002), 1, 0)).toBe(true);
    expect(received.receive(header(40_001), 1, 0)).toBe(false);
    expect(received.packetsLost).toBe(0);
    expect(report(received, 0).packetsLost).toBe(0);
  });

  test("a restart to numbers just below is recognised too", () => {
    const received = stream();
    for (let number = 30_000; number < 30_010; number++) received.receive(header(number), 1, 0);
    const before = received.extendedSequenceNumber;
    expect(received.receive(header(10), 1, 0)).toBe(false);
    expect(received.receive(header(11), 1, 0)).toBe(true);
    expect(received.extendedSequenceNumber).toBeGreaterThan(before);
  });

  test("with probation, packets count from the second in a row on", () => {
    const received = stream({ probationPackets: 2 });
    const taken = [7, 9, 20, 21, 22].map((number) => received.receive(header(number), 1, 0));
    expect(taken).toEqual([false, false, false, true, true]);
    expect(received.packetsLost).toBe(0);
    expect(received.stats(0)).toMatchObject({ packetsReceived: 2, packetsDiscarded: 3 });
  });
});

describe("RTX", () => {
  test("fills a gap once, and the packet still counts as lost on the way", () => {
    const received = stream();
    for (const number of [10, 11, 13]) received.receive(header(number), 1, 0);
    expect(received.recover(header(12), 1, 5)).toBe(true);
    expect(received.extendedSequenceNumber % 65_536).toBe(12);
    expect(received.recover(header(12), 1, 5)).toBe(false);
    expect(received.receive(header(12), 1, 6)).toBe(false);
    expect(received.stats(6)).toMatchObject({ packetsRecovered: 1, packetsLost: 1, packetsReceived: 3 });
    expect(report(received, 6)).toMatchObject({ packetsLost: 1, fractionLost: 64 });
  });

  test("of packets ahead of the stream, or before it, is refused", () => {
    const received = stream();
    expect(received.recover(header(12), 1, 0)).toBe(false);
    received.receive(header(20), 1, 0);
    expect(received.recover(header(21), 1, 0)).toBe(false);
    expect(received.recover(header(19), 1, 0)).toBe(false);
  });
});

/** RFC 3550, A.3 and A.8 written down plainly, over the whole list of packets. */
function reference(packets: readonly { number: number; timestamp: number; atMs: number }[], clockRate: number) {
  let jitter = 0;
  let previous: { number: number; timestamp: number; atMs: number } | undefined;
  for (const packet of packets) {
    if (previous !== undefined) {
      const arrival = Math.floor((packet.atMs * clockRate) / 1000) - Math.floor((previous.atMs * clockRate) / 1000);
      jitter += (Math.abs(arrival - (packet.timestamp - previous.timestamp)) - jitter) / 16;
    }
    previous = packet;
  }
  const numbers = packets.map((packet) => packet.number);
  const highest = Math.max(...numbers);
  return { highest, expected: highest - Math.min(...numbers) + 1, received: new Set(numbers).size, jitter };
}

describe("reports", () => {
  test.each([1, 2, 3, 4, 5])("agree with a plain computation over the same packets (seed %i)", (seed) => {
    const random = seededRandom(seed);
    const received = stream();
    const firstNumber = 65_500;
    const firstTimestamp = 0xffffff00;
    const nowMs = 1_760_000_000_000;
    const arrived: { number: number; timestamp: number; atMs: number }[] = [];
    for (let index = 0; index < 3000; index++) {
      if (index > 0 && random() < 0.1) continue;
      arrived.push({
        number: firstNumber + index,
        timestamp: firstTimestamp + Math.floor(index / 3) * 3000,
        atMs: nowMs + index * 11 + random() * 60,
      });
    }
    arrived.sort((a, b) => a.atMs - b.atMs);
    const taken: typeof arrived = [];
    let expectedBefore = 0;
    let receivedBefore = 0;
    for (const [index, packet] of arrived.entries()) {
      taken.push(packet);
      expect(received.receive(header(packet.number, packet.timestamp), 100, packet.atMs)).toBe(true);
      if (index % 250 !== 249) continue;
      const plain = reference(taken, 90_000);
      const block = report(received, packet.atMs);
      const expectedNow = plain.expected - expectedBefore;
      const lostNow = expectedNow - (plain.received - receivedBefore);
      expectedBefore = plain.expected;
      receivedBefore = plain.received;
      expect(block.ssrc).toBe(5);
      expect(block.highestSequenceNumber).toBe(plain.highest);
      expect(block.packetsLost).toBe(plain.expected - plain.received);
      expect(block.fractionLost).toBe(lostNow <= 0 ? 0 : Math.floor((lostNow * 256) / expectedNow));
      expect(Math.abs(block.jitter - plain.jitter)).toBeLessThan(2);
    }
  });

  test("jitter of a steady stream is 0, over the wraps of timestamp and of arrival time", () => {
    const received = stream({ clockRate: 48_000 });
    for (let index = 0; index < 500; index++)
      received.receive(header(index, 0xfffffff0 + index * 960), 1, 89_478_480 + index * 20);
    expect(received.jitter).toBe(0);
  });

  test("name the last sender report and how long ago it came, and give the round trip", () => {
    const received = stream();
    received.receive(header(1), 1, 0);
    expect(report(received, 10)).toMatchObject({ lastSenderReport: 0, delaySinceLastSenderReport: 0 });
    received.onSenderReport(0xb44db705, 0x20000000, 1, 1000);
    const block = report(received, 1250);
    expect(block).toMatchObject({ lastSenderReport: 0xb7052000, delaySinceLastSenderReport: 16_384 });
    expect(roundTripMs(900, block.delaySinceLastSenderReport, 1300)).toBe(150);
    expect(roundTripMs(1200, block.delaySinceLastSenderReport, 1300)).toBe(0);
  });

  test("an interval in which late packets outnumber the lost ones reports 0", () => {
    const received = stream();
    for (const number of [1, 2, 5]) received.receive(header(number), 1, 0);
    expect(report(received, 0)).toMatchObject({ fractionLost: Math.floor((2 * 256) / 5), packetsLost: 2 });
    for (const number of [3, 4, 6]) received.receive(header(number), 1, 0);
    expect(report(received, 0)).toMatchObject({ fractionLost: 0, packetsLost: 0 });
  });

  test("nothing is reported of a stream that never came", () => {
    const out = new Uint8Array(100);
    const at = writeReceiverReport(out, 0, 1);
    expect(stream().writeReportBlock(out, 0, at, 0)).toBe(at);
  });
});

test("the bitrate is that of the last second", () => {
  const received = stream();
  let number = 0;
  for (let ms = 0; ms < 3000; ms += 10) received.receive(header(number++), 1250, ms);
  expect(received.bitrateBps(3000)).toBeGreaterThan(950_000);
  expect(received.bitrateBps(3000)).toBeLessThan(1_050_000);
  expect(received.bitrateBps(3500)).toBeLessThan(600_000);
  expect(received.bitrateBps(9000)).toBe(0);
  received.receive(header(number++), 1250, 10_000);
  expect(received.bitrateBps(10_050)).toBeLessThan(20_000);
});
