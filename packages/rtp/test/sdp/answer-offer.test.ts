// How an offer is answered: directions, transport, codecs, streams, and what is rejected.
import { answerOffer, HEADER_EXTENSIONS, type LocalSession, parseSdp, SdpError, writeSdp } from "@kurento-ts/rtp";
import { describe, expect, it } from "vitest";
import { LOCAL, localWithout, readOffer } from "./sample-session.ts";

function answer(offer: string, local: LocalSession = LOCAL) {
  const result = answerOffer(parseSdp(offer), local);
  return { ...result, text: writeSdp(result.description) };
}

const CHROMIUM = readOffer("chromium-recorded");

describe("direction", () => {
  it.each([
    ["sendrecv", "sendrecv", "sendrecv"],
    ["sendonly", "sendrecv", "recvonly"],
    ["recvonly", "sendrecv", "sendonly"],
    ["inactive", "sendrecv", "inactive"],
    ["sendrecv", "recvonly", "recvonly"],
    ["sendrecv", "sendonly", "sendonly"],
    ["sendonly", "sendonly", "inactive"],
    ["recvonly", "recvonly", "inactive"],
    ["recvonly", "sendonly", "sendonly"],
  ] as const)("an offer of %s to an endpoint of %s is answered %s", (offered, limit, answered) => {
    const result = answer(CHROMIUM.replaceAll("a=sendrecv", `a=${offered}`), { ...LOCAL, direction: limit });
    for (const [index, media] of result.media.entries()) {
      expect(media).toMatchObject({ rejected: false, direction: answered, remoteDirection: offered });
      expect(result.description.media[index]?.direction).toBe(answered);
      const sending = answered === "sendrecv" || answered === "sendonly";
      expect(media.local !== undefined).toBe(sending);
      expect(result.description.media[index]?.ssrcs.length === 0).toBe(!sending);
    }
  });

  it("an m-line without a direction means sendrecv, or what the session says", () => {
    const bare = CHROMIUM.replaceAll("a=sendrecv\r\n", "");
    expect(answer(bare).media[0]?.direction).toBe("sendrecv");
    expect(answer(bare.replace("t=0 0\r\n", "t=0 0\r\na=sendonly\r\n")).media[0]?.direction).toBe("recvonly");
  });
});

describe("streams", () => {
  it("what we send is one stream with an audio and a video track, RTX paired by FID", () => {
    const { description, media } = answer(CHROMIUM);
    const [audio, video] = description.media;
    expect(audio?.msids).toEqual([{ streamId: "stream-of-us", trackId: "audio-of-us" }]);
    expect(video?.msids).toEqual([{ streamId: "stream-of-us", trackId: "video-of-us" }]);
    expect(audio?.ssrcGroups).toEqual([]);
    expect(video?.ssrcGroups).toEqual([{ semantics: "FID", ssrcs: [21, 22] }]);
    expect(media[1]?.local).toEqual({
      ssrc: 21,
      rtxSsrc: 22,
      cname: "cname-of-us",
      streamId: "stream-of-us",
      trackId: "video-of-us",
    });
  });

  it("what the peer sends is told with its retransmissions, stream and track", () => {
    expect(answer(CHROMIUM).media[1]?.remote).toMatchObject({
      sources: [{ ssrc: 3939971124, rtxSsrc: 4077237953, cname: "tcyjlYjWsDq564RL" }],
      streamId: "befac5a9-29cf-421b-8e15-8d8f4af8a9ec",
      trackId: "6c3b556c-9bec-409e-9b95-8cdd39b9796d",
      maxBitrateBps: undefined,
    });
    const older = CHROMIUM.replaceAll(/a=msid:[^\r]*\r\n/g, "");
    expect(answer(older).media[1]?.remote.streamId).toBe("befac5a9-29cf-421b-8e15-8d8f4af8a9ec");
  });

  it("layers of simulcast are recorded, by SSRC group and by rid, and none is accepted", () => {
    const groups = answer(readOffer("chromium-sim-group"));
    expect(groups.media[1]?.remote.simulcastSsrcs).toEqual([[1001, 1002, 1003]]);
    expect(groups.media[1]?.remote.sources.map(({ ssrc, rtxSsrc }) => [ssrc, rtxSsrc])).toEqual([
      [1001, 2001],
      [1002, 2002],
      [1003, 2003],
    ]);
    const rids = answer(readOffer("chromium-simulcast"));
    expect(rids.media[0]?.remote).toMatchObject({ rids: ["l", "m", "h"], sources: [] });
    expect(rids.text).not.toMatch(/simulcast|a=rid/);
  });

  it("SSRCs of a peer that does not send are not taken for sources", () => {
    expect(readOffer("firefox-recvonly")).toContain("a=ssrc:");
    expect(answer(readOffer("firefox-recvonly")).media[1]?.remote.sources).toEqual([]);
  });

  it("bandwidth limits go both ways", () => {
    const limited = (media: NonNullable<LocalSession["video"]>) => ({ ...media, maxRecvBandwidthKbps: 300 });
    const { description } = answer(CHROMIUM, { ...LOCAL, video: limited(LOCAL.video!) });
    expect(description.media.map(({ bandwidths }) => bandwidths)).toEqual([[], [{ type: "AS", value: 300 }]]);
    const offer = CHROMIUM.replaceAll("c=IN IP4 0.0.0.0\r\n", "c=IN IP4 0.0.0.0\r\nb=AS:700\r\n");
    expect(answer(offer).media[1]?.remote.maxBitrateBps).toBe(700_000);
    expect(answer(offer.replaceAll("b=AS:700", "b=AS:700\r\nb=TIAS:650000")).media[1]?.remote.maxBitrateBps).toBe(
      650_000,
    );
  });
});

describe("transport", () => {
  it("the path of a bundled offer is told once", () => {
    const { transport, dtlsRole, text } = answer(CHROMIUM);
    expect(dtlsRole).toBe("active");
    expect(transport).toMatchObject({
      mediaIndex: 0,
      iceUfrag: "Py7C",
      icePwd: "y7xUBUjLXSAiHAC0B6HSG1m7",
      iceOptions: ["trickle"],
      iceLite: false,
      setup: "actpass",
      candidates: [],
    });
    expect(transport?.fingerprints[0]?.value).toMatch(/^32:B7:CA/);
    expect(text.match(/a=fingerprint:sha-256 C3:F5/g)).toHaveLength(2);
  });

  it.each([
    ["actpass", "active"],
    ["active", "passive"],
    ["passive", "active"],
  ] as const)("setup:%s is answered setup:%s", (offered, answered) => {
    const { text, dtlsRole } = answer(CHROMIUM.replaceAll("a=setup:actpass", `a=setup:${offered}`));
    expect(text).toContain(`a=setup:${answered}`);
    expect(dtlsRole).toBe(answered);
  });

  it("setup:holdconn asks for no connection, and is refused", () => {
    expect(() => answer(CHROMIUM.replaceAll("a=setup:actpass", "a=setup:holdconn"))).toThrow(/m-line 0.*holdconn/);
  });

  it("an offer without setup is taken for actpass, and ICE-lite is told", () => {
    const offer = CHROMIUM.replaceAll("a=setup:actpass\r\n", "").replace("t=0 0", "t=0 0\r\na=ice-lite");
    const { dtlsRole, transport } = answer(offer);
    expect(dtlsRole).toBe("active");
    expect(transport?.iceLite).toBe(true);
  });

  it("candidates in the offer are told once, those for RTCP left out", () => {
    const lines = [
      "a=candidate:1 1 udp 2 192.0.2.1 40000 typ host",
      "a=candidate:1 2 udp 1 192.0.2.1 40001 typ host",
      "a=candidate:2 1 udp 1 198.51.100.1 40002 typ srflx raddr 192.0.2.1 rport 40000",
    ];
    const { transport } = answer(CHROMIUM.replaceAll("a=rtcp-mux\r\n", `a=rtcp-mux\r\n${lines.join("\r\n")}\r\n`));
    expect(transport?.candidates.map(({ port }) => port)).toEqual([40000, 40002]);
  });

  it("fingerprint, ufrag and pwd may stand once for the session", () => {
    const own = /a=(?:ice-ufrag|ice-pwd|fingerprint):[^\r]*\r\n/g;
    const head = CHROMIUM.match(own)!.slice(0, 3).join("");
    const { transport, media } = answer(CHROMIUM.replaceAll(own, "").replace("t=0 0\r\n", `t=0 0\r\n${head}`));
    expect(transport).toMatchObject({ iceUfrag: "Py7C" });
    expect(media.map(({ rejected }) => rejected)).toEqual([false, false]);
  });

  it("m-lines of a BUNDLE group may leave ICE, DTLS and rtcp-mux to the first one", () => {
    const [head = "", audio = "", video = ""] = CHROMIUM.split(/(?=m=)/);
    const lean = video.replaceAll(/a=(?:ice-|fingerprint|setup|rtcp-mux)[^\r]*\r\n/g, "");
    const { media } = answer(head + audio + lean);
    expect(media.map(({ rejected, rtcpMux }) => [rejected, rtcpMux])).toEqual([
      [false, true],
      [false, true],
    ]);
  });

  it("a bundle-only m-line of port 0 is accepted", () => {
    const { media, description } = answer(readOffer("gstreamer-bundle-only"));
    expect(media.map(({ rejected }) => rejected)).toEqual([false, false]);
    expect(description.media.map(({ port }) => port)).toEqual([9, 9]);
  });

  it("without BUNDLE only the first usable m-line is taken, for there is one transport", () => {
    const { media, description } = answer(readOffer("no-bundle"));
    expect(media.map(({ rejected }) => rejected)).toEqual([false, true]);
    expect(media[1]?.rejectedBecause).toContain("BUNDLE");
    expect(description.groups).toEqual([]);
    const videoFirst = answer(readOffer("no-bundle"), localWithout("audio"));
    expect(videoFirst.media.map(({ rejected }) => rejected)).toEqual([true, false]);
    expect(videoFirst.transport?.mediaIndex).toBe(1);
  });

  it("when the first m-line of a group is rejected, the next describes the path", () => {
    const { description, transport } = answer(CHROMIUM, localWithout("audio"));
    expect(description.groups).toEqual([{ semantics: "BUNDLE", mids: ["1"] }]);
    expect(transport?.mediaIndex).toBe(1);
  });
});

describe("codecs", () => {
  it("payload types, RTX and feedback are those of the offer", () => {
    const { media } = answer(CHROMIUM);
    const [vp8] = media[1]?.codecs ?? [];
    expect(vp8).toEqual({
      name: "VP8",
      clockRate: 90000,
      channels: undefined,
      receivePayloadType: 96,
      sendPayloadType: 96,
      rtx: { receivePayloadType: 97, sendPayloadType: 97 },
      parameters: new Map(),
      feedback: new Set(["goog-remb", "ccm fir", "nack", "nack pli"]),
    });
    expect(media[0]?.codecs.map(({ name, channels }) => [name, channels])).toEqual([
      ["opus", 2],
      ["PCMU", undefined],
      ["PCMA", undefined],
    ]);
  });

  it("an endpoint without an SSRC for RTX negotiates none", () => {
    const { rtxSsrc: _, ...video } = LOCAL.video!;
    const { media, text } = answer(CHROMIUM, { ...LOCAL, video });
    expect(media[1]?.codecs.every(({ rtx }) => rtx === undefined)).toBe(true);
    expect(text).not.toMatch(/rtx|FID/);
  });

  it("parameters are answered as offered, but not the parameter sets of the other side's stream", () => {
    const offer = CHROMIUM.replace(
      "profile-level-id=42e01f",
      "profile-level-id=42e01f;sprop-parameter-sets=Z0LAH9kA,aM4",
    );
    const { text, media } = answer(offer.replace("useinbandfec=1", "useinbandfec=1;stereo=1"));
    expect(text).toContain("a=fmtp:111 minptime=10;useinbandfec=1;stereo=1\r\n");
    expect(text).toContain("a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\r\n");
    expect(media[1]?.codecs.find(({ sendPayloadType }) => sendPayloadType === 108)?.parameters.size).toBe(4);
  });

  it("extensions keep their ids, and only known ones are taken", () => {
    const { media } = answer(CHROMIUM);
    expect([...(media[1]?.extensions ?? [])]).toEqual([
      [HEADER_EXTENSIONS.absSendTime, 2],
      [HEADER_EXTENSIONS.videoOrientation, 13],
      [HEADER_EXTENSIONS.playoutDelay, 5],
      [HEADER_EXTENSIONS.mid, 4],
    ]);
    expect(answer(CHROMIUM.replaceAll("a=extmap:13 ", "a=extmap:17 ")).media[1]?.extensions.size).toBe(3);
  });

  // Its frame numbers are those of one source: Chromium drops every keyframe whose number is below that of the one before,
  // so that a viewer of another source with lower numbers would see nothing.
  it("the dependency descriptor is not taken, for it does not outlive a change of source", () => {
    expect(readOffer("chromium-simulcast")).toContain("#dependency-descriptor-rtp-header-extension");
    expect(answer(readOffer("chromium-simulcast")).text).not.toContain("dependency-descriptor");
  });

  it("an m-line without a codec of ours is rejected, the others are not", () => {
    const offer = CHROMIUM.replaceAll(/a=rtpmap:(\d+) (?:opus|PCM[AU])\//g, "a=rtpmap:$1 speex/");
    const { media, description } = answer(offer);
    expect(media[0]).toMatchObject({ rejected: true, rejectedBecause: "none of its codecs is known here" });
    expect(media[1]?.rejected).toBe(false);
    expect(description.media[0]).toMatchObject({ port: 0, direction: "inactive", mid: "0", codecs: [] });
  });
});

describe("m-lines", () => {
  it("the second video m-line is rejected, and stays in its place", () => {
    const video = CHROMIUM.slice(CHROMIUM.indexOf("m=video"));
    const second = video.replace("a=mid:1", "a=mid:2");
    const offer = `${CHROMIUM.replace("BUNDLE 0 1", "BUNDLE 0 1 2").replace(/m=video[\s\S]*/, "")}${video}${second}`;
    const { media, description } = answer(offer);
    expect(media.map(({ rejected }) => rejected)).toEqual([false, false, true]);
    expect(description.groups).toEqual([{ semantics: "BUNDLE", mids: ["0", "1"] }]);
    expect(description.media[2]).toMatchObject({ kind: "video", port: 0, mid: "2" });
  });

  it("an m-line that the offer disables stays rejected", () => {
    const { media } = answer(CHROMIUM.replace("m=video 9", "m=video 0"));
    expect(media[1]).toMatchObject({ rejected: true, rejectedBecause: "its port is 0" });
  });

  it("data channels are taken when the endpoint has them, and told with port and limit", () => {
    const { media, description } = answer(readOffer("chromium-data"));
    expect(media[2]).toMatchObject({
      kind: "application",
      rejected: false,
      direction: "sendrecv",
      sctp: { remotePort: 5000, remoteMaxMessageSize: 262144 },
    });
    expect(description.media[2]).toMatchObject({ sctpPort: 5000, maxMessageSize: 262144, protocol: "UDP/DTLS/SCTP" });
    expect(answer(readOffer("chromium-data"), localWithout("data")).media[2]).toMatchObject({
      rejected: true,
      rejectedBecause: "the endpoint has no data channels",
    });
  });

  it("a max-message-size of 0 is no limit, and none is 64 kB", () => {
    const sctp = (offer: string) => answer(offer).media[2]?.sctp?.remoteMaxMessageSize;
    const offer = readOffer("chromium-data");
    expect(sctp(offer.replace("a=max-message-size:262144", "a=max-message-size:0"))).toBe(Number.POSITIVE_INFINITY);
    expect(sctp(offer.replace("a=max-message-size:262144\r\n", ""))).toBe(65_536);
  });

  it("an unknown kind is rejected under its own name", () => {
    const { description, media } = answer(`${CHROMIUM}m=text 9 UDP/TLS/RTP/SAVPF 100\r\na=mid:x\r\n`);
    expect(description.media[2]).toMatchObject({ kind: "text", port: 0, formats: ["100"] });
    expect(media[2]?.kind).toBe("unknown");
  });

  it("an offer without m-lines is answered without m-lines", () => {
    const { media, transport, description } = answer(readOffer("no-media"));
    expect(media).toEqual([]);
    expect(transport).toBeUndefined();
    expect(description.media).toEqual([]);
  });

  it("an offer with a fingerprint and without ICE is refused with the m-line and what was expected", () => {
    const offer = CHROMIUM.replaceAll(/a=ice-(?:ufrag|pwd)[^\r]*\r\n/g, "");
    expect(() => answer(offer)).toThrow(SdpError);
    expect(() => answer(offer)).toThrow(/m-line 0 cannot be carried: it has no ICE and DTLS \(expected a=ice-ufrag/);
  });
});
