// What one direction of a simulated network does to its packets: the options, their units and their defaults.

/** The conditions of one direction. Everything may be changed while packets flow. */
export interface LinkConditions {
  /** Time that every packet takes, in ms. Default 0. */
  readonly delayMs: number;
  /** Up to this much is added to `delayMs`, evenly spread, in ms. Jitter alone never changes the order. Default 0. */
  readonly jitterMs: number;
  /** Share of packets lost, each by itself, 0 to 1. Default 0. */
  readonly loss: number;
  /** Chance that a burst of losses begins with a packet, 0 to 1. Default 0. */
  readonly burstStart: number;
  /** Mean length of a burst in packets, at least 1 (lengths are geometric, as in Gilbert's model). Default 5. */
  readonly burstPackets: number;
  /** Share of packets held back by `reorderMs`, so that later ones overtake them, 0 to 1. Default 0. */
  readonly reorder: number;
  /** How long a reordered packet is held back, in ms. Default 20. */
  readonly reorderMs: number;
  /** Share of packets that arrive twice, 0 to 1. Default 0. */
  readonly duplicate: number;
  /** Bits of UDP payload that leave per second, above 0. Default Infinity. */
  readonly rateBps: number;
  /** Bytes that may wait for the rate limit (the packet being sent included); what comes on top is dropped. Default 65536. */
  readonly queueBytes: number;
  /** The same limit as a waiting time at the current rate, in ms; the smaller of the two holds. Default Infinity. */
  readonly queueMs: number;
}

/** A perfect link: nothing is lost and nothing takes time. */
export const PERFECT_LINK: LinkConditions = {
  delayMs: 0,
  jitterMs: 0,
  loss: 0,
  burstStart: 0,
  burstPackets: 5,
  reorder: 0,
  reorderMs: 20,
  duplicate: 0,
  rateBps: Number.POSITIVE_INFINITY,
  queueBytes: 65_536,
  queueMs: Number.POSITIVE_INFINITY,
};

const RANGES: Readonly<Record<keyof LinkConditions, readonly [low: number, high: number]>> = {
  delayMs: [0, 600_000],
  jitterMs: [0, 600_000],
  loss: [0, 1],
  burstStart: [0, 1],
  burstPackets: [1, 1_000_000],
  reorder: [0, 1],
  reorderMs: [0, 600_000],
  duplicate: [0, 1],
  rateBps: [1, Number.POSITIVE_INFINITY],
  queueBytes: [0, Number.POSITIVE_INFINITY],
  queueMs: [0, Number.POSITIVE_INFINITY],
};

/** `base` with `change` laid over it. Throws a RangeError or TypeError that names the wrong option. */
export function withConditions(base: LinkConditions, change: Partial<LinkConditions>): LinkConditions {
  for (const [name, value] of Object.entries(change)) {
    const range = RANGES[name as keyof LinkConditions] as (typeof RANGES)[keyof LinkConditions] | undefined;
    if (range === undefined) throw new TypeError(`unknown link condition '${name}'`);
    const [low, high] = range;
    if (typeof value !== "number" || !(value >= low && value <= high))
      throw new RangeError(`link condition '${name}': expected a number from ${low} to ${high}, got ${String(value)}`);
  }
  return { ...base, ...change };
}
