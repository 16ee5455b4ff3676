// The fan-out benchmark: what our server costs for one presenter and N viewers, next to the least that can forward at all.
import { parseArgs } from "node:util";
import { type Measurement, measureShow, quantile } from "./show.ts";
import { type Subject, startBare, startOurs } from "./subject.ts";
import { PACKETS_PER_SECOND } from "./test-media.ts";

type Name = "ours" | "bare";
const SUBJECTS: Readonly<Record<Name, () => Promise<Subject>>> = { ours: startOurs, bare: startBare };

/** `npm run bench -- fanout`. */
export const fanout = {
  summary:
    "server CPU, memory and delay with one presenter and N viewers, and the same of a bare node-datachannel forwarder",
  usage: "[--viewers 1,10,50,100] [--seconds 10] [--rounds 3] [--only ours|bare] [--json]",

  async run(args: readonly string[]): Promise<void> {
    if (process.platform !== "linux") throw new Error("this benchmark reads CPU times from Linux' /proc");
    const options = readOptions(args);
    for (const viewers of options.viewers) {
      const found: Record<Name, Measurement[]> = { ours: [], bare: [] };
      for (let round = 0; round < options.rounds; round += 1) {
        // In turns, the first one changing: what else the machine does then falls on both.
        const order: Name[] = round % 2 === 0 ? ["ours", "bare"] : ["bare", "ours"];
        for (const name of order.filter((one) => options.only === undefined || options.only === one)) {
          const measured = await measureShow(SUBJECTS[name], viewers, options.seconds);
          found[name].push(measured);
          if (options.json) console.log(JSON.stringify({ round, name, ...measured }));
        }
      }
      print(viewers, found);
    }
  },
};

function readOptions(args: readonly string[]): {
  viewers: number[];
  seconds: number;
  rounds: number;
  only: Name | undefined;
  json: boolean;
} {
  const { values } = parseArgs({
    args: [...args],
    options: {
      viewers: { type: "string", default: "1,10,50,100" },
      seconds: { type: "string", default: "10" },
      rounds: { type: "string", default: "3" },
      only: { type: "string" },
      json: { type: "boolean", default: false },
    },
  });
  const positive = (name: string, text: string): number => {
    const value = Number(text);
    if (!(value > 0 && Number.isInteger(value)))
      throw new TypeError(`--${name}: expected a whole number above 0, got ${text}`);
    return value;
  };
  const { only } = values;
  if (only !== undefined && only !== "ours" && only !== "bare")
    throw new TypeError(`--only: expected ours or bare, got ${only}`);
  return {
    viewers: values.viewers.split(",").map((text) => positive("viewers", text)),
    seconds: positive("seconds", values.seconds),
    rounds: positive("rounds", values.rounds),
    only,
    json: values.json,
  };
}

/** The rows of the report: how a measurement is shown, median first, then least and most. */
const ROWS: readonly [label: string, digits: number, pick: (measured: Measurement) => number][] = [
  ["CPU µs per packet", 1, (measured) => measured.cpuUsPerPacket],
  ["viewers per core", 0, (measured) => 1e6 / (measured.cpuUsPerPacket * PACKETS_PER_SECOND)],
  ["RSS MB per viewer", 3, (measured) => measured.rssBytesPerViewer / 1e6],
  ["delay p50 ms", 2, (measured) => measured.delayP50Ms],
  ["delay p99 ms", 2, (measured) => measured.delayP99Ms],
  ["packets delivered %", 2, (measured) => measured.packetsDelivered * 100],
  ["frames delivered %", 2, (measured) => measured.framesDelivered * 100],
  ["set-up ms", 1, (measured) => measured.setupMs],
  ["set-up CPU ms", 2, (measured) => measured.setupCpuMs],
];

function print(viewers: number, found: Record<Name, readonly Measurement[]>): void {
  const names = (Object.keys(found) as Name[]).filter((name) => found[name].length > 0);
  console.log(
    `\n${viewers} viewer${viewers === 1 ? "" : "s"}`.padEnd(25) + names.map((name) => name.padStart(28)).join(""),
  );
  for (const [label, digits, pick] of ROWS) {
    const cells = names.map((name) => spread(found[name].map(pick), digits).padStart(28));
    console.log(`  ${label.padEnd(22)}${cells.join("")}`);
  }
  const ratios = found.ours.flatMap((ours, round) => {
    const bare = found.bare[round];
    return bare === undefined ? [] : [ours.cpuUsPerPacket / bare.cpuUsPerPacket];
  });
  if (ratios.length > 0) console.log(`  ${"CPU ours / bare".padEnd(22)}${spread(ratios, 2).padStart(28)}`);
}

/** `median (least–most)`. */
function spread(values: readonly number[], digits: number): string {
  const sorted = [...values].sort((a, b) => a - b);
  const [least, median, most] = [quantile(sorted, 0), quantile(sorted, 0.5), quantile(sorted, 1)];
  const shown = (value: number): string => value.toFixed(digits);
  return sorted.length === 1 ? shown(median) : `${shown(median)} (${shown(least)}–${shown(most)})`;
}
