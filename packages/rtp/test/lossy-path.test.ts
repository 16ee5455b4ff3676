// Loss on the way in and on the way out, in virtual time: NACK and RTX bring back every packet, for the viewer concerned.
import { describe, expect, test } from "vitest";
import { RtcpReader } from "../src/rtcp/rtcp-reader.ts";
import { writeNack, writeReceiverReport } from "../src/rtcp/rtcp-writer.ts";
import { PacketBuffer } from "../src/rtp/packet-buffer.ts";
import { isRtcp, parseRtpHeader, RtpHeader } from "../src/rtp/rtp-header.ts";
import type { RtpPacket } from "../src/rtp/rtp-packet.ts";
import { restoreFromRtx, wrapAsRtx } from "../src/rtp/rtx.ts";
import { ForwardRoute } from "../src/stream/forward-route.ts";
import { ForwardStream } from "../src/stream/forward-stream.ts";
import { NackGenerator } from "../src/stream/nack-generator.ts";
import { ReceiveStream } from "../src/stream/receive-stream.ts";
import { type LinkOptions, LossyLink } from "./support/lossy-link.ts";
import { be32, rtpBytes, VP8_DELTA, VP8_KEY } from "./support/rtp-bytes.ts";
import { SourceTrack } from "./support/source-track.ts";

const SSRC = 0x11223344;
const PACKET_INTERVAL_MS = 10;
const PACKETS = 3000;
/** A packet lost near the end is noticed by those behind it: the last ones are not looked at. */
const LAST_CHECKED = PACKETS - 100;

type PathOptions = Omit<LinkOptions, "seed">;

/** Two links, there and back. */
class Path {
  readonly there: LossyLink;
  readonly back: LossyLink;

  constructor(seed: number, options: PathOptions) {
    this.there = new LossyLink({ ...options, seed });
    this.back = new LossyLink({ ...options, seed: seed + 1 });
  }
}

/** A NACK for what a generator asks for now; undefined when it asks for nothing. */
function nackOf(generator: NackGenerator, ssrc: number, nowMs: number): Uint8Array | undefined {
  const missing = new Uint16Array(256);
  const count = generator.poll(nowMs, missing);
  const out = new Uint8Array(1200);
  return count === 0 ? undefined : out.subarray(0, writeNack(out, 0, 1, ssrc, missing, count));
}

/** Sends a packet each 10 ms, with its number in the payload, and sends again by RTX what is asked for. */
class Presenter {
  readonly sentMs: number[] = [];
  readonly #sent = new Map<number, Uint8Array>();
  readonly #reader = new RtcpReader();
  #rtxSequenceNumber = 60_000;

  send(nowMs: number, link: LossyLink): void {
    const index = this.sentMs.length;
    const sequenceNumber = (65_000 + index) & 0xffff;
    const payload = [...(index % 300 === 0 ? VP8_KEY : VP8_DELTA), ...be32(index)];
    const bytes = rtpBytes({ ssrc: SSRC, sequenceNumber, timestamp: index * 900, payload });
    this.sentMs.push(nowMs);
    this.#sent.set(sequenceNumber, bytes);
    link.send(bytes, nowMs);
  }

  onRtcp(bytes: Uint8Array, nowMs: number, link: LossyLink): void {
    this.#reader.read(bytes, {
      nack: (_sender, _media, sequenceNumber) => {
        const original = this.#sent.get(sequenceNumber);
        const header = new RtpHeader();
        if (original === undefined || !parseRtpHeader(original, header))
          throw new Error(`never sent: ${sequenceNumber}`);
        const out = new Uint8Array(original.length + 2);
        this.#rtxSequenceNumber = (this.#rtxSequenceNumber + 1) & 0xffff;
        const length = wrapAsRtx(original, header, SSRC + 1, 97, this.#rtxSequenceNumber, out);
        link.send(out.subarray(0, length), nowMs);
      },
    });
  }
}

/** Takes what comes, asks for what is missing, and notes when each of the presenter's packets came first. */
class Viewer {
  readonly stream: ReceiveStream;
  readonly nack: NackGenerator = new NackGenerator();
  /** Arrival by the number in the payload. */
  readonly arrivedMs = new Map<number, number>();
  readonly #ssrc: number;
  readonly #header = new RtpHeader();
  readonly #reader = new RtcpReader();
  readonly #path: Path;
  #nextReportMs = 1000;

  constructor(ssrc: number, path: Path) {
    this.#ssrc = ssrc;
    this.#path = path;
    this.stream = new ReceiveStream({ ssrc, clockRate: 90_000 });
  }

  tick(nowMs: number): void {
    for (const bytes of this.#path.there.receive(nowMs)) this.#take(bytes, nowMs);
    const nack = nackOf(this.nack, this.#ssrc, nowMs);
    if (nack !== undefined) this.#path.back.send(nack, nowMs);
    if (nowMs < this.#nextReportMs) return;
    this.#nextReportMs += 1000;
    const out = new Uint8Array(100);
    const offset = writeReceiverReport(out, 0, 1);
    this.#path.back.send(out.subarray(0, this.stream.writeReportBlock(out, 0, offset, nowMs)), nowMs);
  }

  #take(bytes: Uint8Array, nowMs: number): void {
    if (isRtcp(bytes)) {
      this.#reader.read(bytes, {
        senderReport: (_ssrc, seconds, fraction, timestamp) =>
          this.stream.onSenderReport(seconds, fraction, timestamp, nowMs),
      });
      return;
    }
    const header = this.#header;
    expect(parseRtpHeader(bytes, header)).toBe(true);
    const isRtx = header.ssrc === this.#ssrc + 1;
    const original = isRtx ? restoreFromRtx(bytes, header, this.#ssrc, 100) : bytes;
    if (original === undefined || !parseRtpHeader(original, header)) throw new Error("no original in an RTX packet");
    const isNew = isRtx
      ? this.stream.recover(header, original.length, nowMs)
      : this.stream.receive(header, original.length, nowMs);
    if (!isNew) return;
    this.nack.onPacket(this.stream.extendedSequenceNumber, nowMs);
    expect(header.payloadLength).toBe(9);
    const index = new DataView(original.buffer, original.byteOffset + header.payloadOffset + 5).getUint32(0);
    expect(this.arrivedMs.has(index)).toBe(false);
    this.arrivedMs.set(index, nowMs);
  }
}

/** One viewer as the server sees it. */
class Seat {
  readonly viewer: Viewer;
  readonly forward: ForwardStream;
  readonly #path: Path;
  readonly #reader = new RtcpReader();
  readonly #out = new PacketBuffer();

  constructor(track: SourceTrack, ssrc: number, path: Path, hasRtx: boolean) {
    this.#path = path;
    this.viewer = new Viewer(ssrc, path);
    this.forward = new ForwardStream({
      ssrc,
      cname: "show",
      waitsForKeyframe: true,
      ...(hasRtx ? { rtxSsrc: ssrc + 1 } : {}),
    });
    const rtxPayloadTypes = new Map(hasRtx ? [[100, 101]] : []);
    this.forward.setRoute(
      new ForwardRoute({ timing: track.stream, payloadTypes: new Map([[96, 100]]), rtxPayloadTypes }),
    );
  }

  push(packet: RtpPacket, nowMs: number): void {
    this.#send(this.forward.write(packet, nowMs, this.#out), nowMs);
  }

  tick(track: SourceTrack, nowMs: number): void {
    for (const bytes of this.#path.back.receive(nowMs)) {
      this.#reader.read(bytes, {
        nack: (_sender, _media, sequenceNumber) =>
          this.#send(this.forward.retransmit(sequenceNumber, track.cache, nowMs, this.#out), nowMs),
        reportBlock: (_sender, block) => this.forward.onReportBlock(block, nowMs),
      });
    }
    if (nowMs % 500 === 0) {
      const out = new Uint8Array(200);
      const length = this.forward.writeSenderReport(nowMs, out, 0);
      if (length > 0) this.#path.there.send(out.subarray(0, length), nowMs);
    }
    this.viewer.tick(nowMs);
  }

  #send(length: number, nowMs: number): void {
    if (length > 0) this.#path.there.send(this.#out.view(length), nowMs);
  }
}

interface Show {
  readonly presenter: Presenter;
  readonly track: SourceTrack;
  readonly nack: NackGenerator;
  readonly seats: readonly Seat[];
}

function run(seed: number, presenterPath: PathOptions, viewerPaths: readonly PathOptions[], hasRtx: boolean): Show {
  const track = new SourceTrack({ ssrc: SSRC });
  const presenter = new Presenter();
  const path = new Path(seed, presenterPath);
  const nack = new NackGenerator();
  const seats = viewerPaths.map(
    (options, index) => new Seat(track, 0x5000_0000 + 2 * index, new Path(seed + 10 + 2 * index, options), hasRtx),
  );
  const header = new RtpHeader();
  for (let nowMs = 0; nowMs < PACKETS * PACKET_INTERVAL_MS + 2000; nowMs++) {
    if (nowMs % PACKET_INTERVAL_MS === 0 && presenter.sentMs.length < PACKETS) presenter.send(nowMs, path.there);
    for (const bytes of path.there.receive(nowMs)) {
      expect(parseRtpHeader(bytes, header)).toBe(true);
      const isRtx = header.payloadType === 97;
      const original = isRtx ? restoreFromRtx(bytes, header, SSRC, 96) : bytes;
      const packet = original === undefined ? undefined : track.takeBytes(original, nowMs, isRtx);
      if (packet === undefined) continue;
      nack.onPacket(packet.extendedSequenceNumber, nowMs);
      for (const seat of seats) seat.push(packet, nowMs);
    }
    const request = nackOf(nack, SSRC, nowMs);
    if (request !== undefined) path.back.send(request, nowMs);
    for (const bytes of path.back.receive(nowMs)) presenter.onRtcp(bytes, nowMs, path.there);
    for (const seat of seats) seat.tick(track, nowMs);
  }
  return { presenter, track, nack, seats };
}

/** From the presenter's sending to the viewer's having it, for every packet that is looked at; throws when one is missing. */
function delaysMs({ presenter }: Show, { arrivedMs }: Viewer): number[] {
  return presenter.sentMs.slice(0, LAST_CHECKED).map((sentMs, index) => {
    const atMs = arrivedMs.get(index);
    if (atMs === undefined) throw new Error(`packet ${index} never came`);
    return atMs - sentMs;
  });
}

const CLEAN: PathOptions = { delayMs: 20 };
const LOSSY: PathOptions = { delayMs: 20, jitterMs: 8, lossRate: 0.05, duplicationRate: 0.01 };

describe.each([1, 2, 3])("seed %i", (seed) => {
  test.each([
    ["by RTX", true],
    ["by sending the packet once more as it was", false],
  ])("a viewer who loses a packet in twenty gets every one within half a second: %s", (_how, hasRtx) => {
    const show = run(seed, CLEAN, [LOSSY], hasRtx);
    const [{ viewer, forward }] = show.seats as [Seat];
    expect(Math.max(...delaysMs(show, viewer))).toBeLessThan(500);
    expect(viewer.nack.abandoned).toBe(0);
    expect(viewer.nack.takeKeyframeRequest()).toBe(false);
    const stats = forward.stats(0);
    // As many as the path loses and as repeats of lost repairs need: not a flood.
    expect(stats.retransmittedPackets).toBeGreaterThan(PACKETS * 0.04);
    expect(stats.retransmittedPackets).toBeLessThan(PACKETS * 0.09);
    expect(stats.nacksMissed).toBe(0);
    expect(stats.packetsSent).toBe(PACKETS);
    // The links take 20 to 28 ms each way.
    expect(stats.roundTripMs).toBeGreaterThanOrEqual(40);
    expect(stats.roundTripMs).toBeLessThanOrEqual(58);
    if (hasRtx) expect(stats.packetsLost).toBeGreaterThan(PACKETS * 0.035);
  });

  test("what the presenter loses is brought back once, and every viewer gets everything", () => {
    const show = run(seed, LOSSY, [CLEAN, CLEAN, LOSSY], true);
    for (const { viewer } of show.seats) expect(Math.max(...delaysMs(show, viewer))).toBeLessThan(700);
    expect(show.nack.abandoned).toBe(0);
    expect(show.nack.repaired).toBe(show.track.stream.stats(0).packetsRecovered);
    expect(show.track.stream.packetsLost).toBeGreaterThan(PACKETS * 0.035);
  });

  test("a lossy viewer costs its neighbour nothing", () => {
    const alone = run(seed, CLEAN, [CLEAN], true);
    const together = run(seed, CLEAN, [CLEAN, { ...LOSSY, lossRate: 0.3 }], true);
    const [own] = alone.seats as [Seat];
    const [neighbour] = together.seats as [Seat];
    expect(delaysMs(together, neighbour.viewer)).toEqual(delaysMs(alone, own.viewer));
    expect(neighbour.forward.stats(0)).toEqual(own.forward.stats(0));
  });
});
