// Runs the long form of a proof by name: npm run soak -- NAME [COUNT]; without a name, lists what there is.

import { setup as buildPackages } from "../support/build.ts";
import type { Proof } from "./proof.ts";

const PROOFS: Readonly<Record<string, () => Promise<Proof>>> = {
  parsers: async () => (await import("./parsers.ts")).parsers,
  endpoints: async () => (await import("./endpoints.ts")).endpoints,
};

async function main(): Promise<void> {
  const [name, count] = process.argv.slice(2);
  const load = name === undefined || !Object.hasOwn(PROOFS, name) ? undefined : PROOFS[name];
  if (load === undefined) {
    if (name !== undefined) console.error(`there is no proof called ${name}`);
    for (const [known, loadKnown] of Object.entries(PROOFS)) {
      const { summary, fullCount } = await loadKnown();
      console.log(`npm run soak -- ${known} [COUNT, ${fullCount} by default]\n    ${summary}`);
    }
    process.exitCode = name === undefined ? 0 : 2;
    return;
  }
  buildPackages();
  const proof = await load();
  const rounds = count === undefined ? proof.fullCount : Number(count);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new RangeError(`COUNT: expected a whole number from 1 on, got ${count}`);
  const started = performance.now();
  const lines = await proof.run(rounds, Date.now() % 2 ** 31);
  console.log(`${name}, ${rounds} rounds in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  for (const line of lines) console.log(`  ${line}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
