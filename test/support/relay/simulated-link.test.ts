// The simulated link in virtual time: what is lost, when things arrive, what is counted.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type LinkConditions, PERFECT_LINK, withConditions } from "./link-conditions.ts";
import { SimulatedLink } from "./simulated-link.ts";

interface Numbered {
  readonly number: number;
  readonly byteLength: number;
}

interface Arrival {
  readonly number: number;
  readonly atMs: number;
}

/** Sends `count` packets, one every `everyMs`, and runs the link dry; every arrival with its time. */
function run(
  link: SimulatedLink<Numbered>,
  { count = 1000, everyMs = 10, byteLength = 1000, fromMs = 0, at = (_number: number) => {} } = {},
): Arrival[] {
  const arrivals: Arrival[] = [];
  const takeUntil = (untilMs: number): void => {
    for (let due = link.nextDeadlineMs; due !== undefined && due <= untilMs; due = link.nextDeadlineMs)
      for (const { number } of link.take(due)) arrivals.push({ number, atMs: due });
  };
  for (let number = 0; number < count; number++) {
    const nowMs = fromMs + number * everyMs;
    takeUntil(nowMs);
    at(number);
    link.offer({ number, byteLength }, nowMs);
  }
  takeUntil(Number.POSITIVE_INFINITY);
  return arrivals;
}

/** Bounds of ±4 standard deviations of a binomial count. */
function binomial(count: number, chance: number): readonly [number, number] {
  const spread = 4 * Math.sqrt(count * chance * (1 - chance));
  return [count * chance - spread, count * chance + spread];
}

describe("loss", () => {
  test.each([0.01, 0.05, 0.3])("of %d takes that share of the packets, within binomial bounds", (loss) => {
    const link = new SimulatedLink<Numbered>(42, { loss });
    const arrivals = run(link, { count: 20_000 });
    const [low, high] = binomial(20_000, loss);
    expect(link.counters.dropped.loss).toBeGreaterThan(low);
    expect(link.counters.dropped.loss).toBeLessThan(high);
    expect(arrivals.length).toBe(20_000 - link.counters.dropped.loss);
  });

  test("of 0 takes none and of 1 takes all", () => {
    expect(run(new SimulatedLink<Numbered>(1, { loss: 0 })).length).toBe(1000);
    expect(run(new SimulatedLink<Numbered>(1, { loss: 1 })).length).toBe(0);
  });

  test("in bursts has the asked mean length", () => {
    const link = new SimulatedLink<Numbered>(5, { burstStart: 0.01, burstPackets: 8 });
    const arrived = new Set(run(link, { count: 50_000 }).map(({ number }) => number));
    let bursts = 0;
    for (let number = 1; number < 50_000; number++) if (!arrived.has(number) && arrived.has(number - 1)) bursts++;
    expect(link.counters.dropped.burst / bursts).toBeGreaterThan(7);
    expect(link.counters.dropped.burst / bursts).toBeLessThan(9);
    expect(link.counters.dropped.loss).toBe(0);
  });

  test("takes the same packets for the same seed, others for another, whatever else is switched on", () => {
    const lostBy = (seed: number, conditions: Partial<LinkConditions>): string => {
      const arrived = new Set(run(new SimulatedLink<Numbered>(seed, conditions)).map(({ number }) => number));
      return [...Array(1000).keys()].filter((number) => !arrived.has(number)).join();
    };
    const plain = lostBy(9, { loss: 0.1 });
    expect(lostBy(9, { loss: 0.1 })).toBe(plain);
    expect(lostBy(9, { loss: 0.1, jitterMs: 30, delayMs: 5, reorder: 0.2, duplicate: 0.2 })).toBe(plain);
    expect(lostBy(10, { loss: 0.1 })).not.toBe(plain);
  });
});

describe("time", () => {
  test("a delay is kept exactly, and packets arrive in order", () => {
    const arrivals = run(new SimulatedLink<Numbered>(1, { delayMs: 35 }));
    expect(arrivals.map(({ number, atMs }) => atMs - number * 10)).toEqual(Array(1000).fill(35));
  });

  test("jitter spreads the delay and never changes the order", () => {
    const arrivals = run(new SimulatedLink<Numbered>(3, { delayMs: 20, jitterMs: 50 }));
    expect(arrivals.map(({ number }) => number)).toEqual([...Array(1000).keys()]);
    const delays = arrivals.map(({ number, atMs }) => atMs - number * 10);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(20);
    expect(Math.max(...delays)).toBeLessThanOrEqual(70);
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(35);
  });

  test("reordering holds the asked share back, and nothing else changes place", () => {
    const link = new SimulatedLink<Numbered>(3, { reorder: 0.1, reorderMs: 25 });
    const arrivals = run(link, { count: 5000 });
    const late = arrivals.filter(({ number, atMs }) => atMs - number * 10 > 0);
    const [low, high] = binomial(5000, 0.1);
    expect(late.length).toBe(link.counters.reordered);
    expect(late.length).toBeGreaterThan(low);
    expect(late.length).toBeLessThan(high);
    expect(late.every(({ number, atMs }) => Math.abs(atMs - number * 10 - 25) < 1e-6)).toBe(true);
    const inTime = arrivals.filter((arrival) => !late.includes(arrival)).map(({ number }) => number);
    expect(inTime).toEqual([...inTime].sort((a, b) => a - b));
  });

  test("duplication makes the asked share arrive twice", () => {
    const link = new SimulatedLink<Numbered>(8, { duplicate: 0.2 });
    const arrivals = run(link, { count: 5000 });
    const [low, high] = binomial(5000, 0.2);
    expect(arrivals.length).toBe(5000 + link.counters.duplicated);
    expect(link.counters.duplicated).toBeGreaterThan(low);
    expect(link.counters.duplicated).toBeLessThan(high);
    expect(new Set(arrivals.map(({ number }) => number)).size).toBe(5000);
  });
});

describe("the rate limit", () => {
  test("lets through what it should, measured over a virtual minute of too much", () => {
    const link = new SimulatedLink<Numbered>(1, { rateBps: 400_000, queueBytes: 10_000 });
    const arrivals = run(link, { count: 6000, everyMs: 10, byteLength: 1000 });
    const seconds = (arrivals.at(-1)?.atMs ?? 0) / 1000;
    expect((arrivals.length * 8000) / seconds).toBeCloseTo(400_000, -1);
    expect(link.counters.dropped.queue).toBe(6000 - arrivals.length);
  });

  test("delays no packet for longer than the full queue takes", () => {
    const link = new SimulatedLink<Numbered>(1, { rateBps: 400_000, queueBytes: 10_000 });
    const delays = run(link, { count: 2000 }).map(({ number, atMs }) => atMs - number * 10);
    expect(Math.max(...delays)).toBeGreaterThan(180);
    expect(Math.max(...delays)).toBeLessThanOrEqual(200 + 1e-6);
  });

  test("takes a queue in milliseconds too, and the smaller limit holds", () => {
    const link = new SimulatedLink<Numbered>(1, { rateBps: 400_000, queueBytes: 10_000, queueMs: 60 });
    const delays = run(link, { count: 2000 }).map(({ number, atMs }) => atMs - number * 10);
    expect(Math.max(...delays)).toBeLessThanOrEqual(60 + 1e-6);
  });

  test("does not touch traffic below it", () => {
    const link = new SimulatedLink<Numbered>(1, { rateBps: 1_000_000 });
    const arrivals = run(link, { count: 500 });
    expect(arrivals.every(({ number, atMs }) => Math.abs(atMs - number * 10 - 8) < 1e-6)).toBe(true);
  });

  test("passes a packet that is larger than the whole queue", () => {
    expect(run(new SimulatedLink<Numbered>(1, { rateBps: 80_000, queueBytes: 0 }), { count: 1 }).length).toBe(1);
  });

  test("may change in the middle of a packet", () => {
    const link = new SimulatedLink<Numbered>(1, { rateBps: 80_000 });
    link.offer({ number: 0, byteLength: 1000 }, 0); // 100 ms at this rate
    link.change({ rateBps: 40_000 }, 50); // half of it left: 100 ms more
    expect(link.nextDeadlineMs).toBeCloseTo(150, 6);
    link.change({ rateBps: Number.POSITIVE_INFINITY }, 60);
    expect(link.take(60).length).toBe(1);
  });
});

describe("a cut", () => {
  test("loses what comes while it lasts, and ends by itself", () => {
    const link = new SimulatedLink<Numbered>(1);
    const arrivals = run(link, { count: 100, at: (number) => number === 20 && link.cut(200, 300) });
    expect(arrivals.map(({ number }) => number)).toEqual([...Array(100).keys()].filter((n) => n < 20 || n >= 50));
    expect(link.counters.dropped.cut).toBe(30);
  });

  test("without a time lasts until it is mended", () => {
    const link = new SimulatedLink<Numbered>(1);
    const at = (number: number): void => {
      if (number === 10) link.cut(100);
      if (number === 90) link.mend();
    };
    expect(run(link, { count: 100, at }).length).toBe(20);
  });
});

test("conditions change while packets flow", () => {
  const link = new SimulatedLink<Numbered>(1);
  const at = (number: number): void => {
    if (number === 100) link.change({ loss: 1 }, 1000);
    if (number === 200) link.change({ loss: 0, delayMs: 40 }, 2000);
  };
  const arrivals = run(link, { count: 300, at });
  expect(arrivals.filter(({ number }) => number < 100).length).toBe(100);
  expect(arrivals.filter(({ number }) => number >= 100 && number < 200).length).toBe(0);
  expect(arrivals.filter(({ number, atMs }) => number >= 200 && atMs === number * 10 + 40).length).toBe(100);
});

test("a wrong condition is refused by name, and the old ones stay", () => {
  expect(() => withConditions(PERFECT_LINK, { loss: 1.5 })).toThrow("'loss': expected a number from 0 to 1, got 1.5");
  expect(() => withConditions(PERFECT_LINK, { delayMs: Number.NaN })).toThrow("'delayMs'");
  expect(() => withConditions(PERFECT_LINK, { los: 0.1 } as object)).toThrow("unknown link condition 'los'");
  const link = new SimulatedLink<Numbered>(1, { loss: 0.1 });
  expect(() => link.change({ rateBps: 0 }, 0)).toThrow("'rateBps'");
  expect(link.conditions.loss).toBe(0.1);
});

test("under any conditions every packet is accounted for, none arrives early, and all end", () => {
  const chance = fc.double({ min: 0, max: 1, noNaN: true });
  const conditions = fc.record(
    {
      delayMs: fc.integer({ min: 0, max: 200 }),
      jitterMs: fc.integer({ min: 0, max: 200 }),
      loss: chance,
      burstStart: chance,
      burstPackets: fc.integer({ min: 1, max: 20 }),
      reorder: chance,
      reorderMs: fc.integer({ min: 0, max: 100 }),
      duplicate: chance,
      rateBps: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 10_000, max: 10_000_000 })),
      queueBytes: fc.integer({ min: 0, max: 100_000 }),
      queueMs: fc.integer({ min: 0, max: 500 }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.integer(), conditions, fc.array(conditions, { maxLength: 3 }), (seed, first, changes) => {
      const link = new SimulatedLink<Numbered>(seed, first);
      const at = (number: number): void => {
        const change = changes[(number + 1) / 20 - 1];
        if (change !== undefined) link.change(change, number * 10);
      };
      const arrivals = run(link, { count: 100, at });
      const { received, forwarded, dropped, duplicated, waiting } = link.counters;
      expect(received).toBe(100);
      expect(forwarded).toBe(arrivals.length);
      expect(forwarded + dropped.loss + dropped.burst + dropped.queue + dropped.cut).toBe(received + duplicated);
      expect(waiting).toBe(0);
      const leastDelay = Math.min(...[first, ...changes].map(({ delayMs = 0 }) => delayMs), first.delayMs ?? 0);
      for (const { number, atMs } of arrivals) expect(atMs - number * 10).toBeGreaterThan(leastDelay - 1e-6);
    }),
    { numRuns: 200 },
  );
});
