// The figures of an RTP session as getStats answers with them: one entry for each SSRC and direction.

import { randomUUID } from "node:crypto";
import type { AnyStats, MediaType } from "@kurento-ts/protocol";
import { nowMs } from "../media/clock.ts";
import type { IncomingStream } from "../media/incoming-stream.ts";
import type { RtpReceiver } from "../media/rtp-receiver.ts";
import type { RtpSender } from "../media/rtp-sender.ts";
import type { RtpSession } from "../media/rtp-session.ts";

type RtpStats = Extract<AnyStats, { readonly __type__: "RTCInboundRTPStreamStats" | "RTCOutboundRTPStreamStats" }>;

/** Fields that Kurento always leaves empty. */
const EMPTY = {
  associateStatsId: "",
  codecId: "",
  isRemote: false,
  mediaTrackId: "",
  sliCount: 0,
  transportId: "",
} as const;

/** Keeps the ids: the same SSRC has the same id in each answer. */
export class RtpStatsReport {
  readonly #ids = new Map<string, string>();

  /** The figures of a session, of one kind of media or of all. */
  read(session: RtpSession, mediaType?: MediaType): Record<string, AnyStats> {
    const found: Record<string, AnyStats> = {};
    for (const receiver of session.receivers) {
      if (mediaType !== undefined && receiver.mediaType !== mediaType) continue;
      for (const incoming of receiver.streams) this.#add(found, this.#inbound(session, receiver, incoming));
    }
    for (const sender of session.senders) {
      if (mediaType === undefined || sender.mediaType === mediaType) this.#add(found, this.#outbound(sender));
    }
    return found;
  }

  #add(found: Record<string, AnyStats>, stats: RtpStats): void {
    found[stats.id] = stats;
  }

  #id(direction: string, ssrc: number): string {
    const key = `${direction} ${ssrc}`;
    const id = this.#ids.get(key) ?? randomUUID();
    this.#ids.set(key, id);
    return id;
  }

  #inbound(session: RtpSession, receiver: RtpReceiver, { stream }: IncomingStream): RtpStats {
    const figures = stream.stats(nowMs());
    return {
      ...EMPTY,
      __type__: "RTCInboundRTPStreamStats",
      id: this.#id("in", stream.ssrc),
      type: "inboundrtp",
      timestampMillis: Date.now(),
      ssrc: String(stream.ssrc),
      firCount: receiver.requests.fir,
      pliCount: receiver.requests.pli,
      nackCount: receiver.requests.nack,
      remb: receiver.mediaType === "VIDEO" ? session.reports.announcedBps : 0,
      packetsLost: figures.packetsLost,
      fractionLost: figures.fractionLost,
      packetsReceived: figures.packetsReceived,
      bytesReceived: figures.payloadBytesReceived,
      jitter: figures.jitterMs / 1000,
    };
  }

  #outbound(sender: RtpSender): RtpStats {
    const figures = sender.stats(nowMs());
    return {
      ...EMPTY,
      __type__: "RTCOutboundRTPStreamStats",
      id: this.#id("out", sender.ssrc),
      type: "outboundrtp",
      timestampMillis: Date.now(),
      ssrc: String(sender.ssrc),
      firCount: sender.firCount,
      pliCount: sender.pliCount,
      nackCount: sender.nackCount,
      remb: sender.mediaType === "VIDEO" ? sender.rembBps : 0,
      packetsLost: figures.packetsLost,
      fractionLost: figures.fractionLost,
      packetsSent: figures.packetsSent + figures.retransmittedPackets,
      bytesSent: figures.payloadBytesSent,
      targetBitrate: 0,
      roundTripTime: (figures.roundTripMs ?? 0) / 1000,
    };
  }
}
