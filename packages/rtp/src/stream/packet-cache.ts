// The last packets of one source by sequence number, held once for all receivers, for retransmission.
import { copyRtpHeader, type RtpHeader } from "../rtp/rtp-header.ts";
import { RtpPacket } from "../rtp/rtp-packet.ts";

/** Limits of a {@link PacketCache}. */
export interface PacketCacheOptions {
  /** Packets held at most; rounded up to a power of two. Default 1024. */
  readonly capacity?: number;
  /** Older packets are not given out, and let go as new ones come. Default 3000. */
  readonly maxAgeMs?: number;
}

/**
 * A ring of references to received buffers (which the transport does not reuse). Everything is O(1). The packet objects
 * belong to the ring and are filled again when it has turned: do not keep one.
 */
export class PacketCache {
  readonly capacity: number;
  readonly maxAgeMs: number;
  readonly #ring: (RtpPacket | undefined)[];
  readonly #mask: number;
  #oldest: number = -1;
  #newest: number = -1;

  constructor(options: PacketCacheOptions = {}) {
    this.capacity = 2 ** Math.ceil(Math.log2(Math.max(options.capacity ?? 1024, 1)));
    this.maxAgeMs = options.maxAgeMs ?? 3000;
    this.#ring = new Array<RtpPacket | undefined>(this.capacity).fill(undefined);
    this.#mask = this.capacity - 1;
  }

  /**
   * Keeps a packet and returns it as the object that goes on to the forward streams. `header` is copied, `bytes` is
   * referred to. A late packet that is already older than the ring is returned too, but cannot be looked up.
   */
  store(
    bytes: Uint8Array,
    header: RtpHeader,
    extendedSequenceNumber: number,
    arrivalMs: number,
    startsKeyframe: boolean,
  ): RtpPacket {
    if (this.#newest - extendedSequenceNumber >= this.capacity) {
      const packet = new RtpPacket();
      fill(packet, bytes, header, extendedSequenceNumber, arrivalMs, startsKeyframe);
      return packet;
    }
    const index = extendedSequenceNumber & this.#mask;
    let packet = this.#ring[index];
    if (packet === undefined) {
      packet = new RtpPacket();
      this.#ring[index] = packet;
    }
    fill(packet, bytes, header, extendedSequenceNumber, arrivalMs, startsKeyframe);
    if (extendedSequenceNumber > this.#newest) this.#newest = extendedSequenceNumber;
    this.#letGo(extendedSequenceNumber, arrivalMs);
    return packet;
  }

  /** The packet of this number, or undefined when it never came, or is too old by count or age. */
  get(extendedSequenceNumber: number, nowMs: number): RtpPacket | undefined {
    const packet = this.#ring[extendedSequenceNumber & this.#mask];
    if (packet?.extendedSequenceNumber !== extendedSequenceNumber) return undefined;
    return nowMs - packet.arrivalMs <= this.maxAgeMs ? packet : undefined;
  }

  /** Lets go of everything, for a source that is gone. */
  clear(): void {
    this.#ring.fill(undefined);
    this.#oldest = -1;
    this.#newest = -1;
  }

  /** Two steps from the old end per new packet: keeps up with any flow, and costs the same each time. */
  #letGo(extendedSequenceNumber: number, nowMs: number): void {
    const lowest = this.#newest - this.capacity + 1;
    if (this.#oldest < lowest) this.#oldest = this.#oldest < 0 ? extendedSequenceNumber : lowest;
    for (let step = 0; step < 2 && this.#oldest < this.#newest; step++) {
      const packet = this.#ring[this.#oldest & this.#mask];
      if (packet?.extendedSequenceNumber === this.#oldest) {
        if (nowMs - packet.arrivalMs <= this.maxAgeMs) return;
        packet.extendedSequenceNumber = -1;
        packet.bytes = NO_BYTES;
      }
      this.#oldest++;
    }
  }
}

const NO_BYTES = new Uint8Array(0);

function fill(
  packet: RtpPacket,
  bytes: Uint8Array,
  header: RtpHeader,
  extendedSequenceNumber: number,
  arrivalMs: number,
  startsKeyframe: boolean,
): void {
  packet.bytes = bytes;
  copyRtpHeader(header, packet.header);
  packet.extendedSequenceNumber = extendedSequenceNumber;
  packet.arrivalMs = arrivalMs;
  packet.startsKeyframe = startsKeyframe;
}
