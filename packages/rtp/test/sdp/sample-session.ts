// Our side as the SDP tests use it, and the recorded offers.
import { readdirSync, readFileSync } from "node:fs";
import { AUDIO_CODECS, AUDIO_EXTENSIONS, type LocalSession, VIDEO_CODECS, VIDEO_EXTENSIONS } from "@kurento-ts/rtp";

const FOLDER = new URL("./fixtures/", import.meta.url);

/** The names of all recorded offers, without `.sdp`. */
export const OFFERS: readonly string[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".sdp"))
  .map((name) => name.slice(0, -4))
  .sort();

/** The offers of {@link OFFERS} in which nothing can be carried. */
export const UNCARRIABLE: readonly string[] = ["century-1998", "no-rtcp-mux", "plain-rtp-kurento", "plain-rtp-short"];

/** The text of a recorded offer, with CRLF. */
export function readOffer(name: string): string {
  return readFileSync(new URL(`${name}.sdp`, FOLDER), "utf8").replaceAll("\n", "\r\n");
}

/** An endpoint with everything. */
export const LOCAL: LocalSession = {
  sessionId: "4004337923",
  iceUfrag: "q7Kd",
  icePwd: "s3Vh9wLxT2mRz8PbYc5NfA",
  fingerprint: {
    algorithm: "sha-256",
    value: "C3:F5:46:EC:5A:9E:65:BC:53:EF:6C:F3:62:B1:B1:A1:24:3C:A4:ED:6F:43:7F:8D:BE:39:5B:62:F1:04:B4:10",
  },
  cname: "cname-of-us",
  streamId: "stream-of-us",
  direction: "sendrecv",
  audio: { codecs: AUDIO_CODECS, extensions: AUDIO_EXTENSIONS, ssrc: 11, trackId: "audio-of-us" },
  video: { codecs: VIDEO_CODECS, extensions: VIDEO_EXTENSIONS, ssrc: 21, rtxSsrc: 22, trackId: "video-of-us" },
  data: { sctpPort: 5000, maxMessageSize: 262144 },
};

/** {@link LOCAL} without audio, video or data. */
export function localWithout(...kinds: readonly ("audio" | "video" | "data")[]): LocalSession {
  const { audio, video, data, ...rest } = LOCAL;
  return {
    ...rest,
    ...(audio !== undefined && !kinds.includes("audio") ? { audio } : {}),
    ...(video !== undefined && !kinds.includes("video") ? { video } : {}),
    ...(data !== undefined && !kinds.includes("data") ? { data } : {}),
  };
}
