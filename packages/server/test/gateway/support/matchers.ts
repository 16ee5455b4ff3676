// Matchers of vitest with a safe type.

import { expect } from "vitest";

/** Stands for any text that fits. */
export function textLike(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}
