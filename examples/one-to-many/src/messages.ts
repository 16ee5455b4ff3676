// What the page and the server say to each other over the signalling WebSocket, one JSON object a message.

/** An ICE candidate as browsers and Kurento both write it. */
export interface Candidate {
  readonly candidate: string;
  readonly sdpMid: string;
  readonly sdpMLineIndex: number;
}

/** Page → server. */
export type PageMessage =
  | { readonly type: "present" | "watch"; readonly offer: string }
  | { readonly type: "candidate"; readonly candidate: Candidate }
  | { readonly type: "stop" };

/** Server → page. */
export type ServerMessage =
  | { readonly type: "answer"; readonly answer: string }
  | { readonly type: "candidate"; readonly candidate: Candidate }
  /** The request cannot be served now; the connection stays usable. */
  | { readonly type: "refused"; readonly reason: string }
  /** What was going on has ended. */
  | { readonly type: "ended"; readonly reason: string }
  /** What is going on; sent at the start and after every change. */
  | { readonly type: "state"; readonly presenting: boolean; readonly viewers: number; readonly mediaServer: boolean };

const MAX_SDP_LENGTH = 200_000;

/** Reads a message of the page; throws a TypeError that says what is wrong with it. */
export function readPageMessage(text: string): PageMessage {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    throw new TypeError("message: expected JSON");
  }
  if (!isRecord(message)) throw new TypeError("message: expected an object");
  switch (message.type) {
    case "present":
    case "watch":
      if (typeof message.offer !== "string" || message.offer.length > MAX_SDP_LENGTH) {
        throw new TypeError("message.offer: expected an SDP offer");
      }
      return { type: message.type, offer: message.offer };
    case "candidate":
      return { type: "candidate", candidate: readCandidate(message.candidate) };
    case "stop":
      return { type: "stop" };
    default:
      throw new TypeError(
        `message.type: expected present, watch, candidate or stop, got ${JSON.stringify(message.type)}`,
      );
  }
}

function readCandidate(value: unknown): Candidate {
  if (!isRecord(value) || typeof value.candidate !== "string" || value.candidate.length > 2_000) {
    throw new TypeError("message.candidate: expected an ICE candidate");
  }
  const { candidate, sdpMid, sdpMLineIndex } = value;
  return {
    candidate,
    sdpMid: typeof sdpMid === "string" ? sdpMid : "0",
    sdpMLineIndex: Number.isInteger(sdpMLineIndex) ? Number(sdpMLineIndex) : 0,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
