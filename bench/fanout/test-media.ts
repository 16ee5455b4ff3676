// The media that the benchmark sends: RTP packets shaped like VP8 and Opus, each with the time it was sent inside.

/** Packets of one kind that the presenter sends. */
export interface TestStream {
  readonly payloadType: number;
  readonly ssrc: number;
  /** Size of one packet with its header, in bytes. */
  readonly packetBytes: number;
  readonly packetsPerSecond: number;
  readonly packetsPerFrame: number;
  readonly clockRate: number;
}

/** 100 packets of 1,150 bytes a second: 25 frames of 4 packets, 920 kbit/s. */
export const VIDEO: TestStream = {
  payloadType: 96,
  ssrc: 0x1111_0001,
  packetBytes: 1150,
  packetsPerSecond: 100,
  packetsPerFrame: 4,
  clockRate: 90_000,
};
/** 50 packets of 120 bytes a second, as Opus at 32 kbit/s with its headers. */
export const AUDIO: TestStream = {
  payloadType: 111,
  ssrc: 0x1111_0002,
  packetBytes: 120,
  packetsPerSecond: 50,
  packetsPerFrame: 1,
  clockRate: 48_000,
};

export const PACKETS_PER_SECOND: number = VIDEO.packetsPerSecond + AUDIO.packetsPerSecond;

/*  12 bytes RTP header | 8 bytes extension with abs-send-time | VP8 descriptor and frame header | filling
 *  | 4 bytes frame number | 8 bytes time in ms (float64)                                                    */
const PAYLOAD_OFFSET = 20;
const TRAILER_BYTES = 12;
const KEYFRAME_EVERY = 50;

/** Milliseconds of the machine's monotonic clock, the same in all processes. */
export function machineNowMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}

/** Makes the packets of one stream, one after the other. */
export class PacketMaker {
  readonly #stream: TestStream;
  readonly #packet: Buffer;
  /** Makes the next frame a keyframe. */
  keyframeWanted = true;
  sent = 0;
  #sequence = 1000;

  constructor(stream: TestStream) {
    this.#stream = stream;
    this.#packet = Buffer.alloc(stream.packetBytes, 0x5a);
    this.#packet[0] = 0x90;
    this.#packet.writeUInt32BE(stream.ssrc, 8);
    this.#packet.writeUInt32BE(0xbede_0001, 12);
    this.#packet[16] = 0x32; // abs-send-time as extension 3
  }

  get frames(): number {
    return Math.floor(this.sent / this.#stream.packetsPerFrame);
  }

  /** The next packet; the buffer is used again for the one after it. */
  next(): Buffer {
    const { payloadType, packetsPerFrame, packetsPerSecond, clockRate } = this.#stream;
    const packet = this.#packet;
    const frame = this.frames;
    const index = this.sent % packetsPerFrame;
    const now = machineNowMs();
    packet[1] = payloadType | (packetsPerFrame > 1 && index === packetsPerFrame - 1 ? 0x80 : 0);
    packet.writeUInt16BE(this.#sequence, 2);
    packet.writeUInt32BE((frame * clockRate * packetsPerFrame) / packetsPerSecond, 4);
    packet.writeUIntBE(Math.floor((now % 64_000) * 262.144) & 0xff_ffff, 17, 3);
    if (packetsPerFrame > 1) this.#writeVp8(frame, index);
    packet.writeUInt32BE(frame, packet.length - TRAILER_BYTES);
    packet.writeDoubleBE(now, packet.length - 8);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.sent += 1;
    return packet;
  }

  /** Payload descriptor with a 15-bit picture id (RFC 7741, section 4.2), and the frame header in the first packet. */
  #writeVp8(frame: number, index: number): void {
    const packet = this.#packet;
    packet[PAYLOAD_OFFSET] = index === 0 ? 0x90 : 0x80;
    packet[PAYLOAD_OFFSET + 1] = 0x80;
    packet.writeUInt16BE(0x8000 | (frame & 0x7fff), PAYLOAD_OFFSET + 2);
    if (index > 0) return;
    const key = this.keyframeWanted || frame % KEYFRAME_EVERY === 0;
    this.keyframeWanted = false;
    packet[PAYLOAD_OFFSET + 4] = key ? 0x10 : 0x11;
    if (key) packet.set([0x02, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01], PAYLOAD_OFFSET + 5); // 640x480
  }
}

/** Whether a packet is RTCP (RFC 5761, section 4). */
export function isRtcp(packet: Buffer): boolean {
  const type = packet[1] ?? 0;
  return type >= 192 && type <= 223;
}

/** The frame that a packet belongs to. */
export function frameOf(packet: Buffer): number {
  return packet.readUInt32BE(packet.length - TRAILER_BYTES);
}

/** When a packet was sent, on the clock of `machineNowMs`. */
export function sentAtMs(packet: Buffer): number {
  return packet.readDoubleBE(packet.length - 8);
}

/** Whether a compound RTCP packet asks for a keyframe: PLI or FIR (RFC 4585, RFC 5104). */
export function asksForKeyframe(compound: Buffer): boolean {
  for (let offset = 0; offset + 4 <= compound.length; offset += (compound.readUInt16BE(offset + 2) + 1) * 4) {
    const format = (compound[offset] ?? 0) & 0x1f;
    if (compound[offset + 1] === 206 && (format === 1 || format === 4)) return true;
  }
  return false;
}

/** A sender report that ties the stream's RTP time to the wall clock (RFC 3550, section 6.4.1). */
export function senderReport(stream: TestStream, maker: PacketMaker): Buffer {
  const report = Buffer.alloc(28);
  report.set([0x80, 200, 0, 6]);
  report.writeUInt32BE(stream.ssrc, 4);
  const seconds = Date.now() / 1000 + 2_208_988_800;
  report.writeUInt32BE(Math.floor(seconds), 8);
  report.writeUInt32BE(Math.floor((seconds % 1) * 2 ** 32), 12);
  report.writeUInt32BE(((maker.sent * stream.clockRate) / stream.packetsPerSecond) >>> 0, 16);
  report.writeUInt32BE(maker.sent, 20);
  report.writeUInt32BE((maker.sent * (stream.packetBytes - 12)) >>> 0, 24);
  return report;
}

/** What a viewer sends every second: an empty receiver report and an estimate of 2 Mbit/s (REMB). */
export function viewerReport(): Buffer {
  const report = Buffer.alloc(8 + 24);
  report.set([0x80, 201, 0, 1, 0, 0, 0, 1]);
  report.set([0x8f, 206, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0], 8);
  report.write("REMB", 20, "ascii");
  report.writeUInt32BE((1 << 24) | (4 << 18) | 125_000, 24); // 125,000 * 2^4 bit/s
  report.writeUInt32BE(VIDEO.ssrc, 28);
  return report;
}
