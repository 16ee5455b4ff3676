// Proves that mutated descriptions and packets never do more than be refused: no other error, no hang, no growth.

import { readdirSync, readFileSync } from "node:fs";
import {
  isKeyframe,
  isRtcp,
  parseCandidate,
  parseRtpHeader,
  parseSdp,
  RtcpReader,
  RtpHeader,
  SdpError,
  writeNack,
  writePictureLossIndication,
  writeRemb,
  writeRtpHeader,
} from "@kurento-ts/rtp";
import { type Proof, seededRandom } from "./proof.ts";

const FIXTURES = new URL("../../packages/rtp/test/sdp/fixtures/", import.meta.url);
/** Parsing a description of a few kilobytes takes well under a millisecond; this allows for a busy machine. */
const MAX_PARSE_MS = 500;
const CODECS = ["VP8", "VP9", "H264", "AV1", "H265"];

/** Mutated session descriptions, candidates, RTP and RTCP packets. */
export const parsers: Proof = {
  summary: "mutated SDP, candidates, RTP and RTCP: refused or read, never anything else",
  fullCount: 300_000,
  async run(rounds, seed) {
    const random = seededRandom(seed);
    const offers = readdirSync(FIXTURES)
      .filter((name) => name.endsWith(".sdp"))
      .map((name) => readFileSync(new URL(name, FIXTURES), "utf8"));
    const packets = samplePackets();
    const reader = new RtcpReader();
    const header = new RtpHeader();
    const figures = { readable: 0, refused: 0, rtp: 0, rtcp: 0, reports: 0 };
    let slowestMs = 0;
    const visitor = { nack: () => figures.reports++, pictureLossIndication: () => figures.reports++ };
    let settled = 0;
    for (let round = 0; round < rounds; round++) {
      if (round === Math.floor(rounds / 2)) settled = residentBytes();
      const text = mutateText(pick(offers, random), random);
      const started = performance.now();
      try {
        parseSdp(text);
        figures.readable++;
      } catch (error) {
        if (!(error instanceof SdpError))
          throw new Error(`seed ${seed}, round ${round}: ${String(error)}`, { cause: error });
        figures.refused++;
      }
      const tookMs = performance.now() - started;
      slowestMs = Math.max(slowestMs, tookMs);
      if (tookMs > MAX_PARSE_MS) throw new Error(`seed ${seed}, round ${round}: one description took ${tookMs} ms`);
      const line = /a=(candidate:.*)/.exec(text)?.[1];
      if (line !== undefined) parseCandidate(line);

      const packet = mutateBytes(pick(packets, random), random);
      if (isRtcp(packet)) {
        figures.rtcp++;
        reader.read(packet, visitor);
      } else if (parseRtpHeader(packet, header)) {
        figures.rtp++;
        for (const codec of CODECS) isKeyframe(codec, packet, header.payloadOffset, header.payloadLength);
      }
    }
    const growth = (residentBytes() - settled) / 2 ** 20;
    return [
      `descriptions: ${figures.readable} read, ${figures.refused} refused, slowest ${slowestMs.toFixed(1)} ms`,
      `packets: ${figures.rtp} RTP and ${figures.rtcp} RTCP read, ${figures.reports} feedback messages found in them`,
      `resident memory in the second half: ${growth >= 0 ? "+" : ""}${growth.toFixed(1)} MiB; seed ${seed}`,
    ];
  },
};

function residentBytes(): number {
  return process.memoryUsage().rss;
}

function pick<T>(items: readonly T[], random: () => number): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}

function samplePackets(): Uint8Array[] {
  const rtp = new Uint8Array(200);
  const offset = writeRtpHeader(rtp, 0, true, 96, 1000, 90_000, 1234);
  rtp.fill(0x90, offset);
  const nack = new Uint8Array(64);
  const pli = new Uint8Array(64);
  const remb = new Uint8Array(64);
  return [
    rtp,
    nack.subarray(0, writeNack(nack, 0, 1, 2, Uint16Array.of(5, 6, 7, 40), 4)),
    pli.subarray(0, writePictureLossIndication(pli, 0, 1, 2)),
    remb.subarray(0, writeRemb(remb, 0, 1, 1_000_000, [2])),
  ];
}

function mutateBytes(bytes: Uint8Array, random: () => number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (let count = 1 + Math.floor(random() * 6); count > 0; count--) {
    copy[Math.floor(random() * copy.length)] = Math.floor(random() * 256);
  }
  return random() < 0.3 ? copy.subarray(0, Math.floor(random() * copy.length)) : copy;
}

function mutateText(text: string, random: () => number): string {
  let mutated = text;
  for (let count = 1 + Math.floor(random() * 4); count > 0; count--) {
    const at = Math.floor(random() * mutated.length);
    const length = Math.floor(random() * 40);
    const kind = random();
    if (kind < 0.3) mutated = mutated.slice(0, at) + mutated.slice(at + length);
    else if (kind < 0.6) mutated = mutated.slice(0, at) + mutated.slice(at, at + length) + mutated.slice(at);
    else if (kind < 0.9)
      mutated = mutated.slice(0, at) + String.fromCharCode(Math.floor(random() * 300)) + mutated.slice(at + 1);
    else mutated = mutated.slice(0, at);
  }
  return mutated;
}
