// Runs one of the benchmarks by name: npm run bench -- NAME [OPTIONS]; without a name, lists what there is.
import { setup as buildPackages } from "../test/support/build.ts";

interface Benchmark {
  readonly summary: string;
  readonly usage: string;
  run(args: readonly string[]): Promise<void>;
}

const BENCHMARKS: Readonly<Record<string, () => Promise<Benchmark>>> = {
  fanout: async () => (await import("./fanout/benchmark.ts")).fanout,
  rtp: async () => (await import("./rtp.ts")).rtp,
};

const [name, ...args] = process.argv.slice(2);
const load = name === undefined || !Object.hasOwn(BENCHMARKS, name) ? undefined : BENCHMARKS[name];
if (load === undefined) {
  if (name !== undefined) console.error(`there is no benchmark called ${name}`);
  for (const [known, loadKnown] of Object.entries(BENCHMARKS)) {
    const { summary, usage } = await loadKnown();
    console.log(`npm run bench -- ${known} ${usage}\n    ${summary}`);
  }
  process.exitCode = name === undefined ? 0 : 2;
} else {
  buildPackages();
  await (await load()).run(args);
}
