// The clock of a sender: when its streams can be told in its own time, and what happens when it is set.
import { expect, test } from "vitest";
import { ntpFraction, ntpSeconds } from "../src/rtcp/ntp-time.ts";
import { ReceiveStream } from "../src/stream/receive-stream.ts";
import { SourceClock } from "../src/stream/source-clock.ts";

const NOW_MS = 1_760_000_000_000;
/** The sender's clock is an hour ahead. */
const AHEAD_MS = 3_600_000;

function stream(clock: SourceClock, ssrc: number): ReceiveStream {
  return new ReceiveStream({ ssrc, clockRate: 90_000, clock });
}

function report(of: ReceiveStream, nowMs: number, senderMs: number = nowMs + AHEAD_MS): void {
  of.onSenderReport(ntpSeconds(senderMs), ntpFraction(senderMs), 0, nowMs);
}

test("a sender is told in its own time once every stream of it has reported", () => {
  const clock = new SourceClock();
  const [audio, video] = [stream(clock, 1), stream(clock, 2)];
  expect(clock.isSynchronised(NOW_MS)).toBe(false);
  report(video, NOW_MS);
  report(video, NOW_MS + 1000);
  expect(clock.isSynchronised(NOW_MS + 1000)).toBe(false);
  report(audio, NOW_MS + 2000);
  expect(clock.isSynchronised(NOW_MS + 2000)).toBe(true);
  expect(clock.offsetMs).toBeCloseTo(-AHEAD_MS, 1);
});

test("a stream that never reports is waited for seven seconds, one that has ended not at all", () => {
  const patient = new SourceClock();
  const video = stream(patient, 1);
  stream(patient, 2);
  report(video, NOW_MS);
  expect(patient.isSynchronised(NOW_MS + 6999)).toBe(false);
  expect(patient.isSynchronised(NOW_MS + 7001)).toBe(true);

  const clock = new SourceClock();
  const [first, silent, third] = [stream(clock, 1), stream(clock, 2), stream(clock, 3)];
  report(first, NOW_MS);
  silent.close();
  silent.close();
  expect(clock.isSynchronised(NOW_MS)).toBe(false);
  // The one that ended had reported: it does not count for the one that has not.
  first.close();
  report(first, NOW_MS);
  expect(clock.isSynchronised(NOW_MS)).toBe(false);
  report(third, NOW_MS + 10);
  expect(clock.isSynchronised(NOW_MS + 10)).toBe(true);
});

test("the distance of the clocks is fixed by the first report, and anew when the sender has set its clock", () => {
  const clock = new SourceClock();
  const video = stream(clock, 1);
  report(video, NOW_MS);
  const offsetMs = clock.offsetMs;
  report(video, NOW_MS + 1000, NOW_MS + AHEAD_MS + 1900);
  expect([clock.offsetMs, clock.generation, video.senderReportGeneration]).toEqual([offsetMs, 0, 0]);
  report(video, NOW_MS + 2000, NOW_MS);
  expect(clock.offsetMs).toBeCloseTo(2000, 1);
  expect([clock.generation, video.senderReportGeneration]).toEqual([1, 1]);
});
