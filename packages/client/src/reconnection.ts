// When a lost connection is tried again: the options, their defaults, and the delays.

/** How a lost connection is tried again. */
export interface ReconnectOptions {
  /** How often at most after one loss. Default: no limit but the time; 0 means never, as `reconnect: false`. */
  readonly maxAttempts?: number | undefined;
  /**
   * How long at most after one loss, in milliseconds. Default 180,000: a Kurento server with its defaults may drop a
   * session that long without a connection.
   */
  readonly maxTimeMs?: number | undefined;
  /** The delay before the first attempt; it doubles with each further one. Default 100. */
  readonly minDelayMs?: number | undefined;
  /** The longest delay. Default 5,000. */
  readonly maxDelayMs?: number | undefined;
}

/** The options with nothing left open. */
export type ReconnectLimits = Required<{ [Name in keyof ReconnectOptions]: number }>;

const DEFAULTS: ReconnectLimits = {
  maxAttempts: Number.POSITIVE_INFINITY,
  maxTimeMs: 180_000,
  minDelayMs: 100,
  maxDelayMs: 5_000,
};

/** Fills in the defaults; undefined when a lost connection is not tried again. Throws what names a wrong option. */
export function reconnectLimits(options: ReconnectOptions | boolean | undefined): ReconnectLimits | undefined {
  if (options === false) return undefined;
  if (options === undefined || options === true) return DEFAULTS;
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`reconnect: expected a boolean or an object, got ${String(options)}`);
  }
  const limit = (name: keyof ReconnectLimits): number => {
    const value = options[name] ?? DEFAULTS[name];
    if (typeof value === "number" && value >= 0) return value;
    throw new RangeError(`reconnect.${name}: expected a number that is not negative, got ${String(value)}`);
  };
  const limits: ReconnectLimits = {
    maxAttempts: limit("maxAttempts"),
    maxTimeMs: limit("maxTimeMs"),
    minDelayMs: limit("minDelayMs"),
    maxDelayMs: limit("maxDelayMs"),
  };
  return limits.maxAttempts === 0 ? undefined : limits;
}

/**
 * The delay before an attempt, counted from 1: doubled each time up to the longest, and of that a random part between
 * the half and the whole, so that the clients of a server that comes back do not all come at once.
 */
export function reconnectDelayMs(
  { minDelayMs, maxDelayMs }: Pick<ReconnectLimits, "minDelayMs" | "maxDelayMs">,
  attempt: number,
  random: () => number = Math.random,
): number {
  const whole = Math.min(maxDelayMs, minDelayMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(whole * (0.5 + random() / 2));
}
