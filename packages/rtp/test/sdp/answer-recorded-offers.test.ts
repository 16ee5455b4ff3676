// Every recorded offer is answered: the answer is committed, and keeps to what an answer must be.
import { answerOffer, parseSdp, reverseDirection, SdpError, sends, writeSdp } from "@kurento-ts/rtp";
import { describe, expect, it } from "vitest";
import { LOCAL, OFFERS, readOffer, UNCARRIABLE } from "./sample-session.ts";

const answerable = OFFERS.filter((name) => !UNCARRIABLE.includes(name));

describe.each(answerable)("the offer %s", (name) => {
  const offer = parseSdp(readOffer(name));
  const result = answerOffer(offer, LOCAL);
  const answer = parseSdp(writeSdp(result.description));

  it("gets the answer that is committed", async () => {
    const text = writeSdp(result.description).replaceAll("\r\n", "\n");
    await expect(text).toMatchFileSnapshot(`./fixtures/answers/${name}.sdp`);
  });

  it("is answered line by line: same number, kinds, mids and protocols", () => {
    const shape = (description: typeof offer) =>
      description.media.map(({ kind, mid, protocol }) => [kind, mid, protocol]);
    expect(shape(answer)).toEqual(shape(offer));
    expect(result.media.map(({ index }) => index)).toEqual(offer.media.map((_, index) => index));
  });

  it("is answered with its own payload types and extension ids, and with nothing it did not offer", () => {
    for (const [index, media] of answer.media.entries()) {
      const offered = offer.media[index]!;
      const spellings = offered.codecs.map(({ payloadType, name, clockRate }) => `${payloadType} ${name}/${clockRate}`);
      for (const codec of media.codecs) {
        expect(spellings).toContain(`${codec.payloadType} ${codec.name}/${codec.clockRate}`);
        const theirs = offered.codecs.find(({ payloadType }) => payloadType === codec.payloadType)!;
        expect(theirs.feedback).toEqual(expect.arrayContaining([...codec.feedback]));
        expect(codec.feedback).not.toContain("transport-cc");
      }
      for (const { id, uri } of media.extensions) {
        expect(offered.extensions.find((extension) => extension.uri === uri)?.id).toBe(id);
      }
      if (!offered.rtcpReducedSize) expect(media.rtcpReducedSize).toBe(false);
    }
  });

  it("keeps the offer's order of codecs", () => {
    for (const [index, media] of answer.media.entries()) {
      const order = offer.media[index]!.codecs.map(({ payloadType }) => payloadType);
      const places = result.media[index]!.codecs.map(({ sendPayloadType }) => order.indexOf(sendPayloadType));
      expect(places).toEqual(places.toSorted((one, other) => one - other));
      expect(media.codecs.length).toBeGreaterThanOrEqual(result.media[index]!.codecs.length);
    }
  });

  it("is answered in a direction that the offer allows, and every accepted m-line stands in the BUNDLE group", () => {
    const bundled = answer.groups.flatMap(({ mids }) => mids);
    for (const [index, outcome] of result.media.entries()) {
      const media = answer.media[index]!;
      expect(media.port === 0).toBe(outcome.rejected);
      expect(outcome.rejectedBecause === undefined).toBe(!outcome.rejected);
      expect(bundled.includes(media.mid ?? "")).toBe(outcome.bundled);
      if (outcome.rejected) continue;
      const asked = reverseDirection(offer.media[index]!.direction ?? "sendrecv");
      expect(outcome.direction).toBe(asked);
      expect(media.setup).toBe("active");
      if (outcome.kind !== "application") {
        expect(media.direction).toBe(outcome.direction);
        expect(media.rtcpMux).toBe(true);
        expect(media.msids.length).toBe(sends(outcome.direction) ? 1 : 0);
      }
    }
  });

  it("has a path to the peer when anything is accepted", () => {
    const { transport, media } = result;
    expect(transport !== undefined).toBe(media.some(({ rejected }) => !rejected));
    if (transport !== undefined) expect(transport.fingerprints.length).toBeGreaterThan(0);
  });
});

it.each(UNCARRIABLE)("the offer %s cannot be carried, and the error says which m-line and why", (name) => {
  const offer = parseSdp(readOffer(name));
  let caught: unknown;
  try {
    answerOffer(offer, LOCAL);
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(SdpError);
  expect(caught).toMatchObject({ reason: "unsupported", mediaIndex: 0 });
  expect(String(caught)).toMatch(/m-line 0 cannot be carried: .*(a=ice-ufrag|a=rtcp-mux)/);
});
