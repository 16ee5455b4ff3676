// Sequence numbers of one receiver: against a plain model that remembers everything.
import fc from "fast-check";
import { expect, test } from "vitest";
import { SequenceRewriter } from "../src/stream/sequence-rewriter.ts";
import { seededRandom } from "./support/random.ts";

test("gaps stay, dropped packets leave none, late packets find their place, and the way back agrees", () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: 0, max: 65_535 }),
      fc.integer({ min: 20, max: 400 }),
      (seed, first, count) => {
        const random = seededRandom(seed);
        // Each number of the source: comes in order, comes late, is dropped (in order), or never comes.
        const fates = Array.from({ length: count }, (_, index) => {
          const roll = random();
          return index === 0 || roll < 0.6 ? "sent" : roll < 0.75 ? "late" : roll < 0.9 ? "dropped" : "lost";
        });
        const base = 70_000;
        const order = fates
          .map((fate, index) => ({ input: base + index, fate, at: fate === "late" ? index + random() * 12 : index }))
          .filter(({ fate }) => fate !== "lost")
          .sort((a, b) => a.at - b.at);
        // The plain model: the number of the first, plus the distance, less what was dropped in between.
        const dropsBefore = (input: number) => fates.slice(0, input - base).filter((fate) => fate === "dropped").length;
        const rewriter = new SequenceRewriter(first);
        rewriter.anchor(base);
        let start: number | undefined;
        const sent: { input: number; output: number }[] = [];
        for (const { input, fate } of order) {
          if (fate === "dropped") {
            // A packet can only be dropped without a gap while it is the newest; late packets come behind.
            if (input > rewriter.highestInput) rewriter.drop(input);
            continue;
          }
          expect(rewriter.isTooLate(input)).toBe(false);
          const output = rewriter.map(input);
          start ??= output;
          sent.push({ input, output });
        }
        expect(start === undefined ? first : start % 65_536).toBe(first);
        for (const { input, output } of sent) {
          expect(output - (start ?? 0)).toBe(input - base - dropsBefore(input));
          expect(rewriter.toInput(output & 0xffff)).toBe(input);
        }
        expect(new Set(sent.map(({ output }) => output)).size).toBe(sent.length);
      },
    ),
    { numRuns: 300 },
  );
});

test("after a new anchor the next number follows, and older numbers no longer lead to a source", () => {
  const rewriter = new SequenceRewriter(65_535);
  rewriter.anchor(500);
  expect([500, 501, 503].map((input) => rewriter.map(input) & 0xffff)).toEqual([65_535, 0, 2]);
  rewriter.anchor(9000);
  expect(rewriter.map(9000) & 0xffff).toBe(3);
  expect(rewriter.toInput(2)).toBe(-1);
  expect(rewriter.toInput(3)).toBe(9000);
  expect(rewriter.toInput(4)).toBe(-1);
  expect(rewriter.isTooLate(8999)).toBe(true);
});

test("a packet that is late behind more drops than are remembered is too late, and nothing is answered for it", () => {
  const rewriter = new SequenceRewriter(0);
  rewriter.anchor(1000);
  rewriter.map(1000);
  for (let input = 1002; input < 1402; input++) rewriter.drop(input);
  const newest = rewriter.map(1402);
  expect(newest - 65_536).toBe(2);
  expect(rewriter.isTooLate(1001)).toBe(true);
  expect(rewriter.toInput(2)).toBe(1402);
  expect(rewriter.toInput(0)).toBe(-1);
});
