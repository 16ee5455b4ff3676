// Tests that need a program of others: skipped where it is missing, except with CI=true, where a missing peer is a failure.

import { it } from "vitest";
import { findPeer, type PeerName } from "../../tools/peers.mjs";

/** True when tests that need these peers are to be skipped. `npm test` says at its end what was missing, and how to get it. */
export function isMissing(...names: readonly PeerName[]): boolean {
  return process.env["CI"] !== "true" && names.some((name) => findPeer(name) === undefined);
}

/** An `it` that skips, with the reason in the title. */
function skipping(reason: string): typeof it {
  const skip = (name: string): void => it.skip(`${name} (skipped: ${reason})`);
  const each = (cases: readonly unknown[]) => (name: string) =>
    it.skip.each([...cases])(`${name} (skipped: ${reason})`, () => undefined);
  return Object.assign(skip, { each }) as unknown as typeof it;
}

/** `it` for tests that need Chromium. */
export const chromiumIt: typeof it = isMissing("chromium") ? skipping("no Chromium, Chrome or Edge was found") : it;

/** `it` for tests that need Chromium and Firefox. */
export const browsersIt: typeof it = isMissing("chromium", "firefox")
  ? skipping("Chromium or Firefox was not found")
  : it;
