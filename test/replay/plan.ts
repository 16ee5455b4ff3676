// What of the recording is replayed and how: scenarios that run, scenarios left out with the reason, classes not built yet.

import { ABSENT_EVENTS } from "./differences.ts";
import type { SelectionOptions } from "./frame-selection.ts";
import type { Scenario } from "./recording.ts";

/** Classes of the API that this server answers with 40108 so far. */
export const NOT_BUILT: ReadonlySet<string> = new Set([
  "AlphaBlending",
  "Composite",
  "Dispatcher",
  "DispatcherOneToMany",
  "FaceOverlayFilter",
  "GStreamerFilter",
  "HttpPostEndpoint",
  "HubPort",
  "ImageOverlayFilter",
  "Mixer",
  "PlayerEndpoint",
  "RecorderEndpoint",
  "RtpEndpoint",
  "ZBarFilter",
]);

/** Scenarios that do not run, by pattern, each with its reason. A pattern that fits no scenario fails the test. */
export const LEFT_OUT: readonly { readonly scenario: RegExp; readonly because: string }[] = [
  { scenario: /\/23-webrtc-datachannels/, because: "data channels are not built yet" },
  { scenario: /\/(24|25b?)-player/, because: "players and recorders are not built yet" },
  { scenario: /\/26-hubs/, because: "hubs are not built yet" },
  { scenario: /\/27-filters/, because: "filters are not built yet" },
  { scenario: /\/28-rtpendpoint/, because: "RtpEndpoint is not built yet" },
  { scenario: /\/29-httppost/, because: "HttpPostEndpoint is not built yet" },
  { scenario: /invalid-utf8/, because: "the recorder did not keep the bytes; the bad-input tests send such a frame" },
];

/** How a scenario is replayed. */
export interface Conditions extends SelectionOptions {
  /** How much of a recorded pause is kept; undefined: every pause is cut to 30 ms. */
  readonly timeScale?: number;
  /** The server's period of garbage collection, in ms; undefined: its default. */
  readonly garbageCollectorPeriodMs?: number;
  /** How long an event is waited for at its place, in ms. */
  readonly eventLimitMs?: number;
  /** Operations whose values depend on media or a peer that a replay has not. */
  readonly liveOperations?: ReadonlySet<string>;
}

/** Events that need a source of media. */
const MEDIA_EVENTS: ReadonlySet<string> = new Set([
  "MediaStateChanged",
  "MediaFlowInStateChanged",
  "MediaFlowOutStateChanged",
  "MediaTranscodingStateChanged",
]);

/** Events that need a live peer. */
const PEER_EVENTS: ReadonlySet<string> = new Set([
  ...MEDIA_EVENTS,
  "IceComponentStateChanged",
  "NewCandidatePairSelected",
  "DtlsConnectionStateChange",
  "ConnectionStateChanged",
]);

/** What needs a source of media. */
const MEDIA_OPERATIONS: ReadonlySet<string> = new Set([
  "getStats",
  "getMediaState",
  "isMediaFlowingIn",
  "isMediaFlowingOut",
  "isMediaTranscoding",
]);

/** What needs a live peer. */
const PEER_OPERATIONS: ReadonlySet<string> = new Set([
  ...MEDIA_OPERATIONS,
  "getICECandidatePairs",
  "getIceConnectionState",
  "getDtlsConnectionState",
  "getConnectionState",
]);

/** How this scenario is replayed. */
export function conditionsOf(scenario: Scenario): Conditions {
  const absentEvents = ABSENT_EVENTS.filter((entry) => entry.scenario.test(scenario.name)).map(({ event }) => event);
  return { notBuilt: NOT_BUILT, absentEvents, ...ownConditions(scenario) };
}

function ownConditions({ name }: Scenario): Partial<Conditions> {
  // Recorded with a period of 4 s; a tenth of it here, and of the pauses.
  if (/\/5[0-3]-/.test(name)) return { timeScale: 0.1, garbageCollectorPeriodMs: 400, eventLimitMs: 3000 };
  // An answer is asked for again after 21 s, when it is not kept any more.
  if (/\/07b-/.test(name)) return { timeScale: 1 };
  // Two endpoints of the server connect to each other, but the player that fed one of them is not there.
  if (/\/22-/.test(name)) return { ignoredEvents: MEDIA_EVENTS, liveOperations: MEDIA_OPERATIONS, eventLimitMs: 1500 };
  // The browser of the recording is not there.
  if (/\/40-/.test(name)) return { ignoredEvents: PEER_EVENTS, liveOperations: PEER_OPERATIONS };
  return {};
}

/** The scenarios that run. */
export function planned(recording: ReadonlyMap<string, Scenario>): readonly Scenario[] {
  return [...recording.values()].filter(({ name }) => !LEFT_OUT.some(({ scenario }) => scenario.test(name)));
}
