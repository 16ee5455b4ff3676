// What a sender is told that it may send.
import { expect, test } from "vitest";
import { RembController } from "../src/stream/remb-controller.ts";
import { seededRandom } from "./support/random.ts";

/** A sender that follows what is announced over a path of `capacityBps`, losing what does not fit. */
function run(controller: RembController, capacityBps: number, untilMs: number, intervalMs: number = 300): number[] {
  const announced: number[] = [];
  for (let nowMs = 0; nowMs <= untilMs; nowMs += intervalMs) {
    const sentBps = controller.bitrateBps;
    const receivedBps = Math.min(sentBps, capacityBps);
    announced.push(controller.update(nowMs, Math.floor(((sentBps - receivedBps) / sentBps) * 256) / 256, receivedBps));
  }
  return announced;
}

test("starts at rembOnConnect and passes 1 Mbit/s within 3 seconds without loss", () => {
  const announced = run(new RembController(), Number.POSITIVE_INFINITY, 3000);
  expect(announced[0]).toBe(300_000);
  expect(announced.at(-1)).toBeGreaterThan(1_000_000);
});

test("grows at the same pace whatever the interval of updates", () => {
  const slow = run(new RembController(), Number.POSITIVE_INFINITY, 2400, 400).at(-1) ?? 0;
  const fast = run(new RembController(), Number.POSITIVE_INFINITY, 2400, 100).at(-1) ?? 0;
  expect(slow / fast).toBeCloseTo(1, 3);
});

test("keeps within its limits, and follows new ones at once", () => {
  const controller = new RembController({ maxBitrateBps: 500_000, minBitrateBps: 100_000 });
  expect(Math.max(...run(controller, Number.POSITIVE_INFINITY, 10_000))).toBe(500_000);
  controller.setLimits(0, 200_000);
  expect(controller.bitrateBps).toBe(200_000);
  controller.setLimits(0, 0);
  expect(run(controller, Number.POSITIVE_INFINITY, 60_000).at(-1)).toBe(10_000_000);
  const poor = new RembController({ minBitrateBps: 100_000 });
  for (let nowMs = 0; nowMs < 60_000; nowMs += 300) poor.update(nowMs, 1, 50_000);
  expect(poor.bitrateBps).toBe(100_000);
});

test("settles around what the path carries", () => {
  const announced = run(new RembController(), 800_000, 120_000);
  const later = announced.slice(100);
  expect(Math.max(...later)).toBeLessThan(900_000);
  expect(Math.min(...later)).toBeGreaterThan(380_000);
  expect(later.reduce((sum, value) => sum + value, 0) / later.length).toBeGreaterThan(600_000);
});

test("halves on too much loss, once a second at most, and remembers four fifths as threshold", () => {
  const controller = new RembController({ rembOnConnect: 1_000_000 });
  expect(controller.update(0, 0.2, 1_000_000)).toBe(500_000);
  expect(controller.update(300, 0.2, 900_000)).toBe(500_000);
  // Exponentially to 800,000, by 4 % each half second: 12 steps. Then by (1,000,000 − 800,000) / 30.
  let nowMs = 300;
  while (controller.bitrateBps < 800_000) {
    nowMs += 500;
    controller.update(nowMs, 0, 800_000);
  }
  expect(nowMs).toBe(300 + 12 * 500);
  const before = controller.bitrateBps;
  controller.update(nowMs + 500, 0, 800_000);
  expect(controller.bitrateBps - before).toBeCloseTo(6667, -1);
});

test("cuts from what is used when much more was announced", () => {
  const controller = new RembController({ rembOnConnect: 5_000_000 });
  expect(controller.update(0, 0.1, 400_000)).toBe(200_000);
});

test("a little loss neither lowers nor, after the start, raises it", () => {
  const controller = new RembController();
  controller.update(0, 0.2, 300_000);
  const low = controller.bitrateBps;
  for (let nowMs = 300; nowMs < 10_000; nowMs += 300) controller.update(nowMs, 10 / 256, low);
  expect(controller.bitrateBps).toBe(low);
});

/** A sender of 30 frames a second over a path with room for everything that loses packets at random. */
function runRandomLoss(seed: number, lossRate: number): number {
  const random = seededRandom(seed);
  const controller = new RembController({ maxBitrateBps: 2_000_000 });
  const later: number[] = [];
  for (let nowMs = 0; nowMs <= 90_000; nowMs += 300) {
    const sentBps = controller.bitrateBps;
    const packets = Math.max(Math.round((sentBps * 0.3) / 8 / 1100), 9);
    let lost = 0;
    for (let packet = 0; packet < packets; packet++) if (random() < lossRate) lost++;
    const announced = controller.update(nowMs, Math.floor((lost / packets) * 256) / 256, sentBps, packets);
    if (nowMs > 30_000) later.push(announced);
  }
  return later.reduce((sum, value) => sum + value, 0) / later.length;
}

test.each([1, 2, 3, 4, 5])("one packet in a hundred lost at random is no congestion (seed %i)", (seed) => {
  expect(runRandomLoss(seed, 0.01)).toBeGreaterThan(1_500_000);
});

test.each([1, 2, 3, 4, 5])(
  "at a low bitrate a single packet lost of the few in an interval is none either (seed %i)",
  (seed) => {
    expect(runRandomLoss(seed, 0.02)).toBeGreaterThan(700_000);
  },
);

test("with packetsRecvIntervalTop the loss is that of the last so many packets", () => {
  const controller = new RembController({ rembOnConnect: 1_000_000, packetsRecvIntervalTop: 50 });
  // One of ten lost is 2 % of fifty; three times in a row it is more than 4.7 %.
  expect(controller.update(0, 0.1, 1_000_000, 10)).toBe(1_000_000);
  expect(controller.update(300, 0.1, 1_000_000, 10)).toBeGreaterThan(1_000_000);
  expect(controller.update(600, 0.1, 1_000_000, 10)).toBe(500_000);
});

test("an interval in which nothing was expected changes nothing of the loss", () => {
  const controller = new RembController({ rembOnConnect: 1_000_000 });
  for (let nowMs = 0; nowMs < 3000; nowMs += 300) {
    expect(controller.update(nowMs, 1, 1_000_000, 0)).toBeGreaterThanOrEqual(1_000_000);
  }
});
