// Session descriptions are read as RFC 8866 and the WebRTC attributes mean them.
import { parseSdp } from "@kurento-ts/rtp";
import { expect, it } from "vitest";
import { readOffer } from "./sample-session.ts";

const HEAD = ["v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0"];

function media(...lines: readonly string[]) {
  return parseSdp([...HEAD, "m=video 9 UDP/TLS/RTP/SAVPF 96 97", ...lines].join("\r\n")).media[0]!;
}

it("an offer of Chromium is read to the last stream", () => {
  const offer = parseSdp(readOffer("chromium-recorded"));
  expect(offer).toMatchObject({
    origin: { username: "-", sessionId: "3744034038062457587", sessionVersion: "2", address: "127.0.0.1" },
    groups: [{ semantics: "BUNDLE", mids: ["0", "1"] }],
    extmapAllowMixed: true,
    msidSemantic: { semantic: "WMS", ids: ["befac5a9-29cf-421b-8e15-8d8f4af8a9ec"] },
  });
  const [audio, video] = offer.media;
  expect(audio).toMatchObject({ kind: "audio", port: 9, mid: "0", direction: "sendrecv", setup: "actpass" });
  expect(audio).toMatchObject({ rtcpMux: true, rtcpReducedSize: true, iceUfrag: "Py7C", iceOptions: ["trickle"] });
  expect(audio?.attributes).toEqual([{ name: "rtcp-xr", value: "rcvr-rtt=all" }]);
  expect(audio?.codecs.map(({ name }) => name)).toEqual([
    ...["opus", "red", "G722", "PCMU", "PCMA", "CN", "telephone-event", "telephone-event"],
  ]);
  expect(audio?.codecs[0]).toEqual({
    payloadType: 111,
    name: "opus",
    clockRate: 48000,
    channels: 2,
    fmtp: "minptime=10;useinbandfec=1",
    parameters: new Map([
      ["minptime", "10"],
      ["useinbandfec", "1"],
    ]),
    feedback: ["transport-cc"],
  });
  expect(video?.ssrcGroups).toEqual([{ semantics: "FID", ssrcs: [3939971124, 4077237953] }]);
  expect(video?.codecs[0]?.feedback).toEqual(["goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"]);
  expect(video?.extensions).toContainEqual({ id: 13, uri: "urn:3gpp:video-orientation" });
});

it("an offer of Firefox is read, with the fingerprint and ICE options at session level", () => {
  const offer = parseSdp(readOffer("firefox-data"));
  expect(offer.fingerprints).toHaveLength(1);
  expect(offer.iceOptions).toEqual(["trickle"]);
  expect(offer.media[0]?.extensions).toContainEqual({
    id: 2,
    direction: "recvonly",
    uri: "urn:ietf:params:rtp-hdrext:csrc-audio-level",
  });
  expect(offer.media[0]?.codecs.at(-1)?.parameters).toEqual(new Map([["0-15", ""]]));
  expect(offer.media[2]).toMatchObject({
    kind: "application",
    formats: ["webrtc-datachannel"],
    codecs: [],
    sctpPort: 5000,
    maxMessageSize: 1073741823,
  });
});

it("simulcast by rid is read", () => {
  const [video] = parseSdp(readOffer("firefox-simulcast")).media;
  expect(video?.rids.map(({ id, direction }) => `${id} ${direction}`)).toEqual(["l send", "m send", "h send"]);
  expect(media("a=rid:hi send pt=96;max-width=640", "a=simulcast:send hi,~lo;~mid recv x")).toMatchObject({
    rids: [{ id: "hi", direction: "send", restrictions: "pt=96;max-width=640" }],
    simulcast: {
      send: [
        [
          { rid: "hi", paused: false },
          { rid: "lo", paused: true },
        ],
        [{ rid: "mid", paused: true }],
      ],
      receive: [[{ rid: "x", paused: false }]],
    },
  });
});

it("feedback for all payload types is spread over them", () => {
  const { codecs } = media(
    "a=rtpmap:96 VP8/90000",
    "a=rtpmap:97 rtx/90000",
    "a=rtcp-fb:* nack pli",
    "a=rtcp-fb:96 nack",
  );
  expect(codecs.map(({ feedback }) => feedback)).toEqual([["nack", "nack pli"], ["nack pli"]]);
});

it("payload types that RFC 3551 defines need no rtpmap, others without one have no codec", () => {
  const text = [...HEAD, "m=audio 9 RTP/AVP 0 8 96"].join("\n");
  expect(parseSdp(text).media[0]).toMatchObject({ formats: ["0", "8", "96"] });
  expect(parseSdp(text).media[0]?.codecs.map(({ name }) => name)).toEqual(["PCMU", "PCMA"]);
});

it("candidates, crypto, bandwidth and rtcp are read", () => {
  const section = media(
    "b=AS:500",
    "b=TIAS:480000",
    "a=rtcp:40001 IN IP4 192.0.2.1",
    "a=candidate:1 1 udp 2122260223 192.0.2.1 40000 typ host generation 0",
    "a=end-of-candidates",
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc KDR=1",
    "a=rtcp-mux-only",
    "a=bundle-only",
  );
  expect(section).toMatchObject({
    bandwidths: [
      { type: "AS", value: 500 },
      { type: "TIAS", value: 480000 },
    ],
    rtcp: { port: 40001, connection: { networkType: "IN", addressType: "IP4", address: "192.0.2.1" } },
    endOfCandidates: true,
    rtcpMuxOnly: true,
    bundleOnly: true,
    cryptos: [{ tag: 1, suite: "AES_CM_128_HMAC_SHA1_80", keyParameters: "inline:abc", sessionParameters: "KDR=1" }],
  });
  expect(section.candidates).toMatchObject([{ address: "192.0.2.1", port: 40000, type: "host" }]);
});

it("ICE-lite, SCTP in the older form, and lines of another time are read and kept", () => {
  const text = [...HEAD, "a=ice-lite", "m=application 9 DTLS/SCTP 5001", "a=sctpmap:5001 webrtc-datachannel 1024"];
  const description = parseSdp(text.join("\n"));
  expect(description.iceLite).toBe(true);
  expect(description.media[0]).toMatchObject({ sctpPort: 5001, formats: ["5001"] });
  const old = parseSdp(readOffer("century-1998"));
  expect(old.timing).toBe("2873397496 2873404696");
  expect(old.otherLines.map(({ type }) => type)).toEqual(["i", "u", "e"]);
  expect(old.media.map(({ kind, protocol }) => `${kind} ${protocol}`)).toEqual([
    ...["audio RTP/AVP", "video RTP/AVP", "application udp"],
  ]);
});

it("line ends of LF, empty lines, and a missing s= or t= are passed over", () => {
  const description = parseSdp("v=0\no=- 1 1 IN IP4 0.0.0.0\n\nm=audio 9 RTP/AVP 0\n\n\na=recvonly\n");
  expect(description).toMatchObject({ name: "-", timing: "0 0" });
  expect(description.media[0]?.direction).toBe("recvonly");
});

it("attributes that are unknown or say nothing readable are kept as they stand", () => {
  const section = media("a=framerate:30", "a=x", "a=candidate:rubbish", "a=simulcast: send rid=1;2", "a=__proto__:1");
  expect(section.attributes).toEqual([
    { name: "framerate", value: "30" },
    { name: "x" },
    { name: "candidate", value: "rubbish" },
    { name: "simulcast", value: " send rid=1;2" },
    { name: "__proto__", value: "1" },
  ]);
  expect(section.candidates).toEqual([]);
});
