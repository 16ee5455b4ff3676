// One direction of a simulated network: packets and `now` in, packets and the next deadline out. No socket, no timer.
//
//   offer ─ cut? ─ lost? ─ burst? ─▶ queue ─ rate ─▶ delay + jitter (+ held back) ─▶ take
//                                      └ full: dropped
//
// The fate of the n-th packet depends on the seed, on n and on the conditions of that moment alone: every decision draws
// from its own stream, for every packet, so that switching jitter on does not change which packets are lost.

import { type LinkConditions, PERFECT_LINK, withConditions } from "./link-conditions.ts";
import { randomStream } from "./seeded-random.ts";

/** Why a link dropped packets; the numbers are packets. */
export interface DropCounters {
  /** Lost singly (`loss`). */
  readonly loss: number;
  /** Lost in a burst. */
  readonly burst: number;
  /** The queue before the rate limit was full. */
  readonly queue: number;
  /** The link was cut. */
  readonly cut: number;
}

/** What a link did so far. received + duplicated = forwarded + all drops + waiting. */
export interface LinkCounters {
  readonly received: number;
  readonly receivedBytes: number;
  readonly forwarded: number;
  readonly forwardedBytes: number;
  readonly dropped: DropCounters;
  readonly duplicated: number;
  /** Packets that were held back by `reorder`. */
  readonly reordered: number;
  /** Packets inside the link now. */
  readonly waiting: number;
}

interface Queued<P> {
  readonly packet: P;
  readonly bytes: number;
  readonly jitter: number;
  readonly heldBack: boolean;
}

interface InFlight<P> {
  readonly packet: P;
  readonly bytes: number;
  readonly dueMs: number;
}

/** One direction of a simulated network. `now` is in ms from any origin and must not run backwards. */
export class SimulatedLink<P extends { readonly byteLength: number }> {
  #conditions: LinkConditions;
  readonly #draw: Readonly<Record<"loss" | "burst" | "reorder" | "duplicate" | "jitter" | "copyJitter", () => number>>;
  #inBurst = false;
  #cutUntilMs = Number.NEGATIVE_INFINITY;

  /** Waiting for the rate limit, first in first out. */
  readonly #queue: Queued<P>[] = [];
  #queuedBytes = 0;
  /** Bits of the queue's head that have not left yet, as of `#updatedMs`. */
  #headBits = 0;
  #updatedMs = Number.NEGATIVE_INFINITY;

  /** On its way, in the order of arrival there. */
  readonly #inFlight: InFlight<P>[] = [];
  #latestDueMs = Number.NEGATIVE_INFINITY;

  readonly #counts = { received: 0, receivedBytes: 0, forwarded: 0, forwardedBytes: 0, duplicated: 0, reordered: 0 };
  readonly #dropped = { loss: 0, burst: 0, queue: 0, cut: 0 };

  /** A link with the given conditions; what is not given is perfect. Throws on a value out of range. */
  constructor(seed: number, conditions: Partial<LinkConditions> = {}) {
    this.#conditions = withConditions(PERFECT_LINK, conditions);
    this.#draw = {
      loss: randomStream(seed, "loss"),
      burst: randomStream(seed, "burst"),
      reorder: randomStream(seed, "reorder"),
      duplicate: randomStream(seed, "duplicate"),
      jitter: randomStream(seed, "jitter"),
      copyJitter: randomStream(seed, "copy jitter"),
    };
  }

  /** The conditions that hold now. */
  get conditions(): LinkConditions {
    return this.#conditions;
  }

  /** Changes some conditions. Packets that passed the rate limit already keep their time of arrival. */
  change(change: Partial<LinkConditions>, nowMs: number): void {
    const conditions = withConditions(this.#conditions, change);
    this.#transmit(nowMs);
    this.#conditions = conditions;
    this.#transmit(nowMs);
  }

  /** Drops every packet that is offered from now on, for a time or until {@link mend}. What is inside still arrives. */
  cut(nowMs: number, forMs: number = Number.POSITIVE_INFINITY): void {
    this.#cutUntilMs = nowMs + forMs;
  }

  /** Ends a cut. */
  mend(): void {
    this.#cutUntilMs = Number.NEGATIVE_INFINITY;
  }

  /** Hands a packet to the link. */
  offer(packet: P, nowMs: number): void {
    this.#transmit(nowMs);
    this.#counts.received++;
    this.#counts.receivedBytes += packet.byteLength;
    const { loss, duplicate, reorder } = this.#conditions;
    const lost = this.#draw.loss() < loss;
    const inBurst = this.#stepBurst(this.#draw.burst());
    const heldBack = this.#draw.reorder() < reorder;
    const twice = this.#draw.duplicate() < duplicate;
    const jitter = this.#draw.jitter();
    const copyJitter = this.#draw.copyJitter();
    if (nowMs < this.#cutUntilMs) this.#dropped.cut++;
    else if (lost) this.#dropped.loss++;
    else if (inBurst) this.#dropped.burst++;
    else if (!this.#enqueue({ packet, bytes: packet.byteLength, jitter, heldBack })) this.#dropped.queue++;
    else {
      if (heldBack) this.#counts.reordered++;
      if (twice && this.#enqueue({ packet, bytes: packet.byteLength, jitter: copyJitter, heldBack: false }))
        this.#counts.duplicated++;
    }
    this.#transmit(nowMs);
  }

  /** When to call {@link take} next, or undefined when the link is empty. */
  get nextDeadlineMs(): number | undefined {
    const head = this.#queue[0];
    const leaves =
      head === undefined ? undefined : this.#updatedMs + (this.#headBits * 1000) / this.#conditions.rateBps;
    const arrives = this.#inFlight[0]?.dueMs;
    if (leaves === undefined) return arrives;
    return arrives === undefined ? leaves : Math.min(leaves, arrives);
  }

  /** Takes out what has arrived by now, in the order of arrival. */
  take(nowMs: number): P[] {
    this.#transmit(nowMs);
    let count = 0;
    while (count < this.#inFlight.length && (this.#inFlight[count]?.dueMs ?? 0) <= nowMs) count++;
    return this.#inFlight.splice(0, count).map(({ packet, bytes }) => {
      this.#counts.forwarded++;
      this.#counts.forwardedBytes += bytes;
      return packet;
    });
  }

  /** What the link did so far. */
  get counters(): LinkCounters {
    return { ...this.#counts, dropped: { ...this.#dropped }, waiting: this.#queue.length + this.#inFlight.length };
  }

  #stepBurst(drawn: number): boolean {
    const { burstStart, burstPackets } = this.#conditions;
    this.#inBurst = this.#inBurst ? drawn >= 1 / burstPackets : drawn < burstStart;
    return this.#inBurst;
  }

  #enqueue(queued: Queued<P>): boolean {
    const { rateBps, queueBytes, queueMs } = this.#conditions;
    const limit = Math.min(queueBytes, queueMs === Number.POSITIVE_INFINITY ? queueMs : (queueMs * rateBps) / 8000);
    // An empty queue takes any packet, else a small limit would shut the link.
    if (this.#queue.length > 0 && this.#queuedBytes + queued.bytes > limit) return false;
    this.#queue.push(queued);
    this.#queuedBytes += queued.bytes;
    if (this.#queue.length === 1) this.#headBits = queued.bytes * 8;
    return true;
  }

  /** Moves through the rate limit what has left it by now. */
  #transmit(nowMs: number): void {
    const { rateBps } = this.#conditions;
    let atMs = Math.max(this.#updatedMs, Number.MIN_SAFE_INTEGER);
    for (let head = this.#queue[0]; head !== undefined; head = this.#queue[0]) {
      const leavesMs = atMs + (this.#headBits * 1000) / rateBps;
      if (leavesMs > nowMs) {
        this.#headBits = Math.max(0, this.#headBits - ((nowMs - atMs) * rateBps) / 1000);
        break;
      }
      atMs = leavesMs;
      this.#queue.shift();
      this.#queuedBytes -= head.bytes;
      this.#headBits = (this.#queue[0]?.bytes ?? 0) * 8;
      this.#launch(head, atMs);
    }
    this.#updatedMs = nowMs;
  }

  #launch(queued: Queued<P>, leftMs: number): void {
    const { delayMs, jitterMs, reorderMs } = this.#conditions;
    let dueMs = leftMs + delayMs + queued.jitter * jitterMs;
    if (queued.heldBack) {
      dueMs += reorderMs;
    } else {
      // Jitter and a shorter delay do not overtake: the packet arrives no earlier than the one before it.
      dueMs = Math.max(dueMs, this.#latestDueMs);
      this.#latestDueMs = dueMs;
    }
    let index = this.#inFlight.length;
    while (index > 0 && (this.#inFlight[index - 1]?.dueMs ?? 0) > dueMs) index--;
    this.#inFlight.splice(index, 0, { packet: queued.packet, bytes: queued.bytes, dueMs });
  }
}
