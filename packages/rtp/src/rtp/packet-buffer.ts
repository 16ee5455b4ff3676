// The one buffer into which outgoing packets are written, with room in front so that payloads are copied without views.

import type { HeaderExtensionMap } from "./header-extension.ts";
import type { RtpPacket } from "./rtp-packet.ts";

const HEADROOM_LENGTH = 512;

/**
 * A scratch buffer for outgoing packets, used again for every packet and every receiver: write, send `view(length)`
 * (which must copy), write the next. Packets start at `start`; what is in front of it is free, so that a whole source
 * packet can be copied such that its payload falls into place and its old header into the room in front.
 */
export class PacketBuffer {
  /** The whole buffer; packets begin at {@link start}. */
  readonly bytes: Uint8Array;
  readonly start: number = HEADROOM_LENGTH;
  /** Longest packet that fits, in bytes. */
  readonly capacity: number;
  readonly #views: (Uint8Array | undefined)[];
  // What lies in the buffer, so that the next receiver of the same packet needs nothing but its own fixed header.
  #laidBytes: Uint8Array | undefined = undefined;
  #laidNumber: number = -1;
  #laidExtensions: HeaderExtensionMap | undefined = undefined;
  #laidMs: number = -1;
  #laidHeaderLength: number = 0;

  /** `capacity` is the longest packet in bytes. */
  constructor(capacity: number = 2048) {
    this.capacity = capacity;
    this.bytes = new Uint8Array(HEADROOM_LENGTH + capacity);
    this.#views = new Array<Uint8Array | undefined>(capacity + 1).fill(undefined);
  }

  /**
   * The packet of `length` bytes that was written last. Views are made once per length and kept, so this allocates
   * nothing in the long run. Throws RangeError beyond the capacity.
   */
  view(length: number): Uint8Array {
    const known = this.#views[length];
    if (known !== undefined) return known;
    if (!(length >= 0 && length <= this.capacity)) {
      throw new RangeError(`PacketBuffer.view: expected 0 to ${this.capacity} bytes, got ${length}`);
    }
    const view = this.bytes.subarray(this.start, this.start + length);
    this.#views[length] = view;
    return view;
  }

  /**
   * Copies the payload of `source`, which begins at `payloadOffset` there, to `headerLength` bytes behind the start.
   * Overwrites everything in front of it: write the header afterwards. False when it does not fit.
   */
  placePayload(source: Uint8Array, payloadOffset: number, headerLength: number): boolean {
    const at = this.start + headerLength - payloadOffset;
    this.#laidBytes = undefined;
    if (at < 0 || at + source.length > this.bytes.length) return false;
    this.bytes.set(source, at);
    return true;
  }

  /**
   * Length of the header, extensions included, when everything behind its twelve fixed bytes lies here already as
   * {@link noteLaid} was told for the same packet, extensions and time; 0 otherwise.
   */
  laidHeaderLength(packet: RtpPacket, extensions: HeaderExtensionMap, nowMs: number): number {
    return packet.bytes === this.#laidBytes &&
      packet.extendedSequenceNumber === this.#laidNumber &&
      extensions === this.#laidExtensions &&
      nowMs === this.#laidMs
      ? this.#laidHeaderLength
      : 0;
  }

  /** Extensions and payload of the packet lie here, until the next {@link placePayload}. */
  noteLaid(packet: RtpPacket, extensions: HeaderExtensionMap, nowMs: number, headerLength: number): void {
    this.#laidBytes = packet.bytes;
    this.#laidNumber = packet.extendedSequenceNumber;
    this.#laidExtensions = extensions;
    this.#laidMs = nowMs;
    this.#laidHeaderLength = headerLength;
  }
}
