// Remembers for 20 s what was answered to which request of which session, and which requests still run.

import type { Turn } from "./connection.ts";
import type { Outcome } from "./json-frame.ts";
import { jsonSize } from "./json-size.ts";

/** How long an answer is kept, as on Kurento. */
const LIFETIME_MS = 20_000;

/** How much is kept. When there is more, answers younger than 20 s are dropped, the oldest half first. */
export interface RequestCacheLimits {
  readonly maxAnswers: number;
  readonly maxBytes: number;
}

const LIMITS: RequestCacheLimits = { maxAnswers: 32_768, maxBytes: 32 * 1024 * 1024 };

/** What an answer takes up besides its outcome, about. */
const ANSWER_BYTES = 200;

interface KeptAnswer {
  readonly outcome: Outcome;
  readonly keptAtMs: number;
}

/** A request that runs, and its repeats that wait for its answer. */
export interface RunningRequest {
  readonly repeats: Turn[];
  /** It does not hold up the requests behind it; neither do its repeats. */
  steppedOut: boolean;
}

/**
 * The answers in two halves: new ones go to the younger half. When that is 20 s old or full it becomes the older half, and
 * the older one is dropped whole. So nothing is ever searched or timed, and what is kept too long is merely not found.
 */
export class RequestCache {
  readonly #halfOfAnswers: number;
  readonly #halfOfBytes: number;
  readonly #running = new Map<string, RunningRequest>();
  #younger = new Map<string, KeptAnswer>();
  #older = new Map<string, KeptAnswer>();
  #youngerBytes = 0;
  /** When the younger half began. */
  #begunAtMs = -Infinity;

  constructor({ maxAnswers, maxBytes }: RequestCacheLimits = LIMITS) {
    this.#halfOfAnswers = Math.ceil(maxAnswers / 2);
    this.#halfOfBytes = Math.ceil(maxBytes / 2);
  }

  /** How many answers are held, those too old to be found included. */
  get size(): number {
    return this.#younger.size + this.#older.size;
  }

  /** The answer to a request with that key less than 20 s ago. `nowMs` never goes back. */
  find(key: string, nowMs: number): Outcome | undefined {
    const kept = this.#younger.get(key) ?? this.#older.get(key);
    return kept !== undefined && nowMs - kept.keptAtMs < LIFETIME_MS ? kept.outcome : undefined;
  }

  /** Keeps an answer. One that is larger than half of what may be kept is not. */
  keep(key: string, outcome: Outcome, nowMs: number): void {
    const bytes = ANSWER_BYTES + jsonSize("error" in outcome ? { ...outcome.error } : outcome.value);
    if (bytes > this.#halfOfBytes) return;
    const full = this.#younger.size >= this.#halfOfAnswers || this.#youngerBytes + bytes > this.#halfOfBytes;
    if (full || nowMs - this.#begunAtMs >= LIFETIME_MS) this.#turnOver(nowMs);
    this.#younger.set(key, { outcome, keptAtMs: nowMs });
    this.#youngerBytes += bytes;
  }

  /** Lets go of what is too old to be found, when nothing comes in that would. */
  dropOld(nowMs: number): void {
    if (nowMs - this.#begunAtMs < LIFETIME_MS) return;
    this.#turnOver(nowMs);
    this.#older = new Map();
  }

  /** The request with that key that runs now. */
  running(key: string): RunningRequest | undefined {
    return this.#running.get(key);
  }

  /** Notes that a request runs. */
  begin(key: string): RunningRequest {
    const request: RunningRequest = { repeats: [], steppedOut: false };
    this.#running.set(key, request);
    return request;
  }

  /** Notes that a request does not run any more. */
  end(key: string): void {
    this.#running.delete(key);
  }

  #turnOver(nowMs: number): void {
    this.#older = this.#younger;
    this.#younger = new Map();
    this.#youngerBytes = 0;
    this.#begunAtMs = nowMs;
  }
}

/** What a request is known by. Its id comes first: whatever it holds, its length tells it from the session. */
export function requestKey(sessionId: string, id: string): string {
  return `${id.length} ${id}${sessionId}`;
}
