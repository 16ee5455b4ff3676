// What was recorded from a Kurento Media Server is replayed against ours: nothing differs but what is meant to.
import { readFile } from "node:fs/promises";
import { kurentoApi } from "@kurento-ts/protocol/api";
import { type KurentoServer, startServer } from "@kurento-ts/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compatibilityPage } from "./compatibility-page.ts";
import { ABSENT_EVENTS, INTENDED, type IntendedDifference, isIntended } from "./differences.ts";
import { selectFrames } from "./frame-selection.ts";
import { conditionsOf, LEFT_OUT, NOT_BUILT, planned } from "./plan.ts";
import { loadRecording } from "./recording.ts";
import { ReplayConnection } from "./replay-connection.ts";
import { replay } from "./replayer.ts";

/** Fewer frames than this compared: something is skipped that should not be. It only ever rises. */
const FLOOR = 1297;

const recording = loadRecording();
const scenarios = planned(recording);
const used = new Set<IntendedDifference>();
let compared = 0;
let skipped = 0;

let server: KurentoServer;
/** Collects garbage every 400 ms. */
let collecting: KurentoServer;

beforeAll(async () => {
  [server, collecting] = await Promise.all([
    startServer({ port: 0 }),
    startServer({ port: 0, garbageCollectorPeriodMs: 400 }),
  ]);
});

afterAll(async () => {
  await Promise.all([server?.close(), collecting?.close()]);
});

describe("a recorded scenario differs only where it is meant to:", () => {
  test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
    "%s",
    async (_name, scenario) => {
      const conditions = conditionsOf(scenario);
      const { port } = conditions.garbageCollectorPeriodMs === undefined ? server : collecting;
      const report = await replay(scenario, { origin: `ws://127.0.0.1:${port}`, ...conditions });
      compared += report.compared;
      skipped += report.skipped;
      const unmeant = report.differences.filter((difference) => {
        const entry = INTENDED.find((candidate) => isIntended(difference, candidate));
        if (entry !== undefined) used.add(entry);
        return entry === undefined;
      });
      expect(unmeant).toEqual([]);
      expect(report.compared).toBe(selectFrames(scenario, conditions).compared.size);
    },
    60_000,
  );

  test("every intended difference was met, and every reason to leave a scenario out fits one", () => {
    expect(INTENDED.filter((entry) => !used.has(entry)).map(({ subject }) => subject)).toEqual([]);
    const stale = ABSENT_EVENTS.filter(
      (entry) =>
        !scenarios.some(
          ({ name, frames }) => entry.scenario.test(name) && frames.some(({ raw }) => entry.event.test(raw)),
        ),
    );
    expect(stale.map(({ subject }) => subject)).toEqual([]);
    expect(LEFT_OUT.filter(({ scenario }) => ![...recording.keys()].some((name) => scenario.test(name)))).toEqual([]);
  });

  test("no fewer frames were compared than ever before", () => {
    console.log(`replay: ${compared} frames of ${scenarios.length} scenarios compared, ${skipped} skipped`);
    expect(compared).toBeGreaterThanOrEqual(FLOOR);
  });
});

test("the classes that are said not to be built are the ones that the server does not make", async () => {
  const connection = new ReplayConnection(server.url);
  try {
    await connection.opened(5000);
    const refused: string[] = [];
    const classes = kurentoApi()
      .classes.filter(
        ({ abstract, constructorParams, name }) => !abstract && constructorParams && name !== "ServerManager",
      )
      .map(({ name }) => name);
    for (const [id, type] of classes.entries()) {
      connection.send(JSON.stringify({ jsonrpc: "2.0", id, method: "create", params: { type } }), false);
      const answer = await connection.until(() => connection.answers.shift(), 5000);
      if (answer?.raw.includes("40108")) refused.push(type);
    }
    expect(refused.sort()).toEqual([...NOT_BUILT].sort());
  } finally {
    await connection.terminate();
  }
});

test("the page of differences is current (else: npx tsx tools/compatibility/main.ts)", async () => {
  const page = await readFile(new URL("../../docs/compatibility.md", import.meta.url), "utf8");
  expect(page).toBe(compatibilityPage());
});
