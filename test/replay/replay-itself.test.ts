// The replay proves itself: the recording against itself differs in nothing, and a changed frame is found.
import { describe, expect, test } from "vitest";
import { selectFrames } from "./frame-selection.ts";
import { loadRecording, type RecordedFrame, type Scenario } from "./recording.ts";
import { type ReplayReport, replay } from "./replayer.ts";
import { startStandIn } from "./stand-in.ts";

const recording = loadRecording();
const ALL_BUILT: ReadonlySet<string> = new Set();

async function replayAgainst(scenario: Scenario, served: Scenario): Promise<ReplayReport> {
  await using standIn = await startStandIn(served);
  return await replay(scenario, { origin: standIn.origin, notBuilt: ALL_BUILT, eventLimitMs: 200 });
}

/** The scenario with the text of one frame changed. */
function changed(scenario: Scenario, at: (frame: RecordedFrame) => boolean, change: (raw: string) => string): Scenario {
  let done = false;
  const frames = scenario.frames.map((frame) => {
    if (done || !at(frame)) return frame;
    done = true;
    return { ...frame, raw: change(frame.raw) };
  });
  if (!done) throw new Error(`no such frame in ${scenario.name}`);
  return { ...scenario, frames };
}

function scenario(name: string): Scenario {
  const found = recording.get(name);
  if (found === undefined) throw new Error(`no scenario ${name}`);
  return found;
}

test("the recording has all its frames", () => {
  let frames = 0;
  for (const { frames: own } of recording.values())
    frames += own.filter(({ dir }) => dir === "send" || dir === "recv").length;
  expect(recording.size).toBe(82);
  expect(frames).toBe(3980);
});

// The two scenarios of 40 MB and 2 MB messages play elsewhere; every other one here.
test.concurrent.each([...recording.keys()].filter((name) => !/big-message/.test(name)))(
  "%s against itself differs in nothing",
  async (name) => {
    const report = await replayAgainst(scenario(name), scenario(name));
    expect(report.differences).toEqual([]);
    expect(report.compared).toBeGreaterThan(0);
  },
);

describe("a change in one frame is found, once:", () => {
  const sessions = scenario("protocol/08-sessions");
  const errors = scenario("protocol/04-errors");
  const manager = scenario("protocol/10-servermanager");
  const webrtc = scenario("media/21-webrtc-sdp-errors");
  const answerWith = (text: string) => (frame: RecordedFrame) => frame.dir === "recv" && frame.raw.includes(text);
  const cases: readonly [string, string, Scenario, (frame: RecordedFrame) => boolean, (raw: string) => string][] = [
    ["another code", "code", errors, answerWith('"code":40101'), (raw) => raw.replace("40101", "40102")],
    ["another message", "message", errors, answerWith("not found"), (raw) => raw.replace("not found", "is not there")],
    ["another error type", "value", errors, answerWith("MARSHALL"), (raw) => raw.replace("MARSHALL", "MARSHAL")],
    [
      "a result for an error",
      "outcome",
      errors,
      answerWith('"code":40001'),
      (raw) => raw.replace(/"error":\{.*?\}.*?\}/, '"result":{}'),
    ],
    ["a key less", "missing-key", sessions, answerWith('"serverId"'), (raw) => raw.replace(/"serverId":"[^"]*",/, "")],
    ["a key more", "extra-key", sessions, answerWith('"pong"'), (raw) => raw.replace('"value"', '"extra":1,"value"')],
    ["another value", "value", sessions, answerWith('"pong"'), (raw) => raw.replace("pong", "ping")],
    ["another type", "type", sessions, answerWith('"pong"'), (raw) => raw.replace('"pong"', "null")],
    ["another id", "order", sessions, answerWith('"pong"'), (raw) => raw.replace(/"id":\d+/, '"id":1')],
    ["another list", "list", manager, answerWith('"factories":["HubPort"'), (raw) => raw.replace('"HubPort",', "")],
    [
      "an object under another name",
      "value",
      sessions,
      answerWith("ElementConnected"),
      (raw) => raw.replace(/"sink":"[^"]*"/, '"sink":"x"'),
    ],
    [
      "another direction in an SDP",
      "sdp",
      webrtc,
      answerWith("m=video"),
      (raw) => raw.replace(/a=(sendrecv|recvonly|sendonly)/, "a=inactive"),
    ],
    [
      "an m-line less in an SDP",
      "sdp",
      webrtc,
      answerWith("m=video"),
      (raw) => raw.replace(/(.*)\\r\\nm=video.*?"/, '$1"'),
    ],
  ];
  test.each(cases)("%s", async (_what, kind, original, at, change) => {
    const report = await replayAgainst(original, changed(original, at, change));
    expect(report.differences.map((difference) => difference.kind)).toEqual([kind]);
  });

  test("an event less and an event more", async () => {
    const isEvent = (frame: RecordedFrame): boolean => frame.raw.includes("onEvent");
    const less = { ...sessions, frames: sessions.frames.filter((f) => f !== sessions.frames.find(isEvent)) };
    expect((await replayAgainst(sessions, less)).differences.map(({ kind }) => kind)).toEqual(["event-missing"]);
    const more = {
      ...sessions,
      frames: sessions.frames.flatMap((f) => (f === sessions.frames.find(isEvent) ? [f, f] : [f])),
    };
    expect((await replayAgainst(sessions, more)).differences.map(({ kind }) => kind)).toEqual(["event-unexpected"]);
  });

  test("an error text that goes on after the recorded one is none", async () => {
    const longer = changed(errors, answerWith('parameter should be a string"'), (raw) =>
      raw.replace("should be a string", "should be a string (invoke.object: expected String, got 5)"),
    );
    expect((await replayAgainst(errors, longer)).differences).toEqual([]);
  });
});

test("what concerns a class that is not built is skipped, with its answer and its events", () => {
  const player = scenario("media/25b-player-eos");
  const { skipped } = selectFrames(player, { notBuilt: new Set(["PlayerEndpoint"]) });
  const left = player.frames.filter(({ index, dir }) => !skipped.has(index) && (dir === "send" || dir === "recv"));
  expect(skipped.size).toBeGreaterThan(20);
  expect(left.length).toBeGreaterThan(2);
  expect(left.filter(({ raw }) => raw.includes("PlayerEndpoint"))).toEqual([]);
});
