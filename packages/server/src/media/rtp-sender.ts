// What goes out on one m-line: the packets of a track, rewritten for this one viewer.

import {
  ForwardRoute,
  ForwardStream,
  type ForwardStreamStats,
  HEADER_EXTENSIONS,
  HeaderExtensionMap,
  type LocalSource,
  type NegotiatedCodec,
  type NegotiatedMedia,
  PacketBuffer,
  type ReportBlock,
  type RtpPacket,
} from "@kurento-ts/rtp";
import { nowMs } from "./clock.ts";
import { matchCodec } from "./match-codec.ts";
import { rtcpBuffer } from "./rtcp-buffer.ts";
import type { Track, TrackFormat, TrackSender } from "./track.ts";

/** What a sender is made from. */
export interface RtpSenderOptions {
  readonly mediaType: "AUDIO" | "VIDEO";
  readonly media: NegotiatedMedia;
  readonly local: LocalSource;
  /** Sends a packet, which is copied before this returns. */
  readonly send: (packet: Uint8Array) => boolean;
  /** The viewer has not negotiated the codec of its source. */
  readonly onUnsupported: (format: TrackFormat, codecs: readonly NegotiatedCodec[]) => void;
}

/** Time between sender reports. */
const REPORT_INTERVAL_MS = 1000;
/** The first reports come faster: a browser needs two before it brings lips in sync. */
const FIRST_REPORT_INTERVAL_MS = 200;
const FIRST_REPORTS = 4;
/** A source that has not reported on all its media for so long never will. */
const SOURCE_PATIENCE_MS = 7000;

/** Extensions that mean something only between the sender and us, or that are written anew. */
const NOT_CARRIED: ReadonlySet<string> = new Set([HEADER_EXTENSIONS.mid, HEADER_EXTENSIONS.absSendTime]);

/** Packets of all senders of the process are put together here, one after the other. */
const scratch = new PacketBuffer();

/** Sends one media to one viewer. */
export class RtpSender implements TrackSender {
  readonly mediaType: "AUDIO" | "VIDEO";
  readonly ssrc: number;
  readonly rtxSsrc: number | undefined;
  /** Read for each packet: the viewer's path is open and it takes the track's codec. */
  open = false;
  /** What the viewer says it can receive, all its media together; 0 before it said so. */
  rembBps = 0;
  /** Keyframe requests that came. */
  pliCount = 0;
  firCount = 0;
  /** NACK packets, not numbers, that came. */
  nackCount = 0;
  readonly #stream: ForwardStream;
  readonly #send: (packet: Uint8Array) => boolean;
  readonly #options: RtpSenderOptions;
  #track: Track | undefined;
  #route: ForwardRoute | undefined;
  #pathOpen = false;
  #nextReportMs = 0;
  /** Reports on the present track. */
  #reports = 0;
  #trackSinceMs = 0;

  constructor(options: RtpSenderOptions) {
    const { mediaType, local } = options;
    this.#options = options;
    this.#send = options.send;
    this.mediaType = mediaType;
    this.ssrc = local.ssrc;
    this.rtxSsrc = local.rtxSsrc;
    this.#stream = new ForwardStream({
      ssrc: local.ssrc,
      cname: local.cname,
      waitsForKeyframe: mediaType === "VIDEO",
      ...(local.rtxSsrc === undefined ? {} : { rtxSsrc: local.rtxSsrc }),
    });
  }

  /** The track that is sent. */
  get track(): Track | undefined {
    return this.#track;
  }

  /** Sends another track from now on, or none. The viewer's stream goes on without a seam. */
  setTrack(track: Track | undefined): void {
    if (track === this.#track) return;
    this.#track?.removeSender(this);
    this.#track = track;
    this.#route = track === undefined ? undefined : this.#routeFor(track);
    this.#stream.setRoute(this.#route);
    this.#reports = 0;
    this.#trackSinceMs = nowMs();
    if (this.#route !== undefined) track?.addSender(this);
    this.#update();
  }

  /** The path to the viewer has opened or closed. */
  setPathOpen(open: boolean): void {
    if (open === this.#pathOpen) return;
    this.#pathOpen = open;
    // What the viewer missed is not made up for: its stream goes on with the next keyframe.
    if (open) this.#stream.setRoute(this.#route);
    this.#update();
  }

  forward(packet: RtpPacket, now: number): void {
    const length = this.#stream.write(packet, now, scratch);
    if (length > 0) this.#send(scratch.view(length));
  }

  /** Answers one number of the viewer's NACK. */
  onNack(sequenceNumber: number, now: number): void {
    const track = this.#track;
    if (track === undefined || !this.open) return;
    const length = this.#stream.retransmit(sequenceNumber, track.cache, now, scratch);
    if (length === 0) return;
    this.#send(scratch.view(length));
    const copied = this.#stream.repeatRetransmission(sequenceNumber, track.cache, now, scratch);
    if (copied > 0) this.#send(scratch.view(copied));
  }

  /** The viewer needs a keyframe. */
  onKeyframeRequest(kind: "pli" | "fir"): void {
    if (kind === "pli") this.pliCount++;
    else this.firCount++;
    this.#track?.requestKeyframe();
  }

  onReportBlock(block: ReportBlock, now: number): void {
    this.#stream.onReportBlock(block, now);
  }

  /** Sends a report when it is time for one. */
  tick(now: number): void {
    if (!this.open || now < this.#nextReportMs || this.#awaitsSource(now)) return;
    const end = this.#stream.writeSenderReport(now, rtcpBuffer, 0);
    if (end === 0) return;
    this.#send(rtcpBuffer.subarray(0, end));
    const isFirst = this.#reports++ < FIRST_REPORTS;
    this.#nextReportMs = now + (isFirst ? FIRST_REPORT_INTERVAL_MS : REPORT_INTERVAL_MS);
  }

  stats(now: number): ForwardStreamStats {
    return this.#stream.stats(now);
  }

  close(): void {
    this.setTrack(undefined);
    this.setPathOpen(false);
  }

  #update(): void {
    const open = this.#pathOpen && this.#route !== undefined;
    this.open = open;
    if (!open) return;
    this.#nextReportMs = nowMs();
    if (this.#stream.needsKeyframe) this.#track?.requestKeyframe();
  }

  /**
   * Whether to wait for the source's own reports. What is said before them, by arrival, is off by what encoding took;
   * browsers draw a line through 20 reports, so that a step in the beginning keeps lips apart for 20 seconds.
   */
  #awaitsSource(now: number): boolean {
    const clock = this.#route?.timing.clock;
    return clock !== undefined && !clock.isSynchronised(now) && now - this.#trackSinceMs < SOURCE_PATIENCE_MS;
  }

  #routeFor(track: Track): ForwardRoute | undefined {
    const { media, onUnsupported } = this.#options;
    const { format } = track;
    const codec = matchCodec(media.codecs, format);
    if (codec === undefined) {
      onUnsupported(format, media.codecs);
      return undefined;
    }
    return sharedRoute(track, codec, media.extensions);
  }
}

/** Routes of a track that are kept for others; browsers need a handful. */
const MAX_SHARED_ROUTES = 32;
const routes = new WeakMap<Track, Map<string, ForwardRoute>>();

/** Viewers that negotiated the same share one route: what all of them read stays in the processor's cache. */
function sharedRoute(track: Track, codec: NegotiatedCodec, viewer: ReadonlyMap<string, number>): ForwardRoute {
  const { format, stream } = track;
  const carried = [...format.extensions.keys(), HEADER_EXTENSIONS.absSendTime].map((uri) => viewer.get(uri) ?? 0);
  const key = [codec.sendPayloadType, codec.rtx?.sendPayloadType ?? -1, ...carried].join();
  const known = routes.get(track) ?? new Map<string, ForwardRoute>();
  const found = known.get(key);
  if (found !== undefined) return found;
  const route = new ForwardRoute({
    timing: stream,
    payloadTypes: new Map([[format.payloadType, codec.sendPayloadType]]),
    rtxPayloadTypes: new Map(codec.rtx === undefined ? [] : [[codec.sendPayloadType, codec.rtx.sendPayloadType]]),
    extensions: extensionMap(format.extensions, viewer),
  });
  if (known.size >= MAX_SHARED_ROUTES) known.clear();
  known.set(key, route);
  routes.set(track, known);
  return route;
}

/** The extensions that both sides know, from the source's ids to the viewer's. */
function extensionMap(source: ReadonlyMap<string, number>, viewer: ReadonlyMap<string, number>): HeaderExtensionMap {
  const ids = new Map<number, number>();
  for (const [uri, id] of source) {
    const viewerId = viewer.get(uri);
    if (viewerId !== undefined && !NOT_CARRIED.has(uri)) ids.set(id, viewerId);
  }
  return new HeaderExtensionMap(ids, viewer.get(HEADER_EXTENSIONS.absSendTime) ?? 0);
}
