// The wall clock of one sender, as its sender reports tell it, moved into our own time.
import { ntpToUnixMs } from "../rtcp/ntp-time.ts";

/** A sender whose translated clock is further off than this has set its clock: the translation starts anew. */
const STEP_MS = 2000;

/** How long streams that have reported wait for the others of the same sender. */
const PATIENCE_MS = 7000;

/**
 * One per remote peer (per CNAME), shared by its audio and its video. The first sender report of any of its streams
 * fixes the distance between the sender's clock and ours, once for all streams: so the distance in time between audio
 * and video stays exactly what the sender says, while its times also fit ours to within the path's delay. A fixed
 * distance makes the translated time drift with the sender's oscillator, in all streams alike.
 *
 * Until every attached stream has had a sender report (at most 7 s after the first), {@link isSynchronised} is false and
 * receivers are told arrival times for all media alike. The change from one to the other moves the line between RTP and
 * NTP by what encoding and pacing took, tens of milliseconds, once.
 */
export class SourceClock {
  #offsetMs: number = 0;
  #attached: number = 0;
  #reported: number = 0;
  #firstReportMs: number = Number.POSITIVE_INFINITY;
  #synchronised: boolean = false;
  #generation: number = 0;

  /** Rises when the sender has set its clock; reports of an older generation cannot be compared with newer ones. */
  get generation(): number {
    return this.#generation;
  }

  /** To be added to the sender's time for ours, in milliseconds; 0 before the first report. */
  get offsetMs(): number {
    return this.#offsetMs;
  }

  /** A media stream of this sender begins. */
  attach(): void {
    this.#attached++;
  }

  /** A media stream ends; `hasReported` when it has had a sender report. */
  detach(hasReported: boolean): void {
    this.#attached--;
    if (hasReported) this.#reported--;
  }

  /** A sender report came; `isFirst` when it is the stream's first. Returns the sender's time in Unix milliseconds. */
  onSenderReport(ntpSeconds: number, ntpFraction: number, isFirst: boolean, nowMs: number): number {
    const senderMs = ntpToUnixMs(ntpSeconds, ntpFraction);
    if (this.#firstReportMs === Number.POSITIVE_INFINITY) {
      this.#firstReportMs = nowMs;
      this.#offsetMs = nowMs - senderMs;
    } else if (Math.abs(senderMs + this.#offsetMs - nowMs) > STEP_MS) {
      this.#offsetMs = nowMs - senderMs;
      this.#generation++;
    }
    if (isFirst) this.#reported++;
    return senderMs;
  }

  /** True once the streams of this sender can be told in its own time. Stays true. */
  isSynchronised(nowMs: number): boolean {
    if (!this.#synchronised) {
      this.#synchronised =
        this.#reported > 0 && (this.#reported >= this.#attached || nowMs - this.#firstReportMs > PATIENCE_MS);
    }
    return this.#synchronised;
  }
}
