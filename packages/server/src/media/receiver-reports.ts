// What a sending peer is told of its media: receiver reports, and the bitrate that it may use (REMB).

import {
  RembController,
  type RembControllerOptions,
  writeReceiverReport,
  writeRemb,
  writeSourceDescription,
} from "@kurento-ts/rtp";
import { rtcpBuffer } from "./rtcp-buffer.ts";
import type { RtpReceiver } from "./rtp-receiver.ts";

/** Limits and parameters of the bitrate that is announced. */
export type RembLimits = RembControllerOptions;

/** What the reports are made from. */
export interface ReceiverReportsOptions {
  readonly receivers: readonly RtpReceiver[];
  readonly ssrcs: { readonly AUDIO: number; readonly VIDEO: number };
  readonly cname: string;
  readonly remb: RembLimits;
  readonly send: (packet: Uint8Array) => boolean;
}

/** Chromium gives its full bitrate only when it hears of its packets about this often. */
const REPORT_INTERVAL_MS = 300;
/** Streams that were silent for longer are not reported on. */
const SILENT_MS = 5000;

/** Reports on everything that comes in over one path. */
export class ReceiverReports {
  readonly #options: ReceiverReportsOptions;
  readonly #remb: RembController;
  #nextMs = 0;
  #announcedBps = 0;

  constructor(options: ReceiverReportsOptions) {
    this.#options = options;
    this.#remb = new RembController(options.remb);
  }

  /** What was announced last; 0 before the first announcement. */
  get announcedBps(): number {
    return this.#announcedBps;
  }

  /** New limits of what is announced, bit/s; see `RembController.setLimits`. */
  setLimits(minBitrateBps: number, maxBitrateBps: number): void {
    this.#remb.setLimits(minBitrateBps, maxBitrateBps);
  }

  /** Sends a report when it is time for one and media comes in. */
  tick(now: number): void {
    if (now < this.#nextMs) return;
    const { receivers, ssrcs, cname, send } = this.#options;
    if (receivers[0] === undefined) return;
    const localSsrc = ssrcs[receivers[0].mediaType];
    const begin = writeReceiverReport(rtcpBuffer, 0, localSsrc);
    let end = begin;
    for (const receiver of receivers) {
      for (const { stream } of receiver.streams) {
        if (now - stream.lastPacketMs < SILENT_MS) end = stream.writeReportBlock(rtcpBuffer, 0, end, now);
      }
    }
    if (end === begin) return;
    end = writeSourceDescription(rtcpBuffer, end, localSsrc, cname);
    end = this.#appendRemb(end, localSsrc, now);
    send(rtcpBuffer.subarray(0, end));
    this.#nextMs = now + REPORT_INTERVAL_MS;
  }

  #appendRemb(offset: number, localSsrc: number, now: number): number {
    const video = this.#options.receivers.find((receiver) => receiver.mediaType === "VIDEO")?.current;
    if (video === undefined || !video.codec.feedback.has("goog-remb")) return offset;
    const { stream } = video;
    const { fractionLost, intervalPackets } = stream;
    this.#announcedBps = this.#remb.update(now, fractionLost, stream.bitrateBps(now), intervalPackets);
    return writeRemb(rtcpBuffer, offset, localSsrc, this.#announcedBps, [stream.ssrc]);
  }
}
