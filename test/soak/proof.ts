// What a long proof is: it runs for a number of rounds, throws when something does not hold, and tells its figures.

/** A proof with a short form in the tests and a long form for `npm run soak`. */
export interface Proof {
  readonly summary: string;
  /** Rounds of the long form. */
  readonly fullCount: number;
  /** Runs and returns the figures, a line each. Rejects when what is to be proven does not hold; the seed is in the message. */
  run(rounds: number, seed: number): Promise<readonly string[]>;
}

/** A small seeded random number generator (mulberry32): the same seed gives the same numbers. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
