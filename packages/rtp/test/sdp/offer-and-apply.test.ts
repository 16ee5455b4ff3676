// Our offers, what comes of their answers, and candidates in descriptions.
import {
  answerOffer,
  applyAnswer,
  type LocalSession,
  makeOffer,
  parseCandidate,
  parseSdp,
  SdpError,
  withCandidates,
  writeSdp,
} from "@kurento-ts/rtp";
import { describe, expect, it } from "vitest";
import { LOCAL, localWithout, readOffer } from "./sample-session.ts";

const PEER: LocalSession = {
  ...LOCAL,
  iceUfrag: "peer",
  streamId: "stream-of-peer",
  cname: "cname-of-peer",
  audio: { ...LOCAL.audio!, ssrc: 111 },
  video: { ...LOCAL.video!, ssrc: 121, rtxSsrc: 122 },
};

const offer = makeOffer(LOCAL);
const peersAnswer = (local: LocalSession = PEER) => writeSdp(answerOffer(parseSdp(writeSdp(offer)), local).description);

describe("our offer", () => {
  it("is the one that is committed", async () => {
    await expect(writeSdp(offer).replaceAll("\r\n", "\n")).toMatchFileSnapshot("./fixtures/our-offer.txt");
  });

  it("has Kurento's mids in one group, actpass, and every payload type and extension id once", () => {
    expect(offer.groups).toEqual([{ semantics: "BUNDLE", mids: ["audio0", "video0", "application0"] }]);
    expect(offer.media.map(({ setup }) => setup)).toEqual(["actpass", "actpass", "actpass"]);
    const numbers = offer.media.flatMap(({ codecs }) => codecs.map(({ payloadType }) => payloadType));
    expect(new Set(numbers).size).toBe(numbers.length);
    const ids = new Map<number, string>();
    for (const { id, uri } of offer.media.flatMap(({ extensions }) => extensions)) {
      expect(ids.get(id) ?? uri).toBe(uri);
      expect(id).toBeLessThanOrEqual(14);
      ids.set(id, uri);
    }
  });

  it("leaves out what the options or the endpoint leave out", () => {
    const kinds = (...args: Parameters<typeof makeOffer>) => makeOffer(...args).media.map(({ mid }) => mid);
    expect(kinds(localWithout("data"))).toEqual(["audio0", "video0"]);
    expect(kinds(localWithout("data"), { offerToReceiveAudio: false })).toEqual(["video0"]);
    expect(kinds(localWithout("data"), { offerToReceiveVideo: false })).toEqual(["audio0"]);
    expect(kinds(LOCAL, { offerToReceiveAudio: false, offerToReceiveVideo: false })).toEqual(["application0"]);
    expect(makeOffer(localWithout("audio", "video", "data")).groups).toEqual([]);
  });

  it.each(["sendrecv", "recvonly", "sendonly"] as const)("of an endpoint that is %s says so", (direction) => {
    const { media } = makeOffer({ ...localWithout("data"), direction });
    expect(media.map((section) => section.direction)).toEqual([direction, direction]);
    expect(media.every(({ msids }) => msids.length === (direction === "recvonly" ? 0 : 1))).toBe(true);
  });

  it("still has numbers when there are more codecs than dynamic payload types", () => {
    const [codec] = LOCAL.video!.codecs;
    const codecs = Array.from({ length: 60 }, (_, index) => ({ ...codec!, name: `X${index}` }));
    const numbers = makeOffer({ ...LOCAL, video: { ...LOCAL.video!, codecs } }).media.flatMap(({ formats }) => formats);
    expect(numbers.filter((format) => Number(format) > 127 || (Number(format) > 63 && Number(format) < 96))).toEqual(
      [],
    );
  });
});

describe("an answer", () => {
  it("settles codecs, sources, transport and part in DTLS", () => {
    const result = applyAnswer(offer, parseSdp(peersAnswer()), LOCAL);
    expect(result.description).toBe(offer);
    expect(result.dtlsRole).toBe("passive");
    expect(result.transport).toMatchObject({ iceUfrag: "peer", setup: "active", mediaIndex: 0 });
    expect(
      result.media.map(({ kind, mid, rejected, direction, bundled }) => [kind, mid, rejected, direction, bundled]),
    ).toEqual([
      ["audio", "audio0", false, "sendrecv", true],
      ["video", "video0", false, "sendrecv", true],
      ["application", "application0", false, "sendrecv", true],
    ]);
    const [, video, data] = result.media;
    expect(video?.codecs[0]).toMatchObject({ name: "VP8", rtx: { receivePayloadType: 98, sendPayloadType: 98 } });
    expect(video?.codecs[0]?.feedback).toEqual(new Set(["goog-remb", "ccm fir", "nack", "nack pli"]));
    expect(video?.local).toMatchObject({ ssrc: 21, rtxSsrc: 22 });
    expect(video?.remote.sources).toEqual([{ ssrc: 121, rtxSsrc: 122, cname: "cname-of-peer" }]);
    expect(video?.rtcpReducedSize).toBe(true);
    expect(data?.sctp).toEqual({ remotePort: 5000, remoteMaxMessageSize: 262144 });
  });

  it.each([
    ["recvonly", "sendonly"],
    ["sendonly", "recvonly"],
    ["inactive", "inactive"],
  ] as const)("of %s leaves us %s", (answered, ours) => {
    const text = peersAnswer().replaceAll("a=sendrecv", `a=${answered}`);
    expect(applyAnswer(offer, parseSdp(text), LOCAL).media[1]).toMatchObject({
      direction: ours,
      remoteDirection: answered,
    });
  });

  it("with other payload types than offered: each side sends with the number of the other", () => {
    const text = peersAnswer()
      .replaceAll(/(m=video.*SAVPF 97) 98/g, "$1 60")
      .replaceAll(":98 ", ":60 ");
    const moved = text
      .replaceAll(/(m=video.*SAVPF) 97/g, "$1 61")
      .replaceAll(":97 ", ":61 ")
      .replace("apt=97", "apt=61");
    expect(applyAnswer(offer, parseSdp(moved), LOCAL).media[1]?.codecs[0]).toMatchObject({
      name: "VP8",
      receivePayloadType: 97,
      sendPayloadType: 61,
      rtx: { receivePayloadType: 98, sendPayloadType: 60 },
    });
  });

  it("may reject video", () => {
    const result = applyAnswer(offer, parseSdp(peersAnswer(localWithout("video"))), LOCAL);
    expect(result.media.map(({ rejected }) => rejected)).toEqual([false, true, false]);
    expect(result.media[1]).toMatchObject({ mid: "video0", rejectedBecause: "its port is 0", codecs: [] });
  });

  it("with setup:passive makes us active, without setup passive", () => {
    const passive = peersAnswer().replaceAll("a=setup:active", "a=setup:passive");
    expect(applyAnswer(offer, parseSdp(passive), LOCAL).dtlsRole).toBe("active");
    const silent = peersAnswer().replaceAll("a=setup:active\r\n", "");
    expect(applyAnswer(offer, parseSdp(silent), LOCAL).dtlsRole).toBe("passive");
  });

  it("that is our own offer is taken, as Kurento does", () => {
    const result = applyAnswer(offer, parseSdp(writeSdp(offer)), LOCAL);
    expect(result.media.every(({ rejected }) => !rejected)).toBe(true);
  });

  it.each([
    ["number of m-lines", readOffer("chromium-recorded"), /expected 3 m-lines as in the offer, got 2/],
    ["kind", peersAnswer().replace("m=audio", "m=video"), /m-line 0: expected audio, got video/],
    ["mid", peersAnswer().replace("a=mid:video0", "a=mid:other"), /m-line 1: expected mid video0, got other/],
  ])("that differs from the offer in %s is refused", (_, text, message) => {
    expect(() => applyAnswer(offer, parseSdp(text), LOCAL)).toThrow(message);
    expect(() => applyAnswer(offer, parseSdp(text), LOCAL)).toThrow(SdpError);
  });
});

describe("candidates", () => {
  const host = parseCandidate("candidate:1 1 UDP 2015363327 192.0.2.2 46787 typ host")!;
  const lines = ["candidate:2 1 TCP 1010827519 192.0.2.2 35584 typ host tcptype passive"].map(
    (line) => parseCandidate(line)!,
  );
  const relay = parseCandidate("candidate:3 1 UDP 41885439 2001:db8::9 3478 typ relay raddr 192.0.2.2 rport 1")!;

  it("stand at every accepted m-line, none at rejected ones, and the end is said when it is known", () => {
    const { description } = answerOffer(parseSdp(readOffer("chromium-data")), localWithout("video"));
    const text = writeSdp(withCandidates(description, [host, ...lines], true));
    expect(text.match(/a=candidate:1 1 UDP 2015363327 192\.0\.2\.2 46787 typ host\r\n/g)).toHaveLength(2);
    expect(text.match(/a=end-of-candidates/g)).toHaveLength(2);
    expect(parseSdp(text).media.map(({ candidates }) => candidates.length)).toEqual([2, 0, 2]);
    expect(writeSdp(withCandidates(description, [host]))).not.toContain("end-of-candidates");
  });

  it("give the m-lines port and address of the default candidate, a relayed one before a host", () => {
    const [first] = withCandidates(offer, [host, ...lines]).media;
    expect(first).toMatchObject({ port: 46787, connection: { addressType: "IP4", address: "192.0.2.2" } });
    expect(first?.rtcp?.port).toBe(46787);
    const [relayed] = withCandidates(offer, [host, relay]).media;
    expect(relayed).toMatchObject({ port: 3478, connection: { addressType: "IP6", address: "2001:db8::9" } });
    expect(withCandidates(offer, lines).media[0]?.port).toBe(9);
  });
});
