// The short forms of the long proofs; `npm run soak -- NAME` runs the long ones.

import { expect, it } from "vitest";
import { endpoints } from "./endpoints.ts";
import { parsers } from "./parsers.ts";

it("mutated descriptions and packets are refused or read, and nothing else happens", { timeout: 60_000 }, async () => {
  const figures = await parsers.run(3_000, 20_261_123);
  expect(figures[0]).toMatch(/[1-9]\d* read, [1-9]\d* refused/);
});

it.skipIf(process.platform !== "linux")(
  "pipelines of three endpoints come and go without leaving anything (needs /proc)",
  { timeout: 60_000 },
  async () => {
    const figures = await endpoints.run(30, 1);
    expect(figures[2]).toContain("objects left: 0");
  },
);
