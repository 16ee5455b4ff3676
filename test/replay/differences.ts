// What our server means to do otherwise than Kurento, each with its reason. The compatibility page is made from this.

import type { DifferenceKind } from "./compare.ts";
import type { Difference } from "./replayer.ts";

/** A difference that is meant. Every given condition must hold; an entry that nothing matches is stale and fails. */
export interface IntendedDifference {
  /** What it is about, in a few words. */
  readonly subject: string;
  /** What a Kurento Media Server 7.3 does. */
  readonly kurento: string;
  /** What this server does. */
  readonly here: string;
  /** Why. */
  readonly because: string;
  /** Pattern of the scenario's name. */
  readonly scenario?: RegExp;
  readonly kind?: DifferenceKind | readonly DifferenceKind[];
  /** Pattern of the recorded request (or event). */
  readonly request?: RegExp;
  /** Pattern of the path in the message. */
  readonly path?: RegExp;
  /** Pattern of what was recorded. */
  readonly recorded?: RegExp;
  /** Pattern of what our server did. */
  readonly actual?: RegExp;
}

/** Whether a difference is the one that an entry means. */
export function isIntended(difference: Difference, entry: IntendedDifference): boolean {
  const kinds = entry.kind === undefined ? undefined : [entry.kind].flat();
  return (
    (kinds === undefined || kinds.includes(difference.kind)) &&
    (entry.scenario === undefined || entry.scenario.test(difference.scenario)) &&
    (entry.request === undefined || entry.request.test(difference.request)) &&
    (entry.path === undefined || entry.path.test(difference.path)) &&
    (entry.recorded === undefined || entry.recorded.test(difference.recorded)) &&
    (entry.actual === undefined || entry.actual.test(difference.actual))
  );
}

/** Every intended difference. */
export const INTENDED: readonly IntendedDifference[] = [
  {
    subject: "A message that is not JSON",
    kurento: "closes the connection without a word",
    here: "answers -32700 `Parse error.` with the id null; the connection goes on",
    because: "whoever made the mistake learns of it",
    scenario: /06-raw-(malformed|empty|single-quotes|trailing-comma)/,
    kind: "answered",
    actual: /"code":-32700/,
  },
  {
    subject: "Comments, and text after the message",
    kurento: "reads the message and ignores them",
    here: "answers -32700 `Parse error.`",
    because: "they are no JSON; no client sends them, and a reader of its own would be needed",
    scenario: /05-jsonrpc-framing/,
    kind: "order",
    request: /comment|garbage/,
    actual: /"code":-32700/,
  },
  {
    subject: "A list, number or text as a message of a connection with a session",
    kurento: "closes the connection without a word",
    here: "answers -32600 `Invalid JSON-RPC request.`, as without a session",
    because: "whoever made the mistake learns of it",
    scenario: /06-raw-(array|number|string)/,
    kind: "answered",
    actual: /"code":-32600/,
  },
  {
    subject: "`params` that is no object",
    kurento: "answers -32603 with an inner message, or closes the connection when it has a session",
    here: "answers -32602 `'params' should be an object`",
    because: "the text says what is wrong",
    scenario: /06-raw-params-(array|string|number)/,
    kind: ["answered", "code", "message", "extra-key"],
  },
  {
    subject: "JSON nested deeper than a stack takes",
    kurento: "closes the connection without a word from 1000 levels on",
    here: "answers -32700 from 100 levels on",
    because: "no message of the protocol is deeper than ten; whoever made the mistake learns of it",
    scenario: /90-danger-deep-json/,
    kind: "answered",
    actual: /"code":-32700/,
  },
  {
    subject: "A message that is too large",
    kurento: "closes the connection with 1006, somewhere between 2 and 40 MB",
    here: "closes the connection with 1009; the limit is the option `maxMessageBytes`, 16 MiB by default",
    because: "1009 is the code that says so",
    scenario: /90-danger-big-message-40MB/,
    kind: "close",
    actual: /^1009/,
  },
  {
    subject: "A parent of the wrong class in `create`",
    kurento: "answers -32603 `bad_weak_ptr`",
    here: "answers 40107 and names the object, its class and the class that is expected",
    because: "the text says what is wrong",
    recorded: /-32603|bad_weak_ptr|nothing/,
    request: /"method":"create"/,
    scenario: /04-errors|02-create|2[01]-/,
    path: /^error\./,
    kind: ["code", "message", "extra-key"],
  },
  {
    subject: "`connect` and `disconnect` with a sink that is no MediaElement",
    kurento: "dies (`connect`), or answers as if it had done it (`disconnect`)",
    here: "answers 40107 and names the object, its class and the class that is expected",
    because: "one wrong id must not end everybody's calls",
    scenario: /90-danger-(dis)?connect-sink/,
    kind: ["answered", "outcome"],
    actual: /40107/,
  },
  {
    subject: "`connect` with the `sessionId` null or empty",
    kurento: "answers an empty session id",
    here: "answers a new session, as without `sessionId`",
    because: "an empty id is no session that a client could use",
    scenario: /08-sessions/,
    kind: "value",
    path: /^result\.sessionId$/,
    recorded: /^""$/,
    request: /"method":"connect"/,
  },
  {
    subject: "`ServerManager.getSessions`",
    kurento: "also lists empty names",
    here: "lists sessions",
    because: "the empty ones are left over from calls without a session and mean nothing",
    kind: "list",
    request: /getSessions/,
    recorded: /^also \[""\]$/,
    actual: /^also \[\]$/,
  },
  {
    subject: "The id of an answer from the request cache",
    kurento:
      'is the first request\'s: a request with the id `"1"` that repeats one with the id `1` is answered with `1`',
    here: "is the request's own",
    because: "a client would not know what the answer is to",
    scenario: /07-request-cache/,
    kind: "order",
    path: /^id$/,
    actual: /"id":"1".*_kurento\.MediaPipeline"/,
  },
  {
    subject: "Calls that wait on purpose (`getUsedCpu`, `stopAndWait`)",
    kurento: "hold up the requests of their connection until they are done",
    here: "are answered when they are done; the requests behind them go on",
    because: "a client that measures the load for a second does not want to lose that second",
    scenario: /54-slow-call/,
    kind: "order",
  },
  {
    subject: "Protocol of the m-lines in an offer of the server, and in answers to one like it",
    kurento: "`RTP/SAVPF`",
    here: "`UDP/TLS/RTP/SAVPF`",
    because: "it is the name that RFC 8829 asks for and every browser writes",
    kind: "sdp",
    path: /\.m\[\d\]\.protocol$/,
    recorded: /^RTP\/SAVPF$/,
    actual: /^UDP\/TLS\/RTP\/SAVPF$/,
  },
  {
    subject: "ICE components and DTLS connections in `ICECandidatePairs`, `iceConnectionState`, `dtlsConnectionState`",
    kurento: "two of each",
    here: "one of each",
    because: "RTP and RTCP share a component, as in every browser; there is one DTLS connection",
    scenario: /\/22-/,
    kind: "list",
    request: /getICECandidatePairs|getIceConnectionState|getDtlsConnectionState/,
    recorded: /^2 entries$/,
    actual: /^1 entries$/,
  },
  {
    subject: "AV1",
    kurento: "in the SDP where its configuration and its GStreamer have it",
    here: "in the SDP always",
    because: "media is forwarded, so that no encoder is needed",
    kind: "sdp",
    path: /codecs$/,
    recorded: /^$/,
    actual: /^AV1\/90000$/,
  },
  {
    subject: "Data channels",
    kurento: "`useDataChannels` adds an m-line",
    here: "it does not",
    because: "data channels come with a later version",
    kind: "sdp",
    path: /\.m$/,
    recorded: /^audio video application$/,
    actual: /^audio video$/,
  },
  {
    subject: "An SDP that cannot be read",
    kurento: "`Invalid SDP`",
    here: "the same text, and which line is wrong and why",
    because: "the text says what is wrong",
    kind: "message",
    recorded: /^"Invalid SDP"$/,
    actual: /^"Invalid SDP: /,
  },
  {
    subject: "The description of an `Error` event",
    kurento: "Kurento's text between a number and places in the source of GStreamer",
    here: "the text",
    because: "the places mean nothing here",
    kind: "value",
    path: /data\.description$/,
    request: /"onEvent"/,
  },
  {
    subject: "A transaction in a transaction",
    kurento: "runs it",
    here: "answers that operation with 40008 and ends the list",
    because: "`newref` would mean two things; no client sends it",
    scenario: /09-transaction/,
    request: /"operations":\[\]/,
  },
  {
    subject: "An operation of a transaction that is no object",
    kurento: "answers -32603 with an inner message",
    here: "answers 40008 and says which one it is",
    because: "the text says what is wrong",
    scenario: /09-transaction/,
    request: /"operations":\["x"\]/,
    path: /^error\./,
    kind: ["code", "message", "extra-key"],
  },
];

/** Recorded events that our server means not to raise. A pattern that fits no recorded event is stale and fails. */
export const ABSENT_EVENTS: readonly (Pick<IntendedDifference, "subject" | "kurento" | "here" | "because"> & {
  readonly scenario: RegExp;
  /** Pattern of the recorded event. */
  readonly event: RegExp;
})[] = [
  {
    subject: "The second ICE component",
    kurento: "opens a component for RTCP as well, gathers and connects it, and tells of it",
    here: "has one component; RTP and RTCP share it",
    because: "every browser sends both on one (RFC 5761)",
    scenario: /\/22-/,
    event: /"componentId":2,.*"type":"(IceComponentStateChanged|NewCandidatePairSelected)"/,
  },
  {
    subject: "`DtlsConnectionStateChange`",
    kurento: "comes twice, for the encrypting and for the decrypting part",
    here: "comes once",
    because: "there is one DTLS connection",
    scenario: /\/22-/,
    event: /dtlssrtpdec\]".*"type":"DtlsConnectionStateChange"/,
  },
];

/** What differs and is not to be seen in a single frame. Each is shown by a test of its own. */
export const BEYOND_FRAMES: readonly Pick<IntendedDifference, "subject" | "kurento" | "here" | "because">[] = [
  {
    subject: "Order of events",
    kurento: "sends events from a pool of threads: in no order, and now and then before the answer that they follow",
    here: "sends them in the order in which they were raised, after the answer to the request that raised them",
    because: "a client can rely on it",
  },
  {
    subject: "`ServerManager.getPipelines`",
    kurento: "keeps every pipeline that it lists alive for ever",
    here: "lists them",
    because: "looking at a server must not change what it holds",
  },
];
