// Two payload types mean one codec when name, clock, channels and profile agree.
import { answerOffer, type CodecCapability, parseSdp, VIDEO_CODECS } from "@kurento-ts/rtp";
import { expect, it } from "vitest";
import { LOCAL } from "./sample-session.ts";

function isAccepted(name: string, fmtp: string, codecs: readonly CodecCapability[] = VIDEO_CODECS): boolean {
  const offer = [
    ...[
      "v=0",
      "o=- 1 1 IN IP4 0.0.0.0",
      "a=ice-ufrag:abcd",
      "a=ice-pwd:abcdefghijklmnopqrstuv",
      "a=fingerprint:sha-256 AB",
    ],
    ...[
      "m=video 9 UDP/TLS/RTP/SAVPF 96",
      "a=rtcp-mux",
      `a=rtpmap:96 ${name}`,
      ...(fmtp === "" ? [] : [`a=fmtp:96 ${fmtp}`]),
    ],
  ].join("\r\n");
  const { media } = answerOffer(parseSdp(offer), { ...LOCAL, video: { ...LOCAL.video!, codecs } });
  return media[0]?.rejected === false;
}

function h264(profileLevelId: string, mode = "1"): CodecCapability {
  const parameters = { "profile-level-id": profileLevelId, "packetization-mode": mode };
  return { name: "H264", clockRate: 90000, parameters, feedback: [], rtx: false };
}

it.each([
  ["VP8/90000", ""],
  ["vp8/90000", ""],
  ["VP9/90000", ""],
  ["VP9/90000", "profile-id=2"],
  ["AV1/90000", "level-idx=5;profile=0;tier=0"],
  ["AV1/90000", ""],
  ["H264/90000", "packetization-mode=1;profile-level-id=640c34"],
  ["H264/90000", "packetization-mode=1;profile-level-id=42E034"],
  ["H264/90000", ""],
])("%s with %j is a codec of ours", (name, fmtp) => {
  expect(isAccepted(name, fmtp)).toBe(true);
});

it.each([
  ["VP8/48000", ""],
  ["VP8/90000/2", ""],
  ["VP9/90000", "profile-id=7"],
  ["H264/90000", "packetization-mode=2;profile-level-id=42e01f"],
  ["H264/90000", "packetization-mode=1;profile-level-id=f4001f"],
  ["H264/90000", "packetization-mode=1;profile-level-id=zzz"],
  ["H265/90000", ""],
  ["H264-SVC/90000", ""],
])("%s with %j is not", (name, fmtp) => {
  expect(isAccepted(name, fmtp)).toBe(false);
});

it.each([
  ["42e01f", "42e034", true],
  ["42e01f", "42c01f", true],
  ["42e01f", "4d801f", true],
  ["42e01f", "58c01f", true],
  ["42001f", "42801f", true],
  ["42001f", "58801f", true],
  ["4d001f", "4d401f", true],
  ["640c1f", "640c34", true],
  ["42e01f", "42001f", false],
  ["42e01f", "4d001f", false],
  ["4d001f", "64001f", false],
  ["640c1f", "64001f", false],
] as const)("profile-level-id %s and %s: same profile %s", (ours, theirs, isSame) => {
  expect(isAccepted("H264/90000", `packetization-mode=1;profile-level-id=${theirs}`, [h264(ours)])).toBe(isSame);
});

it("packetization modes 0 and 1 are kept apart", () => {
  const offered = "packetization-mode=1;profile-level-id=42e01f";
  expect(isAccepted("H264/90000", offered, [h264("42e01f", "0")])).toBe(false);
  expect(isAccepted("H264/90000", offered, [h264("42e01f", "1")])).toBe(true);
});
