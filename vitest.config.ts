// How the tests run: every file in a process of its own, after one build; those with a browser last and one at a time.
import { defineConfig } from "vitest/config";

const BROWSER_TESTS = ["**/*.browser.test.ts"];
const LEFT_OUT = ["**/node_modules/**", "**/dist/**"];
const LIMITS = { pool: "forks", testTimeout: 20_000, hookTimeout: 30_000 } as const;

export default defineConfig({
  test: {
    globalSetup: ["test/support/build.ts"],
    projects: [
      {
        test: {
          ...LIMITS,
          name: "parts",
          include: ["**/*.test.ts"],
          exclude: [...LEFT_OUT, ...BROWSER_TESTS],
          sequence: { groupOrder: 0 },
          maxWorkers: 2,
        },
      },
      {
        // Browsers decode on the same cores: two at once would measure each other.
        test: {
          ...LIMITS,
          name: "browsers",
          include: BROWSER_TESTS,
          exclude: LEFT_OUT,
          sequence: { groupOrder: 1 },
          fileParallelism: false,
        },
      },
    ],
  },
});
