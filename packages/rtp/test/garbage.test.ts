// Whatever bytes a peer sends as RTP, RTX or RTCP: nothing throws, and what goes on to a receiver is RTP of its own stream.
import fc from "fast-check";
import { expect, test } from "vitest";
import { RtcpReader } from "../src/rtcp/rtcp-reader.ts";
import { writeReceiverReport } from "../src/rtcp/rtcp-writer.ts";
import { HeaderExtensionMap } from "../src/rtp/header-extension.ts";
import { keyframeDetector } from "../src/rtp/keyframe.ts";
import { PacketBuffer } from "../src/rtp/packet-buffer.ts";
import { parseRtpHeader, RtpHeader } from "../src/rtp/rtp-header.ts";
import { restoreFromRtx } from "../src/rtp/rtx.ts";
import { ForwardRoute } from "../src/stream/forward-route.ts";
import { ForwardStream } from "../src/stream/forward-stream.ts";
import { NackGenerator } from "../src/stream/nack-generator.ts";
import { PacketCache } from "../src/stream/packet-cache.ts";
import { ReceiveStream } from "../src/stream/receive-stream.ts";

const CODECS = ["VP8", "VP9", "H264", "H265", "AV1", "opus"] as const;
const SSRC = 0xaabbccdd;
const missing = new Uint16Array(64);

/** A server's way of a packet, from the socket to the receiver and back for its NACKs. */
class Way {
  /** Packets that went on to the receiver. */
  written = 0;
  readonly #detect: NonNullable<ReturnType<typeof keyframeDetector>>;
  readonly #stream = new ReceiveStream({ ssrc: 1, clockRate: 90_000 });
  readonly #cache = new PacketCache({ capacity: 64 });
  readonly #nack = new NackGenerator({ maxMissing: 50 });
  readonly #forward: ForwardStream;
  readonly #header = new RtpHeader();
  readonly #out = new PacketBuffer();
  readonly #reader = new RtcpReader();

  constructor(codec: string, waitsForKeyframe: boolean) {
    const detect = keyframeDetector(codec);
    if (detect === undefined) throw new Error(`no detector for ${codec}`);
    this.#detect = detect;
    this.#forward = new ForwardStream({ ssrc: SSRC, rtxSsrc: SSRC + 1, cname: "x", waitsForKeyframe });
    const extensions = new HeaderExtensionMap(new Map([1, 2, 3, 4, 5].map((id) => [id, id + 5])), 3);
    const payloadTypes = new Map(Array.from({ length: 64 }, (_, type) => [type, type + 32]));
    const rtxPayloadTypes = new Map([[40, 127]]);
    this.#forward.setRoute(new ForwardRoute({ timing: this.#stream, payloadTypes, rtxPayloadTypes, extensions }));
  }

  take(bytes: Uint8Array, isRtx: boolean, nowMs: number): void {
    const header = this.#header;
    if (!parseRtpHeader(bytes, header)) return;
    const original = isRtx ? restoreFromRtx(bytes, header, 1, 8) : bytes;
    if (original === undefined) return;
    expect(parseRtpHeader(original, header)).toBe(true);
    const isNew = isRtx
      ? this.#stream.recover(header, original.length, nowMs)
      : this.#stream.receive(header, original.length, nowMs);
    if (!isNew) return;
    const number = this.#stream.extendedSequenceNumber;
    const startsKeyframe = this.#detect(original, header.payloadOffset, header.payloadLength);
    this.#nack.onPacket(number, nowMs);
    if (startsKeyframe) this.#nack.onKeyframe(number);
    expect(this.#nack.poll(nowMs, missing)).toBeLessThanOrEqual(50);
    const packet = this.#cache.store(original, header, number, nowMs, startsKeyframe);
    this.#check(this.#forward.write(packet, nowMs, this.#out));
  }

  takeRtcp(bytes: Uint8Array, nowMs: number): void {
    this.#reader.read(bytes, {
      nack: (_sender, _media, number) => this.#check(this.#forward.retransmit(number, this.#cache, nowMs, this.#out)),
      reportBlock: (_sender, block) => this.#forward.onReportBlock(block, nowMs),
      senderReport: (_sender, seconds, fraction, timestamp) =>
        this.#stream.onSenderReport(seconds, fraction, timestamp, nowMs),
    });
    const reports = new Uint8Array(200);
    const at = this.#forward.writeSenderReport(nowMs, reports, 0);
    const end = this.#stream.writeReportBlock(reports, at, writeReceiverReport(reports, at, 2), nowMs);
    expect(new RtcpReader().read(reports.subarray(0, end), {})).toBe(true);
    const { packetsLost, jitterMs, roundTripMs = 0 } = this.#forward.stats(nowMs);
    for (const figure of [packetsLost, jitterMs, roundTripMs]) expect(Number.isFinite(figure)).toBe(true);
  }

  #check(length: number): void {
    if (length === 0) return;
    this.written++;
    const header = new RtpHeader();
    expect(parseRtpHeader(this.#out.view(length), header)).toBe(true);
    expect([SSRC, SSRC + 1]).toContain(header.ssrc);
    expect(header.payloadType).toBeGreaterThanOrEqual(32);
  }
}

/** RTP that is nearly right: a header with lies in it, in front of anything. */
const almostRtp = fc
  .record({
    first: fc.oneof(fc.constant(0x80), fc.constant(0x90), fc.integer({ min: 0x80, max: 0xbf })),
    second: fc.nat(255),
    sequenceNumber: fc.oneof(fc.integer({ min: 100, max: 160 }), fc.nat(65_535)),
    profile: fc.constantFrom(0xbede, 0x1000, 0x1234),
    words: fc.oneof(fc.nat(4), fc.nat(0xffff)),
    rest: fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.uint8Array({ minLength: 1000, maxLength: 1400 })),
  })
  .map(({ first, second, sequenceNumber, profile, words, rest }) => {
    const bytes = new Uint8Array(16 + rest.length);
    const view = new DataView(bytes.buffer);
    view.setUint8(0, first);
    view.setUint8(1, second);
    view.setUint16(2, sequenceNumber);
    view.setUint32(8, 1);
    view.setUint16(12, profile);
    view.setUint16(14, words);
    bytes.set(rest, 16);
    return bytes;
  });

const almostRtcp = fc
  .tuple(fc.nat(31), fc.integer({ min: 198, max: 208 }), fc.uint8Array({ minLength: 8, maxLength: 64 }))
  .map(([count, type, body]) => {
    const words = Math.ceil(body.length / 4);
    const bytes = new Uint8Array(4 + 4 * words);
    bytes.set([0x80 | count, type, 0, words]);
    bytes.set(body, 4);
    return bytes;
  });

const step = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant("rtp" as const), almostRtp) },
  { weight: 2, arbitrary: fc.tuple(fc.constant("rtx" as const), almostRtp) },
  { weight: 2, arbitrary: fc.tuple(fc.constant("rtcp" as const), almostRtcp) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom("rtp", "rtx", "rtcp"), fc.uint8Array({ maxLength: 100 })) },
);

test.each(CODECS)("a peer that sends %s may send anything", (codec) => {
  let written = 0;
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.array(step, { minLength: 20, maxLength: 60, size: "max" }),
      (waitsForKeyframe, steps) => {
        const way = new Way(codec, waitsForKeyframe);
        for (const [index, [kind, bytes]] of steps.entries()) {
          const nowMs = 1_760_000_000_000 + index * 40;
          if (kind === "rtcp") way.takeRtcp(bytes, nowMs);
          else way.take(bytes, kind === "rtx", nowMs);
        }
        written += way.written;
      },
    ),
    { numRuns: 150 },
  );
  expect(written).toBeGreaterThan(100);
});
