// Lip sync: what a receiver computes from our sender reports is as far apart as the presenter's audio and video were.
import { describe, expect, test } from "vitest";
import { ntpFraction, ntpSeconds, ntpToUnixMs } from "../src/rtcp/ntp-time.ts";
import { RtcpReader } from "../src/rtcp/rtcp-reader.ts";
import { PacketBuffer } from "../src/rtp/packet-buffer.ts";
import { parseRtpHeader, RtpHeader } from "../src/rtp/rtp-header.ts";
import { ForwardRoute } from "../src/stream/forward-route.ts";
import { ForwardStream } from "../src/stream/forward-stream.ts";
import { SourceClock } from "../src/stream/source-clock.ts";
import { seededRandom } from "./support/random.ts";
import { VP8_KEY } from "./support/rtp-bytes.ts";
import { SourceTrack } from "./support/source-track.ts";

const out = new PacketBuffer();
const reports = new Uint8Array(300);

/** One media of a presenter: captured, encoded for a while, sent with some jitter, reported on now and then. */
interface Media {
  readonly track: SourceTrack;
  readonly clockRate: number;
  readonly frameMs: number;
  readonly encodeMs: number;
  readonly reportIntervalMs: number;
  readonly firstReportMs: number;
  readonly timestampOffset: number;
  sequenceNumber: number;
}

class Presenter {
  readonly audio: Media;
  readonly video: Media;
  readonly #random: () => number;

  /** `clockMs` is how far the presenter's clock is from ours. */
  constructor(seed: number, private_: { clockMs: number; driftPpm?: number }) {
    this.#random = seededRandom(seed);
    this.clockMs = private_.clockMs;
    this.driftPpm = private_.driftPpm ?? 0;
    const clock = new SourceClock();
    const make = (codec: string, clockRate: number, frameMs: number, encodeMs: number, reportIntervalMs: number) => ({
      track: new SourceTrack({ codec, clockRate, clock, ssrc: Math.floor(this.#random() * 0xffffffff) }),
      clockRate,
      frameMs,
      encodeMs,
      reportIntervalMs,
      firstReportMs: reportIntervalMs / 2,
      timestampOffset: Math.floor(this.#random() * 0xffffffff),
      sequenceNumber: Math.floor(this.#random() * 0xffff),
    });
    this.audio = make("opus", 48_000, 20, 25, 5000);
    this.video = make("VP8", 90_000, 40, 60, 1000);
  }

  clockMs: number;
  readonly driftPpm: number;

  /** The presenter's clock at one of our times. */
  wallMs(nowMs: number): number {
    return nowMs + this.clockMs + (nowMs - START_MS) * this.driftPpm * 1e-6;
  }

  timestamp(media: Media, capturedMs: number): number {
    const ticks = Math.round((this.wallMs(capturedMs) - this.wallMs(START_MS)) * (media.clockRate / 1000));
    return (media.timestampOffset + ticks) >>> 0;
  }

  networkMs(): number {
    return 20 + this.#random() * 15;
  }
}

const START_MS = 1_760_000_000_000;

/** What the receiver knows of one of its streams: the line of the last report. */
interface Line {
  ntpMs: number;
  timestamp: number;
  readonly clockRate: number;
}

interface Sample {
  readonly atMs: number;
  /** Audio's distance from its capture less video's, in ms; undefined before both have a report. */
  readonly skewMs: number;
  /** The reported time of the newest video frame less its capture in our time. */
  readonly videoLagMs: number;
}

/** Runs presenters one after the other to one receiver and samples the skew that it computes, 25 times a second. */
function run(shows: readonly { presenter: Presenter; untilMs: number }[], onTick?: (atMs: number) => void): Sample[] {
  const audio = new ForwardStream({ ssrc: 1, cname: "show", waitsForKeyframe: false });
  const video = new ForwardStream({ ssrc: 2, cname: "show", waitsForKeyframe: true });
  const lines = new Map<ForwardStream, Line>();
  const lags = new Map<ForwardStream, number>();
  const samples: Sample[] = [];
  const reader = new RtcpReader();
  let atMs = 0;
  for (const { presenter, untilMs } of shows) {
    for (const [forward, media] of [
      [audio, presenter.audio],
      [video, presenter.video],
    ] as const) {
      forward.setRoute(new ForwardRoute({ timing: media.track.stream, payloadTypes: new Map([[96, 96]]) }));
      lines.delete(forward);
    }
    const from = atMs;
    const due: { atMs: number; act: () => void }[] = [];
    for (const [forward, media] of [
      [audio, presenter.audio],
      [video, presenter.video],
    ] as const) {
      for (let capturedMs = from; capturedMs < untilMs; capturedMs += media.frameMs) {
        const arrivalMs = START_MS + capturedMs + media.encodeMs + presenter.networkMs();
        due.push({
          atMs: capturedMs + media.encodeMs + 40,
          act: () => {
            const timestamp = presenter.timestamp(media, START_MS + capturedMs);
            media.sequenceNumber = (media.sequenceNumber + 1) & 0xffff;
            const packet = media.track.take(
              { sequenceNumber: media.sequenceNumber, timestamp, payload: VP8_KEY },
              arrivalMs,
            );
            const header = new RtpHeader();
            const length = forward.write(packet, arrivalMs, out);
            expect(parseRtpHeader(out.view(length), header)).toBe(true);
            const line = lines.get(forward);
            if (line === undefined) return;
            const playMs = line.ntpMs + (((header.timestamp - line.timestamp) | 0) / line.clockRate) * 1000;
            lags.set(forward, playMs - (START_MS + capturedMs));
          },
        });
      }
      for (let sentMs = from + media.firstReportMs; sentMs < untilMs; sentMs += media.reportIntervalMs) {
        const nowMs = START_MS + sentMs;
        const arrivalMs = nowMs + presenter.networkMs();
        due.push({
          atMs: sentMs + 40,
          act: () => {
            const wallMs = presenter.wallMs(nowMs);
            const timestamp = presenter.timestamp(media, nowMs);
            media.track.stream.onSenderReport(ntpSeconds(wallMs), ntpFraction(wallMs), timestamp, arrivalMs);
          },
        });
      }
      // Our reports to the receiver.
      for (let sentMs = from + 200; sentMs < untilMs; sentMs += 500) {
        due.push({
          atMs: sentMs,
          act: () => {
            const length = forward.writeSenderReport(START_MS + sentMs, reports, 0);
            reader.read(reports.subarray(0, length), {
              senderReport: (_ssrc, seconds, fraction, timestamp) => {
                const ntpMs = ntpToUnixMs(seconds, fraction);
                const before = lines.get(forward)?.ntpMs ?? 0;
                expect(ntpMs).toBeGreaterThan(before);
                lines.set(forward, { ntpMs, timestamp, clockRate: media.clockRate });
              },
            });
          },
        });
      }
    }
    for (let tickMs = from; tickMs < untilMs; tickMs += 40) {
      due.push({
        atMs: tickMs,
        act: () => {
          onTick?.(tickMs);
          const audioLag = lags.get(audio);
          const videoLag = lags.get(video);
          if (!lines.has(audio) || !lines.has(video) || audioLag === undefined || videoLag === undefined) return;
          samples.push({ atMs: tickMs, skewMs: audioLag - videoLag, videoLagMs: videoLag });
        },
      });
    }
    for (const { act } of due.sort((a, b) => a.atMs - b.atMs)) act();
    atMs = untilMs;
  }
  return samples;
}

function worst(samples: readonly Sample[], fromMs: number, untilMs: number): number {
  const skews = samples.filter(({ atMs }) => atMs >= fromMs && atMs < untilMs).map(({ skewMs }) => Math.abs(skewMs));
  expect(skews.length).toBeGreaterThan(20);
  return Math.max(...skews);
}

describe("the skew between audio and video at the receiver", () => {
  test.each([
    ["an hour ahead", { clockMs: 3_600_000 }],
    ["years behind", { clockMs: -200_000_000_000 }],
    ["that runs 100 ppm fast", { clockMs: 12_345, driftPpm: 100 }],
  ])("is under a millisecond with a presenter's clock %s, and under 80 ms before its reports came", (_what, clock) => {
    const samples = run([{ presenter: new Presenter(1, clock), untilMs: 60_000 }]);
    expect(worst(samples, 0, 3500)).toBeLessThan(80);
    // Both media have been reported on after 2.5 s, and our next report goes out within 500 ms.
    expect(worst(samples, 3500, 60_000)).toBeLessThan(1);
  });

  test("stays that small when the show goes on with another presenter", () => {
    const first = new Presenter(1, { clockMs: 5_000_000 });
    const second = new Presenter(2, { clockMs: -7_000_000 });
    const samples = run([
      { presenter: first, untilMs: 20_000 },
      { presenter: second, untilMs: 40_000 },
    ]);
    expect(worst(samples, 4000, 20_000)).toBeLessThan(1);
    expect(worst(samples, 20_600, 23_500)).toBeLessThan(80);
    expect(worst(samples, 24_000, 40_000)).toBeLessThan(1);
  });

  test("recovers when the presenter sets its clock", () => {
    const presenter = new Presenter(3, { clockMs: 0 });
    const samples = run([{ presenter, untilMs: 40_000 }], (atMs) => {
      if (atMs === 20_000) presenter.clockMs = 60_000;
    });
    expect(worst(samples, 4000, 19_900)).toBeLessThan(1);
    expect(worst(samples, 28_000, 40_000)).toBeLessThan(1);
  });
});

test("the reported time of a frame stays close to our own, before and after the presenter's first report", () => {
  const samples = run([{ presenter: new Presenter(4, { clockMs: 99_000_000 }), untilMs: 30_000 }]);
  const lags = samples.map(({ videoLagMs }) => videoLagMs);
  // From arrival (encoding and network) to capture plus the network delay of one report.
  expect(Math.max(...lags)).toBeLessThan(60 + 40);
  expect(Math.min(...lags)).toBeGreaterThan(0);
});

test("nothing is reported before the first packet, and a full buffer is left as it is", () => {
  const track = new SourceTrack();
  const forward = new ForwardStream({ ssrc: 1, cname: "x", waitsForKeyframe: true });
  forward.setRoute(new ForwardRoute({ timing: track.stream, payloadTypes: new Map([[96, 96]]) }));
  expect(forward.writeSenderReport(0, reports, 0)).toBe(0);
  forward.write(track.take({ sequenceNumber: 1, payload: VP8_KEY }, 0), 0, out);
  expect(forward.writeSenderReport(0, new Uint8Array(10), 0)).toBe(0);
});
