// The SDP that the benchmark's peers speak: an offer of one audio and one video, and reading the answer.
import type { RemoteParameters } from "../../packages/server/src/transport/remote-description.ts";
import type { WebRtcTransport } from "../../packages/server/src/transport/webrtc-transport.ts";
import { AUDIO, VIDEO } from "./test-media.ts";

/** Who a peer is in the show. */
export type Role = "presenter" | "viewer";

/**
 * An offer without candidates: the peer calls the server once it has the answer, and never the other way round. Two peers
 * of this kind otherwise lose a first flight of DTLS, and a second with it, which would hide what set-up costs.
 */
export function writeOffer(transport: WebRtcTransport, role: Role): string {
  const direction = role === "presenter" ? "sendonly" : "recvonly";
  const section = (mid: string, kind: string, lines: readonly string[], ssrc: number): string[] => [
    kind,
    "c=IN IP4 0.0.0.0",
    "a=rtcp:9 IN IP4 0.0.0.0",
    `a=ice-ufrag:${transport.credentials.ufrag}`,
    `a=ice-pwd:${transport.credentials.pwd}`,
    `a=fingerprint:${transport.fingerprint.algorithm} ${transport.fingerprint.value}`,
    "a=setup:actpass",
    `a=mid:${mid}`,
    `a=${direction}`,
    "a=rtcp-mux",
    "a=extmap:3 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    ...lines,
    ...(role === "presenter" ? [`a=ssrc:${ssrc} cname:bench`] : []),
  ];
  return [
    "v=0",
    "o=- 1 1 IN IP4 127.0.0.1",
    "s=-",
    "t=0 0",
    "a=group:BUNDLE 0 1",
    ...section(
      "0",
      `m=audio 9 UDP/TLS/RTP/SAVPF ${AUDIO.payloadType}`,
      [`a=rtpmap:${AUDIO.payloadType} opus/48000/2`],
      AUDIO.ssrc,
    ),
    ...section(
      "1",
      `m=video 9 UDP/TLS/RTP/SAVPF ${VIDEO.payloadType}`,
      [
        `a=rtpmap:${VIDEO.payloadType} VP8/90000`,
        ...["goog-remb", "ccm fir", "nack", "nack pli"].map((feedback) => `a=rtcp-fb:${VIDEO.payloadType} ${feedback}`),
      ],
      VIDEO.ssrc,
    ),
    "",
  ].join("\r\n");
}

/** What an SDP says of its sender's transport. @throws Error when something is missing. */
export function readTransport(sdp: string, type: "offer" | "answer"): RemoteParameters & { candidates: string[] } {
  const attribute = (name: string): string => {
    const value = new RegExp(`^a=${name}:(.*?)\\r?$`, "m").exec(sdp)?.[1];
    if (value === undefined) throw new Error(`the ${type} has no a=${name}:\n${sdp}`);
    return value;
  };
  const [algorithm = "", value = ""] = attribute("fingerprint").split(" ");
  const setup = attribute("setup");
  if (setup !== "active" && setup !== "passive" && setup !== "actpass") throw new Error(`a=setup:${setup}`);
  const candidates = [...sdp.matchAll(/^a=(candidate:.*?)\r?$/gm)].map(([, line = ""]) => line);
  return {
    type,
    ufrag: attribute("ice-ufrag"),
    pwd: attribute("ice-pwd"),
    fingerprint: { algorithm, value },
    setup,
    candidates: [...new Set(candidates)],
  };
}
