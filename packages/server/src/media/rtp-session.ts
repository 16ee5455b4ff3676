// All media between an endpoint and its peer on one path: who gets which packet, and RTCP both ways.

import {
  findHeaderExtension,
  HEADER_EXTENSIONS,
  headerExtensionLength,
  isRtcp,
  type NegotiatedCodec,
  type NegotiatedMedia,
  parseRtpHeader,
  RtcpReader,
  type RtcpVisitor,
  RtpHeader,
  SourceClock,
} from "@kurento-ts/rtp";
import { nowMs } from "./clock.ts";
import { ReceiverReports, type RembLimits } from "./receiver-reports.ts";
import { RtpReceiver } from "./rtp-receiver.ts";
import { RtpSender } from "./rtp-sender.ts";
import type { Ticker, Ticking } from "./ticker.ts";
import type { Track, TrackFormat } from "./track.ts";

/** What a session tells its endpoint. */
export interface RtpSessionListener {
  /** Another track comes from the peer, or none any more. */
  onTrack(mediaType: "AUDIO" | "VIDEO", track: Track | undefined): void;
  /** RTCP of the peer arrives, or nothing at all has come for a while, or the peer said goodbye. */
  onActive(active: boolean): void;
  /** The peer has not negotiated the codec of its source: it gets nothing. */
  onUnsupported(format: TrackFormat, codecs: readonly NegotiatedCodec[]): void;
}

/** What a session is made from. */
export interface RtpSessionOptions {
  /** The m-lines after negotiation; the first accepted one of each kind counts. */
  readonly media: readonly NegotiatedMedia[];
  readonly cname: string;
  /** Our SSRCs, also for reports where we do not send. */
  readonly ssrcs: { readonly AUDIO: number; readonly VIDEO: number };
  readonly remb: RembLimits;
  readonly ticker: Ticker;
  readonly send: (packet: Uint8Array) => boolean;
  readonly listener: RtpSessionListener;
}

/** Without any packet for so long, the peer's media counts as gone. */
const SILENCE_MS = 10_000;
/** SSRCs that are remembered. */
const MAX_SSRCS = 64;

const header = new RtpHeader();

/** Sends and receives the media of one endpoint. */
export class RtpSession implements Ticking {
  readonly receivers: readonly RtpReceiver[];
  readonly senders: readonly RtpSender[];
  readonly reports: ReceiverReports;
  readonly #options: RtpSessionOptions;
  readonly #bySsrc = new Map<number, RtpReceiver>();
  readonly #sendersBySsrc = new Map<number, RtpSender>();
  readonly #mids: readonly (readonly [RtpReceiver, NegotiatedMedia])[];
  readonly #reader = new RtcpReader();
  readonly #visitor: RtcpVisitor;
  /** Whose NACK is being read. */
  #nacked: RtpSender | undefined;
  #open = false;
  #active = false;
  #lastPacketMs = 0;

  constructor(options: RtpSessionOptions) {
    this.#options = options;
    const clock = new SourceClock();
    const mids: [RtpReceiver, NegotiatedMedia][] = [];
    const senders: RtpSender[] = [];
    for (const mediaType of ["AUDIO", "VIDEO"] as const) {
      const media = options.media.find((each) => !each.rejected && each.kind === mediaType.toLowerCase());
      if (media === undefined) continue;
      if (media.direction === "sendrecv" || media.direction === "recvonly") {
        mids.push([this.#makeReceiver(mediaType, media, clock), media]);
      }
      if (media.local !== undefined) senders.push(this.#makeSender(mediaType, media, media.local));
    }
    this.#mids = mids;
    this.receivers = mids.map(([receiver]) => receiver);
    this.senders = senders;
    this.reports = new ReceiverReports({ ...options, receivers: this.receivers });
    this.#visitor = this.#makeVisitor();
  }

  /** The path has opened or closed. Nothing is sent while it is closed. */
  setOpen(open: boolean): void {
    if (open === this.#open) return;
    this.#open = open;
    this.#lastPacketMs = nowMs();
    if (open) this.#options.ticker.add(this);
    else this.#options.ticker.remove(this);
    for (const sender of this.senders) sender.setPathOpen(open);
    if (!open) this.#setActive(false);
  }

  /** Takes a packet of the peer; garbage is ignored. */
  onPacket(packet: Uint8Array): void {
    const now = nowMs();
    this.#lastPacketMs = now;
    if (isRtcp(packet)) {
      this.#nacked = undefined;
      this.#reader.read(packet, this.#visitor);
      return;
    }
    if (!parseRtpHeader(packet, header)) return;
    const receiver = this.#bySsrc.get(header.ssrc) ?? this.#assign(packet);
    receiver?.onPacket(packet, header, now);
  }

  /** Looks at everything that is due. */
  tick(now: number): void {
    for (const receiver of this.receivers) receiver.tick(now);
    for (const sender of this.senders) sender.tick(now);
    this.reports.tick(now);
    if (this.#active && now - this.#lastPacketMs >= SILENCE_MS) this.#setActive(false);
  }

  /** Ends all media. */
  close(): void {
    this.setOpen(false);
    for (const sender of this.senders) sender.close();
    for (const receiver of this.receivers) receiver.close();
    this.#bySsrc.clear();
  }

  #makeReceiver(mediaType: "AUDIO" | "VIDEO", media: NegotiatedMedia, clock: SourceClock): RtpReceiver {
    const { cname, ssrcs, send, listener } = this.#options;
    const receiver = new RtpReceiver({
      mediaType,
      media,
      clock,
      localSsrc: ssrcs[mediaType],
      cname,
      sendRtcp: send,
      onTrack: (track) => listener.onTrack(mediaType, track),
    });
    for (const { ssrc, rtxSsrc } of media.remote.sources) {
      this.#bySsrc.set(ssrc, receiver);
      if (rtxSsrc !== undefined) this.#bySsrc.set(rtxSsrc, receiver);
    }
    return receiver;
  }

  #makeSender(
    mediaType: "AUDIO" | "VIDEO",
    media: NegotiatedMedia,
    local: NonNullable<NegotiatedMedia["local"]>,
  ): RtpSender {
    const { send, listener } = this.#options;
    const onUnsupported = (format: TrackFormat, codecs: readonly NegotiatedCodec[]): void =>
      listener.onUnsupported(format, codecs);
    const sender = new RtpSender({ mediaType, media, local, send, onUnsupported });
    this.#sendersBySsrc.set(sender.ssrc, sender);
    return sender;
  }

  /** Finds the m-line of an SSRC that was not signalled: by payload type, and by mid where that is not enough. */
  #assign(packet: Uint8Array): RtpReceiver | undefined {
    const fitting = this.#mids.filter(([receiver]) => receiver.hasPayloadType(header.payloadType));
    const found = fitting.length > 1 ? fitting.find(([, media]) => hasMid(packet, media)) : fitting[0];
    if (found === undefined) return undefined;
    if (this.#bySsrc.size >= MAX_SSRCS) this.#forgetUnused();
    if (this.#bySsrc.size >= MAX_SSRCS) return undefined;
    this.#bySsrc.set(header.ssrc, found[0]);
    return found[0];
  }

  /** Signalled SSRCs go too when nothing came on them: their payload type finds them again. */
  #forgetUnused(): void {
    for (const [ssrc, receiver] of this.#bySsrc) {
      if (receiver.streamOf(ssrc) === undefined) this.#bySsrc.delete(ssrc);
    }
  }

  #setActive(active: boolean): void {
    if (active === this.#active) return;
    this.#active = active;
    this.#options.listener.onActive(active);
  }

  #makeVisitor(): RtcpVisitor {
    return {
      senderReport: (sender, ntpSeconds, ntpFraction, rtpTimestamp) => {
        const stream = this.#bySsrc.get(sender)?.streamOf(sender);
        stream?.onSenderReport(ntpSeconds, ntpFraction, rtpTimestamp, this.#lastPacketMs);
        this.#setActive(true);
      },
      reportBlock: (_sender, block) => {
        this.#sendersBySsrc.get(block.ssrc)?.onReportBlock(block, this.#lastPacketMs);
        this.#setActive(true);
      },
      bye: (ssrc) => {
        this.#bySsrc.get(ssrc)?.onBye(ssrc);
        if (this.receivers.every((receiver) => receiver.current === undefined)) this.#setActive(false);
      },
      nack: (_sender, media, sequenceNumber) => {
        const sender = this.#sendersBySsrc.get(media);
        if (sender === undefined) return;
        // The reader tells each number; what is counted are packets, as browsers do it.
        if (sender !== this.#nacked) sender.nackCount++;
        this.#nacked = sender;
        sender.onNack(sequenceNumber, this.#lastPacketMs);
      },
      pictureLossIndication: (_sender, media) => this.#sendersBySsrc.get(media)?.onKeyframeRequest("pli"),
      fullIntraRequest: (_sender, media) => this.#sendersBySsrc.get(media)?.onKeyframeRequest("fir"),
      receiverEstimatedMaxBitrate: (_sender, bitrateBps) => {
        for (const sender of this.senders) sender.rembBps = bitrateBps;
      },
    };
  }
}

/** Whether a packet carries the mid of an m-line in its header extension (RFC 9143, section 15). */
function hasMid(packet: Uint8Array, media: NegotiatedMedia): boolean {
  const id = media.extensions.get(HEADER_EXTENSIONS.mid);
  const offset = id === undefined ? -1 : findHeaderExtension(packet, header, id);
  if (offset < 0 || media.mid === undefined) return false;
  const length = headerExtensionLength(packet, header, offset);
  return Buffer.from(packet.buffer, packet.byteOffset + offset, length).toString("latin1") === media.mid;
}
