// Ends a wait when a signal aborts or a time passes.

/** What can end a call early. */
export interface CallOptions {
  /** Stops waiting when it aborts: the call rejects with the signal's reason. The server may still run it. */
  readonly signal?: AbortSignal | undefined;
  /** Stops waiting after this time with a `CallTimeoutError`. Default: the client's `callTimeoutMs`. */
  readonly timeoutMs?: number | undefined;
}

/** The longest time that timers can wait (2^31 - 1 ms); longer limits mean this one. */
const MAX_TIMER_MS = 2_147_483_647;

/**
 * Watches a signal and a clock. At most one of `onTimeout` and `onAbort` is called, once and later, with the time that
 * passed or the signal's reason. Returns what stops the watching. A time of `Infinity` is no limit.
 */
export function watchLimit(
  { signal, timeoutMs = Number.POSITIVE_INFINITY }: CallOptions,
  onTimeout: (timeoutMs: number) => void,
  onAbort: (reason: unknown) => void,
): () => void {
  const stop = (): void => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onSignal);
  };
  const onSignal = (): void => {
    stop();
    onAbort(signal?.reason);
  };
  const timer = Number.isFinite(timeoutMs)
    ? setTimeout(
        () => {
          stop();
          onTimeout(timeoutMs);
        },
        Math.min(timeoutMs, MAX_TIMER_MS),
      )
    : undefined;
  signal?.addEventListener("abort", onSignal, { once: true });
  return stop;
}

/** Throws `TypeError` or `RangeError` when call options are not what they should be. */
export function checkCallOptions(options: CallOptions | undefined): void {
  if (options === undefined) return;
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`options: expected an object { signal, timeoutMs }, got ${String(options)}`);
  }
  const { timeoutMs, signal } = options;
  if (timeoutMs !== undefined && !(typeof timeoutMs === "number" && timeoutMs > 0)) {
    throw new RangeError(`options.timeoutMs: expected a number of milliseconds above 0, got ${String(timeoutMs)}`);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(`options.signal: expected an AbortSignal, got ${String(signal)}`);
  }
}
