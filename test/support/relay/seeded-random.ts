// Random numbers that come out the same for the same seed, in independent streams.

/**
 * An endless stream of numbers in [0, 1), the same for the same seed and name. Streams of different names are
 * independent, so that a decision which draws from its own stream does not shift any other.
 */
export function randomStream(seed: number, name: string): () => number {
  // FNV-1a over the name, mixed with the seed; then mulberry32 (period 2^32, enough for a test's packets).
  let state = (0x811c9dc5 ^ Math.imul(seed | 0, 0x9e3779b1)) >>> 0;
  for (let index = 0; index < name.length; index++) state = Math.imul(state ^ name.charCodeAt(index), 0x01000193) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
