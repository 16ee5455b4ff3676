// The fan-out benchmark: what our server costs for one presenter and N viewers, next to the least that can forward at all.
import { parseArgs } from "node:util";
import { type Flow, quantile, type SetUp, Show } from "./show.ts";
import { type Subject, startBare, startOurs } from "./subject.ts";
import { PACKETS_PER_SECOND } from "./test-media.ts";

type Name = "ours" | "bare";
const SUBJECTS: Readonly<Record<Name, () => Promise<Subject>>> = { ours: startOurs, bare: startBare };

/**
 * Media flows through one server for so long, then through the other: what else the machine does falls on both. The pause
 * stays below the 2 s after which our server tells that media stopped, which would cost it what no show costs.
 */
const TURN_SECONDS = 1;
/** Not counted: both servers run code that the compiler has seen for a while, as a server does after its first minute. */
const WARM_UP_SECONDS = 5;

/** What one round found of one server. */
interface Measurement extends SetUp {
  /** Server CPU for each packet that arrived at a viewer, in microseconds. */
  readonly cpuUsPerPacket: number;
  readonly rssBytesPerViewer: number;
  readonly delayP50Ms: number;
  readonly delayP99Ms: number;
  /** Packets and whole video frames that arrived, of those that the presenter sent to every viewer. */
  readonly packetsDelivered: number;
  readonly framesDelivered: number;
}

/** `npm run bench -- fanout`. */
export const fanout = {
  summary:
    "server CPU, memory and delay with one presenter and N viewers, and the same of a bare node-datachannel forwarder",
  usage: "[--viewers 1,10,50,100] [--seconds 10] [--rounds 3] [--only ours|bare] [--json]",

  async run(args: readonly string[]): Promise<void> {
    if (process.platform !== "linux") throw new Error("this benchmark reads CPU times from Linux' /proc");
    const { viewers: sizes, rounds, seconds, only, json } = readOptions(args);
    for (const viewers of sizes) {
      const found: Record<Name, Measurement[]> = { ours: [], bare: [] };
      for (let round = 0; round < rounds; round += 1) {
        const order: Name[] = round % 2 === 0 ? ["ours", "bare"] : ["bare", "ours"];
        const names = order.filter((name) => only === undefined || only === name);
        for (const [name, measured] of await measureByTurns(names, viewers, seconds)) {
          found[name].push(measured);
          if (json) console.log(JSON.stringify({ viewers, round, name, ...measured }));
        }
      }
      print(viewers, found);
    }
  },
};

/** Sets up a show on each server and lets media flow through one at a time, by turns. */
async function measureByTurns(
  names: readonly Name[],
  viewers: number,
  seconds: number,
): Promise<Map<Name, Measurement>> {
  const shows = new Map<Name, Show>();
  const flows = new Map<Name, Flow[]>(names.map((name) => [name, []]));
  try {
    for (const name of names) shows.set(name, await Show.begin(SUBJECTS[name], viewers));
    for (const show of shows.values()) await show.flow(WARM_UP_SECONDS);
    for (let turn = 0; turn < Math.ceil(seconds / TURN_SECONDS); turn += 1) {
      for (const [name, show] of shows) flows.get(name)?.push(await show.flow(TURN_SECONDS));
    }
    return new Map([...shows].map(([name, show]) => [name, conclude(show, flows.get(name) ?? [])]));
  } finally {
    await Promise.all([...shows.values()].map((show) => show.end()));
  }
}

function conclude(show: Show, flows: readonly Flow[]): Measurement {
  const sum = (pick: (flow: Flow) => number): number => flows.reduce((total, flow) => total + pick(flow), 0);
  const packets = sum((flow) => flow.packets);
  const delays = flows.flatMap((flow) => flow.delaysMs).sort((a, b) => a - b);
  return {
    ...show.setUp,
    cpuUsPerPacket: (sum((flow) => flow.cpuMs) * 1000) / packets,
    rssBytesPerViewer: show.rssBytesPerViewer(),
    delayP50Ms: quantile(delays, 0.5),
    delayP99Ms: quantile(delays, 0.99),
    packetsDelivered: packets / (sum((flow) => flow.sentPackets) * show.viewers),
    framesDelivered: sum((flow) => flow.frames) / (sum((flow) => flow.sentFrames) * show.viewers),
  };
}

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
