// Tests that need a program of others: skipped where it is missing, except with CI=true, where a missing peer is a failure.

import { it } from "vitest";
import { findPeer, type PeerName } from "../../tools/peers.mjs";

/** True when tests that need these peers are to be skipped. `npm test` says at its end what was missing, and how to get it. */
export function isMissing(...names: readonly PeerName[]): boolean {
  return process.env["CI"] !== "true" && names.some((name) => findPeer(name) === undefined);
}

/** `it` for tests that need Chromium. */
export const chromiumIt: typeof it = isMissing("chromium") ? (it.skip as typeof it) : it;

/** `it` for tests that need Chromium and Firefox. */
export const browsersIt: typeof it = isMissing("chromium", "firefox") ? (it.skip as typeof it) : it;
