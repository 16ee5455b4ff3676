// What came of an m-line, before anything was agreed.

import type { NegotiatedMedia } from "./negotiated-media.ts";
import { remoteMediaOf } from "./remote-media.ts";
import type { MediaDescription, SessionDescription } from "./session-description.ts";

/** An accepted m-line on which nothing is agreed yet. `remote` is the peer's side of it. */
export function unagreedOutcome(
  description: SessionDescription,
  remote: MediaDescription,
  index: number,
  mid: string | undefined = remote.mid,
): NegotiatedMedia {
  const { kind } = remote;
  return {
    index,
    mid,
    kind: kind === "audio" || kind === "video" || kind === "application" ? kind : "unknown",
    rejected: false,
    rejectedBecause: undefined,
    direction: "inactive",
    remoteDirection: remote.direction ?? description.direction ?? "sendrecv",
    codecs: [],
    extensions: new Map(),
    bundled: false,
    rtcpMux: false,
    rtcpReducedSize: false,
    local: undefined,
    remote: remoteMediaOf(description, remote),
    sctp: undefined,
  };
}

/** An m-line that is not used. */
export function rejectedOutcome(
  description: SessionDescription,
  remote: MediaDescription,
  index: number,
  because: string,
  mid: string | undefined = remote.mid,
): NegotiatedMedia {
  return { ...unagreedOutcome(description, remote, index, mid), rejected: true, rejectedBecause: because };
}
