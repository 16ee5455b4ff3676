// What the RTP package costs: one video packet read and forwarded to many receivers, in time and in bytes allocated.
import {
  ForwardRoute,
  ForwardStream,
  HeaderExtensionMap,
  keyframeDetector,
  NackGenerator,
  PacketBuffer,
  PacketCache,
  parseRtpHeader,
  ReceiveStream,
  RtpHeader,
} from "@kurento-ts/rtp";

const PACKET_LENGTH = 1200;
/** More buffers than the packet cache holds: each is free again when its turn comes. */
const BUFFERS = 4096;
const BATCH = 1000;
const BATCHES = 60;
/** The first batches warm up the compiler and the caches and are not counted. */
const WARM_UP_BATCHES = 20;

interface Figures {
  readonly receivers: number;
  readonly nsPerPacket: number;
  readonly nsPerForwarded: number;
  readonly allocatedPerPacket: number;
}

/** Whole packets as Chromium sends them: abs-send-time, mid and orientation in front of a VP8 payload. */
function makeBuffers(): Uint8Array[] {
  return Array.from({ length: BUFFERS }, () => {
    const bytes = new Uint8Array(PACKET_LENGTH);
    bytes.set([0x90, 96, 0, 0, 0, 0, 0, 0, 0x11, 0x22, 0x33, 0x44, 0xbe, 0xde, 0, 3]);
    bytes.set([0x22, 1, 2, 3, 0x40, 0x31, 0xd0, 0, 0, 0, 0, 0], 16);
    bytes.set([0x90, 0x80, 0x11, 0x01], 28);
    return bytes;
  });
}

/** A source and its receivers, wired as a server wires them, with a socket that takes everything. */
class Show {
  readonly #buffers = makeBuffers();
  readonly #header = new RtpHeader();
  readonly #stream = new ReceiveStream({ ssrc: 0x11223344, clockRate: 90_000 });
  readonly #nack = new NackGenerator();
  readonly #cache = new PacketCache();
  readonly #isKeyframe = keyframeDetector("VP8");
  readonly #receivers: readonly ForwardStream[];
  readonly #out = new PacketBuffer();
  #sequenceNumber = 0;
  #nowMs = 1_760_000_000_000;
  sentBytes = 0;

  constructor(receivers: number) {
    this.#receivers = Array.from({ length: receivers }, (_, index) => {
      const ssrc = 0x5000_0000 + 2 * index;
      const forward = new ForwardStream({ ssrc, rtxSsrc: ssrc + 1, cname: "bench", waitsForKeyframe: true });
      const extensions = new HeaderExtensionMap(new Map([[13, 4]]), 2);
      const payloadTypes = new Map([[96, 100]]);
      forward.setRoute(new ForwardRoute({ timing: this.#stream, payloadTypes, extensions }));
      return forward;
    });
  }

  /** Takes the next packet of the source and sends it to every receiver. */
  step(): void {
    const number = this.#sequenceNumber++;
    const bytes = this.#buffers[number % BUFFERS];
    if (bytes === undefined) return;
    const nowMs = this.#nowMs + (number % 3 === 0 ? 33 : 0);
    this.#nowMs = nowMs;
    writePlace(bytes, number, Math.floor(number / 3) * 3000);
    // The first packet is a keyframe, which opens the gates.
    bytes[31] = number === 0 ? 0x00 : 0x01;
    const header = this.#header;
    if (!parseRtpHeader(bytes, header) || !this.#stream.receive(header, bytes.length, nowMs)) return;
    const extended = this.#stream.extendedSequenceNumber;
    this.#nack.onPacket(extended, nowMs);
    const startsKeyframe = this.#isKeyframe?.(bytes, header.payloadOffset, header.payloadLength) ?? true;
    const packet = this.#cache.store(bytes, header, extended, nowMs, startsKeyframe);
    for (const receiver of this.#receivers) {
      const length = receiver.write(packet, nowMs, this.#out);
      this.sentBytes += this.#out.view(length).length;
    }
  }
}

function writePlace(bytes: Uint8Array, sequenceNumber: number, timestamp: number): void {
  bytes[2] = sequenceNumber >>> 8;
  bytes[3] = sequenceNumber;
  for (let index = 0; index < 4; index++) bytes[4 + index] = timestamp >>> (24 - 8 * index);
}

function measure(receivers: number): Figures {
  const show = new Show(receivers);
  const times: number[] = [];
  const allocations: number[] = [];
  for (let batch = 0; batch < BATCHES; batch++) {
    const heapBefore = process.memoryUsage().heapUsed;
    const began = process.hrtime.bigint();
    for (let packet = 0; packet < BATCH; packet++) show.step();
    const elapsed = Number(process.hrtime.bigint() - began);
    const allocated = process.memoryUsage().heapUsed - heapBefore;
    if (batch < WARM_UP_BATCHES) continue;
    times.push(elapsed / BATCH);
    // A batch in which garbage was collected says nothing about what was allocated.
    if (allocated >= 0) allocations.push(allocated / BATCH);
  }
  const expectedBytes = BATCH * BATCHES * receivers * 1000;
  if (show.sentBytes < expectedBytes) throw new Error(`only ${show.sentBytes} bytes were sent, expected more`);
  const nsPerPacket = median(times);
  return {
    receivers,
    nsPerPacket,
    nsPerForwarded: receivers === 0 ? 0 : nsPerPacket / receivers,
    allocatedPerPacket: median(allocations),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Measures reading, counting, caching and rewriting without any socket. */
export const rtp = {
  summary: "reads a video packet and rewrites it for N receivers, without sockets: time and allocation",
  usage: "[N …]",
  async run(args: readonly string[]): Promise<void> {
    const counts = args.length > 0 ? args.map(Number) : [0, 1, 10, 50, 200];
    for (const count of counts) {
      if (!Number.isInteger(count) || count < 0) throw new Error(`receivers: expected a whole number, got ${count}`);
    }
    console.log("receivers  ns per packet  ns per forwarded packet  bytes allocated per packet");
    for (const count of counts) {
      const { receivers, nsPerPacket, nsPerForwarded, allocatedPerPacket } = measure(count);
      const columns = [receivers, nsPerPacket.toFixed(0), nsPerForwarded.toFixed(0), allocatedPerPacket.toFixed(1)];
      console.log(columns.map((column, index) => String(column).padStart([9, 14, 24, 27][index] ?? 0)).join(""));
    }
  },
};
