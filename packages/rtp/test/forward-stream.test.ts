// One media to one receiver: rewriting, the keyframe gate, continuity over changes of source, repair and its limits.
import { describe, expect, test } from "vitest";
import { ReportBlock } from "../src/rtcp/rtcp-reader.ts";
import { HeaderExtensionMap } from "../src/rtp/header-extension.ts";
import { PacketBuffer } from "../src/rtp/packet-buffer.ts";
import { parseRtpHeader, RtpHeader } from "../src/rtp/rtp-header.ts";
import type { RtpPacket } from "../src/rtp/rtp-packet.ts";
import { restoreFromRtx } from "../src/rtp/rtx.ts";
import { ForwardRoute, type ForwardRouteOptions } from "../src/stream/forward-route.ts";
import { ForwardStream, type ForwardStreamOptions } from "../src/stream/forward-stream.ts";
import { VP8_DELTA, VP8_KEY } from "./support/rtp-bytes.ts";
import { SourceTrack } from "./support/source-track.ts";

const out = new PacketBuffer();

interface Sent {
  readonly header: RtpHeader;
  readonly bytes: Uint8Array;
  readonly payload: number[];
}

function parse(bytes: Uint8Array): Sent {
  const header = new RtpHeader();
  expect(parseRtpHeader(bytes, header)).toBe(true);
  const payload = [...bytes.subarray(header.payloadOffset, header.payloadOffset + header.payloadLength)];
  return { header, bytes, payload };
}

function sent(length: number): Sent | undefined {
  return length === 0 ? undefined : parse(Uint8Array.from(out.view(length)));
}

function route(track: SourceTrack, options: Partial<ForwardRouteOptions> = {}): ForwardRoute {
  return new ForwardRoute({
    timing: track.stream,
    payloadTypes: new Map([[96, 100]]),
    rtxPayloadTypes: new Map([[100, 101]]),
    ...options,
  });
}

function stream(options: Partial<ForwardStreamOptions> = {}): ForwardStream {
  return new ForwardStream({
    ssrc: 0xaabbccdd,
    rtxSsrc: 0xaabbccde,
    cname: "peer",
    waitsForKeyframe: true,
    firstSequenceNumber: 65_534,
    firstTimestamp: 0xfffff000,
    ...options,
  });
}

const KEY = { payload: VP8_KEY } as const;
const DELTA = { payload: VP8_DELTA } as const;

describe("rewriting", () => {
  test("gives the receiver its own SSRC, payload type, numbers and timestamps over all wraps, and the same payload", () => {
    const track = new SourceTrack();
    const forward = stream();
    forward.setRoute(route(track));
    const numbers: number[] = [];
    const timestamps: number[] = [];
    for (let index = 0; index < 6; index++) {
      const payload = [...(index === 0 ? VP8_KEY : VP8_DELTA), index];
      const marker = index % 2 === 1;
      const fields = {
        sequenceNumber: (500 + index) & 0xffff,
        timestamp: (0xfffffe00 + index * 3000) >>> 0,
        payload,
        marker,
      };
      const got = sent(
        forward.write(track.take({ ...fields, csrcs: [7], padding: index * 2 }, index * 33), index * 33, out),
      );
      expect(got?.header).toMatchObject({ ssrc: 0xaabbccdd, payloadType: 100, marker, csrcCount: 0, paddingLength: 0 });
      expect(got?.payload).toEqual(payload);
      numbers.push(got?.header.sequenceNumber ?? -1);
      timestamps.push(got?.header.timestamp ?? -1);
    }
    expect(numbers).toEqual([65_534, 65_535, 0, 1, 2, 3]);
    expect(timestamps).toEqual([0, 1, 2, 3, 4, 5].map((index) => (0xfffff000 + index * 3000) >>> 0));
  });

  test("maps header extensions, strips the others, and leaves the source's packet as it was", () => {
    const track = new SourceTrack();
    const forward = stream();
    forward.setRoute(route(track, { extensions: new HeaderExtensionMap(new Map([[4, 9]])) }));
    const extension = { profile: 0xbede, data: [0x30, 1, 0x41, 2, 3, 0, 0, 0] };
    const packet = track.take({ sequenceNumber: 1, ...KEY, extension }, 0);
    const before = Uint8Array.from(packet.bytes);
    const got = sent(forward.write(packet, 0, out));
    expect(packet.bytes).toEqual(before);
    expect(got?.header).toMatchObject({ extensionProfile: 0xbede, extensionLength: 4 });
    expect([...(got?.bytes.subarray(16, 20) ?? [])]).toEqual([0x91, 2, 3, 0]);
    expect(got?.payload).toEqual([...VP8_KEY]);
    const bare = sent(forward.write(track.take({ sequenceNumber: 2, ...DELTA }, 0), 0, out));
    expect(bare?.header.extensionProfile).toBe(-1);
    expect(bare?.payload).toEqual([...VP8_DELTA]);
  });

  test("takes packets with headers far longer than ours, and drops what does not fit without a gap", () => {
    const track = new SourceTrack();
    const forward = stream();
    forward.setRoute(route(track));
    const extension = { profile: 0x1000, data: new Array<number>(400).fill(0) };
    const csrcs = new Array<number>(15).fill(1);
    const long = sent(forward.write(track.take({ sequenceNumber: 1, ...KEY, extension, csrcs }, 0), 0, out));
    expect(long?.payload).toEqual([...VP8_KEY]);
    const huge = track.take({ sequenceNumber: 2, payload: new Array<number>(4000).fill(1) }, 0);
    expect(forward.write(huge, 0, out)).toBe(0);
    const next = sent(forward.write(track.take({ sequenceNumber: 3, ...DELTA }, 0), 0, out));
    expect(next?.header.sequenceNumber).toBe(65_535);
    // A header that is longer than the room in front of the payload.
    const overlong = { profile: 0x1000, data: new Array<number>(1000).fill(0) };
    expect(forward.write(track.take({ sequenceNumber: 4, ...DELTA, extension: overlong }, 0), 0, out)).toBe(0);
    expect(forward.stats(0)).toMatchObject({ packetsSent: 2, packetsDropped: 2 });
    const last = sent(forward.write(track.take({ sequenceNumber: 5, ...DELTA }, 0), 0, out));
    expect(last?.header.sequenceNumber).toBe(0);
  });

  test("keeps gaps of the source, puts late packets into them, and closes gaps of what it drops itself", () => {
    const track = new SourceTrack();
    const forward = stream({ firstSequenceNumber: 100 });
    forward.setRoute(route(track));
    const numbers: (number | undefined)[] = [];
    const send = (fields: Parameters<SourceTrack["take"]>[0]) => {
      const got = sent(forward.write(track.take(fields, 0), 0, out));
      numbers.push(got?.header.sequenceNumber);
      return got;
    };
    send({ sequenceNumber: 10, ...KEY }); // 100
    send({ sequenceNumber: 12, ...DELTA }); // 102: 11 is missing
    send({ sequenceNumber: 13, payloadType: 13, payload: [1] }); // comfort noise, not negotiated
    send({ sequenceNumber: 14, padding: 100 }); // a probe
    send({ sequenceNumber: 16, ...DELTA }); // 104: 15 is missing
    send({ sequenceNumber: 11, ...DELTA }); // 101
    // The missing one turns out to be a probe: the receiver knows of the gap, so an empty packet fills it.
    const filler = send({ sequenceNumber: 15, padding: 100 }); // 103
    expect(numbers).toEqual([100, 102, undefined, undefined, 104, 101, 103]);
    expect(filler?.bytes).toHaveLength(12);
    expect(filler?.header).toMatchObject({ payloadType: 100, payloadLength: 0 });
  });

  test("sends nothing without a route, or after it was taken away", () => {
    const track = new SourceTrack();
    const forward = stream();
    const packet = track.take({ sequenceNumber: 1, ...KEY }, 0);
    expect(forward.write(packet, 0, out)).toBe(0);
    expect(forward.needsKeyframe).toBe(false);
    forward.setRoute(route(track));
    expect(forward.write(packet, 0, out)).toBeGreaterThan(0);
    forward.setRoute(undefined);
    expect(forward.write(track.take({ sequenceNumber: 2, ...KEY }, 0), 0, out)).toBe(0);
    expect(forward.retransmit(65_534, track.cache, 0, out)).toBe(0);
    expect(forward.writeSenderReport(0, new Uint8Array(200), 0)).toBe(0);
  });
});

describe("the gate", () => {
  test("of video opens with a keyframe; what is older and comes later stays outside", () => {
    const track = new SourceTrack();
    const forward = stream({ firstSequenceNumber: 7 });
    forward.setRoute(route(track));
    expect(forward.needsKeyframe).toBe(true);
    for (const sequenceNumber of [1, 2, 4]) {
      expect(forward.write(track.take({ sequenceNumber, ...DELTA }, 0), 0, out)).toBe(0);
    }
    expect(sent(forward.write(track.take({ sequenceNumber: 5, ...KEY }, 0), 0, out))?.header.sequenceNumber).toBe(7);
    expect(forward.needsKeyframe).toBe(false);
    expect(forward.write(track.take({ sequenceNumber: 3, ...DELTA }, 0), 0, out)).toBe(0);
    expect(forward.stats(0).packetsDropped).toBe(4);
  });

  test("of audio is open from the first packet", () => {
    const track = new SourceTrack({ codec: "opus", clockRate: 48_000 });
    const forward = stream({ waitsForKeyframe: false });
    forward.setRoute(route(track));
    expect(forward.needsKeyframe).toBe(false);
    expect(forward.write(track.take({ sequenceNumber: 1, payload: [1] }, 0), 0, out)).toBe(13);
  });

  test("shuts when the source jumps so far that the gap cannot be repaired", () => {
    const track = new SourceTrack();
    const forward = stream({ firstSequenceNumber: 7 });
    forward.setRoute(route(track));
    forward.write(track.take({ sequenceNumber: 1, ...KEY }, 0), 0, out);
    track.stream.receive(Object.assign(new RtpHeader(), { sequenceNumber: 30_000 }), 1, 0);
    expect(forward.write(track.take({ sequenceNumber: 30_001, ...DELTA }, 0), 0, out)).toBe(0);
    expect(forward.needsKeyframe).toBe(true);
    const got = sent(forward.write(track.take({ sequenceNumber: 30_002, ...KEY }, 0), 0, out));
    expect(got?.header.sequenceNumber).toBe(8);
  });
});

describe("a change of source", () => {
  test("continues numbers without a gap and timestamps by the time that passed", () => {
    const first = new SourceTrack({ ssrc: 1 });
    const second = new SourceTrack({ ssrc: 2 });
    const forward = stream({ firstSequenceNumber: 100, firstTimestamp: 0xffffff00 });
    forward.setRoute(route(first));
    forward.write(first.take({ sequenceNumber: 10, timestamp: 5000, ...KEY }, 1000), 1000, out);
    const last = sent(forward.write(first.take({ sequenceNumber: 11, timestamp: 8000, ...DELTA }, 1033), 1033, out));
    forward.setRoute(route(second, { payloadTypes: new Map([[98, 102]]) }));
    expect(forward.write(second.take({ sequenceNumber: 50_000, payloadType: 98, ...DELTA }, 1050), 1050, out)).toBe(0);
    const key = { sequenceNumber: 50_001, timestamp: 0xf0000000, payloadType: 98, ...KEY };
    const next = sent(forward.write(second.take(key, 1133), 1133, out));
    expect(next?.header).toMatchObject({ ssrc: 0xaabbccdd, sequenceNumber: 102, payloadType: 102 });
    expect(((next?.header.timestamp ?? 0) - (last?.header.timestamp ?? 0)) >>> 0).toBe(9000);
    const after = { sequenceNumber: 50_002, timestamp: 0xf0000bb8, payloadType: 98, ...DELTA };
    const following = sent(forward.write(second.take(after, 1166), 1166, out));
    expect(following?.header.sequenceNumber).toBe(103);
    expect(((following?.header.timestamp ?? 0) - (next?.header.timestamp ?? 0)) >>> 0).toBe(3000);
  });

  test("always moves the timestamp forward, and the same source can come back after a pause", () => {
    const track = new SourceTrack();
    const forward = stream();
    forward.setRoute(route(track));
    const before = sent(forward.write(track.take({ sequenceNumber: 1, timestamp: 1, ...KEY }, 5), 5, out));
    forward.setRoute(route(track));
    const same = sent(forward.write(track.take({ sequenceNumber: 2, timestamp: 1, ...KEY }, 5), 5, out));
    expect(((same?.header.timestamp ?? 0) - (before?.header.timestamp ?? 0)) >>> 0).toBe(1);
    expect(same?.header.sequenceNumber).toBe(65_535);
  });
});

describe("repair", () => {
  function fed(options: Partial<ForwardStreamOptions> = {}, routeOptions: Partial<ForwardRouteOptions> = {}) {
    const track = new SourceTrack();
    const forward = stream({ firstSequenceNumber: 100, ...options });
    forward.setRoute(route(track, routeOptions));
    const originals = new Map<number, Sent>();
    for (let index = 0; index < 30; index++) {
      const payload = [...(index === 0 ? VP8_KEY : VP8_DELTA), index];
      const extension = { profile: 0xbede, data: [0x10, index, 0, 0] };
      const packet: RtpPacket = track.take(
        { sequenceNumber: 10 + index, timestamp: index * 3000, payload, extension },
        index,
      );
      const got = sent(forward.write(packet, index, out));
      if (got !== undefined) originals.set(got.header.sequenceNumber, got);
    }
    return { track, forward, originals };
  }

  test("by RTX brings back exactly what was sent, on the SSRC and the numbers of the RTX stream", () => {
    const extensions = new HeaderExtensionMap(new Map([[1, 5]]));
    const { track, forward, originals } = fed({}, { extensions });
    const numbers: number[] = [];
    for (const [number, original] of originals) {
      const rtx = sent(forward.retransmit(number, track.cache, 50, out));
      expect(rtx?.header).toMatchObject({ ssrc: 0xaabbccde, payloadType: 101, timestamp: original.header.timestamp });
      numbers.push(rtx?.header.sequenceNumber ?? -1);
      const restored = rtx === undefined ? undefined : restoreFromRtx(rtx.bytes, rtx.header, 0xaabbccdd, 100);
      expect(restored).toEqual(original.bytes);
    }
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
    expect(forward.stats(50)).toMatchObject({ retransmittedPackets: 30, nacksReceived: 30, packetsSent: 30 });
  });

  test("tells the time at which a packet is sent again, not the one at which it was first sent", () => {
    const track = new SourceTrack();
    const forward = stream({ firstSequenceNumber: 100, waitsForKeyframe: false });
    const extensions = new HeaderExtensionMap(new Map(), 3);
    forward.setRoute(route(track, { extensions, rtxPayloadTypes: new Map() }));
    const packet = track.take({ sequenceNumber: 10, timestamp: 0, payload: VP8_KEY }, 1000);
    // abs-send-time: seconds in 6.18 fixed point, behind the profile, the length and the id (bytes 12 to 16).
    expect([...(sent(forward.write(packet, 1000, out))?.bytes.subarray(17, 20) ?? [])]).toEqual([4, 0, 0]);
    expect([...(sent(forward.retransmit(100, track.cache, 2000, out))?.bytes.subarray(17, 20) ?? [])]).toEqual([
      8, 0, 0,
    ]);
  });

  test("can be repeated at once as another RTX packet, unless so much is lost that the path must be full", () => {
    const { track, forward } = fed();
    const first = sent(forward.retransmit(110, track.cache, 50, out));
    const copy = sent(forward.repeatRetransmission(110, track.cache, 50, out));
    expect(copy?.header.sequenceNumber).toBe((first?.header.sequenceNumber ?? 0) + 1);
    expect(copy?.bytes.subarray(12)).toEqual(first?.bytes.subarray(12));
    expect(forward.stats(50)).toMatchObject({ retransmittedPackets: 2, nacksReceived: 1 });
    const block = new ReportBlock();
    block.ssrc = 0xaabbccdd;
    block.fractionLost = 64;
    forward.onReportBlock(block, 60);
    expect(forward.repeatRetransmission(110, track.cache, 60, out)).toBe(0);
    const { track: plain, forward: withoutRtx } = fed({}, { rtxPayloadTypes: new Map() });
    expect(withoutRtx.repeatRetransmission(110, plain.cache, 50, out)).toBe(0);
  });

  test("without RTX sends the packet once more as it was", () => {
    for (const { track, forward, originals } of [
      fed({}, { rtxPayloadTypes: new Map() }),
      (() => {
        const track = new SourceTrack();
        const forward = new ForwardStream({ ssrc: 5, cname: "x", waitsForKeyframe: false, firstSequenceNumber: 100 });
        forward.setRoute(route(track));
        const got = sent(forward.write(track.take({ sequenceNumber: 10, ...KEY }, 0), 0, out));
        return { track, forward, originals: new Map(got === undefined ? [] : [[100, got]]) };
      })(),
    ]) {
      expect(sent(forward.retransmit(100, track.cache, 50, out))?.bytes).toEqual(originals.get(100)?.bytes);
    }
  });

  test("of one packet happens once per round trip, however often it is asked for", () => {
    const { track, forward } = fed();
    let answered = 0;
    for (let nowMs = 100; nowMs < 1100; nowMs++) {
      if (forward.retransmit(110, track.cache, nowMs, out) > 0) answered++;
    }
    expect(answered).toBe(10);
    expect(forward.stats(1100)).toMatchObject({ nacksReceived: 1000, nacksRefused: 990, nacksMissed: 0 });
  });

  test("stays within the budget of a second", () => {
    const { track, forward } = fed({ maxRetransmissionsPerSecond: 20 });
    let answered = 0;
    for (let nowMs = 1000; nowMs < 2000; nowMs += 100) {
      for (let number = 100; number < 130; number++) {
        if (forward.retransmit(number, track.cache, nowMs, out) > 0) answered++;
      }
    }
    // The bucket of 20 that was full, and what flows in during the second.
    expect(answered).toBeGreaterThanOrEqual(20);
    expect(answered).toBeLessThanOrEqual(40);
  });

  test("of numbers never sent, of another source's, or too old, does not happen", () => {
    const { track, forward } = fed();
    for (const number of [99, 130, 40_000]) expect(forward.retransmit(number, track.cache, 50, out)).toBe(0);
    expect(forward.retransmit(100, track.cache, 60_000, out)).toBe(0);
    const other = new SourceTrack({ ssrc: 9 });
    forward.setRoute(route(other));
    expect(forward.retransmit(120, other.cache, 60, out)).toBe(0);
    forward.write(other.take({ sequenceNumber: 20, ...KEY }, 60), 60, out);
    expect(forward.retransmit(120, other.cache, 60, out)).toBe(0);
    expect(forward.retransmit(130, other.cache, 60, out)).toBeGreaterThan(0);
    expect(forward.stats(60).nacksMissed).toBe(6);
  });

  test("survives a NACK for every number there is", () => {
    const { track, forward } = fed();
    let answered = 0;
    for (let number = 0; number < 65_536; number++) {
      if (forward.retransmit(number, track.cache, 50, out) > 0) answered++;
    }
    expect(answered).toBe(30);
  });
});

test("a receiver's report gives loss, jitter and round trip, of its own stream only", () => {
  const track = new SourceTrack();
  const forward = stream();
  forward.setRoute(route(track));
  forward.write(track.take({ sequenceNumber: 1, ...KEY }, 1000), 1000, out);
  const bytes = new Uint8Array(200);
  expect(forward.roundTripMs).toBeUndefined();
  expect(forward.writeSenderReport(1000, bytes, 0)).toBeGreaterThan(28);
  const view = new DataView(bytes.buffer);
  const block = Object.assign(new ReportBlock(), {
    ssrc: 0xaabbccdd,
    fractionLost: 64,
    packetsLost: 5,
    jitter: 900,
    lastSenderReport: view.getUint32(10),
    delaySinceLastSenderReport: 65_536 / 2,
  });
  forward.onReportBlock(Object.assign(new ReportBlock(), block, { ssrc: 1 }), 1580);
  expect(forward.roundTripMs).toBeUndefined();
  forward.onReportBlock(block, 1580);
  expect(forward.roundTripMs).toBeCloseTo(80, 1);
  expect(forward.stats(1580)).toMatchObject({ fractionLost: 0.25, packetsLost: 5, jitterMs: 10 });
  forward.onReportBlock(Object.assign(new ReportBlock(), block, { lastSenderReport: 12_345 }), 9000);
  expect(forward.roundTripMs).toBeCloseTo(80, 1);
});

test.each([
  [-1, 96],
  [128, 96],
  [96, -1],
  [96, 128],
])("a route refuses the payload types %i → %i", (from, to) => {
  const { stream: timing } = new SourceTrack();
  expect(() => new ForwardRoute({ timing, payloadTypes: new Map([[from, to]]) })).toThrow(RangeError);
});

test("the buffer of outgoing packets gives one view for each length, and none beyond its capacity", () => {
  const buffer = new PacketBuffer(100);
  expect(buffer.view(60)).toHaveLength(60);
  expect(buffer.view(60)).toBe(buffer.view(60));
  for (const length of [101, -1, Number.NaN]) expect(() => buffer.view(length)).toThrow(RangeError);
});

test("receivers that share a buffer each get the same bytes as with a buffer of their own, retransmissions in between", () => {
  const track = new SourceTrack();
  const shared = new PacketBuffer();
  const carrying = new HeaderExtensionMap(new Map([[4, 7]]), 2);
  const maps = [carrying, carrying, undefined, new HeaderExtensionMap(new Map([[4, 9]])), undefined, carrying];
  const pairs = maps.map((extensions, index) => {
    const withMap = extensions === undefined ? {} : { extensions };
    const own = new PacketBuffer();
    return [0, 1].map((copy) => {
      const forward = stream({ ssrc: 0x90000000 + index });
      forward.setRoute(route(track, withMap));
      return { forward, buffer: copy === 0 ? shared : own };
    });
  });
  const written = (index: number, write: (forward: ForwardStream, buffer: PacketBuffer) => number): Uint8Array[] =>
    (pairs[index] ?? []).map(({ forward, buffer }) => buffer.view(write(forward, buffer)).slice());
  for (let number = 0; number < 8; number++) {
    // Two packets come in the same millisecond; the header differs, the length does not.
    const nowMs = 1000 + (number >> 1);
    const payload = [...(number === 0 ? VP8_KEY : VP8_DELTA), number];
    const extension = { profile: 0xbede, data: [0x41, number, 0xff, 0] };
    const packet = track.take(
      { sequenceNumber: 500 + number, timestamp: number * 3000, payload, marker: number % 2 === 1, extension },
      nowMs,
    );
    for (let index = 0; index < maps.length; index++) {
      const [together, alone] = written(index, (forward, buffer) => forward.write(packet, nowMs, buffer));
      expect(together?.length).toBeGreaterThan(12);
      expect(together).toEqual(alone);
      if (index !== 1 || number === 0) continue;
      const lost = ((alone?.[2] ?? 0) << 8) | (alone?.[3] ?? 0);
      const before = (lost - 1) & 0xffff;
      const [again, alsoAgain] = written(index, (forward, buffer) =>
        forward.retransmit(before, track.cache, nowMs, buffer),
      );
      expect(again?.length).toBeGreaterThan(12);
      expect(again).toEqual(alsoAgain);
    }
  }
});
