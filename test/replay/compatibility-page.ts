// Writes the page docs/compatibility.md from the data of the replay.

import { ABSENT_EVENTS, BEYOND_FRAMES, INTENDED } from "./differences.ts";
import { selectFrames } from "./frame-selection.ts";
import { conditionsOf, LEFT_OUT, NOT_BUILT, planned } from "./plan.ts";
import { loadRecording, type Scenario } from "./recording.ts";
import { WITHOUT_EFFECT } from "./without-effect.ts";

const GROUPS: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["Envelope, methods and errors", /^protocol\/0[1-6]/],
  ["Sessions, references, subscriptions, garbage collection", /^protocol\/(08|13)|^extra-gc4s/],
  ["Request cache, transactions", /^protocol\/0(7|9)/],
  ["ServerManager", /^protocol\/10/],
  ["The WebSocket, order of answers", /^protocol\/1[12]/],
  ["Elements, SDP and events", /^media\/[234]|^chromium|^upstream/],
  ["Requests that end or hang a Kurento Media Server", /^media\/90/],
];

/** The text of the page. */
export function compatibilityPage(): string {
  const recording = loadRecording();
  const scenarios = planned(recording);
  return `${[
    "# What differs from Kurento",
    "",
    "<!-- Written by `npx tsx tools/compatibility/main.ts` from the data in test/replay: change it there. -->",
    "",
    "Frames recorded from a Kurento Media Server 7.3.0 are replayed against this server: the same requests on the same",
    "connections in the same order, and every answer and event is held against the recorded one (keys, types, error codes",
    "and messages, values, SDP by its m-lines, directions and codecs). Error messages begin with Kurento's text; what",
    "was expected and what came may follow in brackets. What differs, differs on purpose and stands here; anything else",
    "fails the test.",
    "",
    "## Different on purpose",
    "",
    "| | Kurento 7.3 | here | why |",
    "|---|---|---|---|",
    ...[...INTENDED, ...ABSENT_EVENTS, ...BEYOND_FRAMES].map(({ subject, kurento, here, because }) =>
      row(subject, kurento, here, because),
    ),
    "",
    "## Not built yet",
    "",
    `Creating one of these classes answers 40108 \`Factory '…' not found\`: ${[...NOT_BUILT].map(code).join(", ")}. \`ServerManager.getInfo\` lists them among the factories all the same, because clients ask there for Kurento's modules, not for what runs.`,
    "",
    "## Accepted without effect",
    "",
    "| | why |",
    "|---|---|",
    ...WITHOUT_EFFECT.map(({ member, because }) => row(member, because)),
    "",
    "## What is compared",
    "",
    "| recorded | scenarios | messages compared | skipped: not built yet |",
    "|---|---|---|---|",
    ...groupRows(scenarios),
    "",
    "Recorded and not replayed:",
    "",
    ...LEFT_OUT.flatMap(({ scenario, because }) => {
      const names = [...recording.keys()].filter((name) => scenario.test(name)).map((name) => code(name));
      return [`- ${names.join(", ")}: ${because}`];
    }),
    "",
  ].join("\n")}`;
}

function groupRows(scenarios: readonly Scenario[]): string[] {
  let [allCompared, allSkipped, all] = [0, 0, 0];
  const rows = GROUPS.map(([what, pattern]) => {
    const group = scenarios.filter(({ name }) => pattern.test(name));
    let [compared, skipped] = [0, 0];
    for (const scenario of group) {
      const selection = selectFrames(scenario, conditionsOf(scenario));
      compared += selection.compared.size;
      skipped += selection.skipped.size;
    }
    all += group.length;
    allCompared += compared;
    allSkipped += skipped;
    return row(what, String(group.length), String(compared), String(skipped));
  });
  if (all !== scenarios.length) throw new Error(`${scenarios.length - all} scenarios belong to no group of the page`);
  return [...rows, row("**together**", String(all), String(allCompared), String(allSkipped))];
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function code(text: string): string {
  return `\`${text}\``;
}
