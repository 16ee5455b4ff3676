// One media of one codec that flows out of an element, to any number of takers.

import type { PacketCache, ReceiveStream, RtpPacket, SdpFormatParameters } from "@kurento-ts/rtp";

/** What a track carries: fixed for its whole life. Another codec is another track. */
export interface TrackFormat {
  readonly mediaType: "AUDIO" | "VIDEO";
  /** Name as in SDP: `VP8`, `opus`. */
  readonly codec: string;
  /** In the track's packets. */
  readonly payloadType: number;
  readonly clockRate: number;
  readonly channels: number | undefined;
  /** The `a=fmtp` parameters, which tell profiles of a codec apart. */
  readonly parameters: SdpFormatParameters;
  /** Ids of the header extensions in the track's packets, by URI. */
  readonly extensions: ReadonlyMap<string, number>;
}

/** Where the packets of a track come from. */
export interface TrackSource {
  /** Somebody needs a keyframe; the source sees to it that it is not asked too often. */
  requestKeyframe(): void;
}

/** Somebody who gets the packets of a track. */
export interface TrackSender {
  /** Whether packets are wanted at the moment. Read for each packet. */
  readonly open: boolean;
  /** Takes a packet; it and its bytes must not be changed or kept. Must not throw. */
  forward(packet: RtpPacket, nowMs: number): void;
}

/** Somebody who wants to know when media begins to flow. */
export interface TrackObserver {
  /** The first packet since the observer joined, or since {@link Track.announceNextPacket} was called. */
  onFirstPacket(): void;
}

/** What a track is made from. */
export interface TrackOptions {
  readonly format: TrackFormat;
  /** The stream whose numbers and sender reports the packets follow. */
  readonly stream: ReceiveStream;
  /** The packets for retransmission. */
  readonly cache: PacketCache;
  readonly source: TrackSource;
}

/**
 * One media flowing. A packet costs one look at each sender: senders are a plain array, replaced when somebody joins or
 * leaves, so that a loop over it is never disturbed.
 */
export class Track {
  readonly format: TrackFormat;
  readonly stream: ReceiveStream;
  readonly cache: PacketCache;
  readonly #source: TrackSource;
  #senders: readonly TrackSender[] = [];
  #observers: readonly TrackObserver[] = [];
  #announce = false;
  #lastPacketMs = 0;

  constructor(options: TrackOptions) {
    this.format = options.format;
    this.stream = options.stream;
    this.cache = options.cache;
    this.#source = options.source;
  }

  /** When the last packet came, in the host's clock; 0 before the first. */
  get lastPacketMs(): number {
    return this.#lastPacketMs;
  }

  /** Hands a packet to every sender that is open. */
  push(packet: RtpPacket, nowMs: number): void {
    this.#lastPacketMs = nowMs;
    if (this.#announce) {
      this.#announce = false;
      for (const observer of this.#observers) observer.onFirstPacket();
    }
    const senders = this.#senders;
    for (let index = 0; index < senders.length; index++) {
      const sender = senders[index];
      if (sender?.open === true) sender.forward(packet, nowMs);
    }
  }

  /** Asks the source for a keyframe. */
  requestKeyframe(): void {
    this.#source.requestKeyframe();
  }

  addSender(sender: TrackSender): void {
    this.#senders = [...this.#senders, sender];
  }

  removeSender(sender: TrackSender): void {
    this.#senders = this.#senders.filter((each) => each !== sender);
  }

  /** Adds an observer; it is told at the next packet. */
  addObserver(observer: TrackObserver): void {
    this.#observers = [...this.#observers, observer];
    this.#announce = true;
  }

  removeObserver(observer: TrackObserver): void {
    this.#observers = this.#observers.filter((each) => each !== observer);
  }

  /** Tells all observers again when the next packet comes. */
  announceNextPacket(): void {
    this.#announce = true;
  }
}
