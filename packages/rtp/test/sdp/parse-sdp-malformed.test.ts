// What is no session description gets an SdpError that says where, and never anything else.
import { answerOffer, applyAnswer, makeOffer, parseSdp, SDP_LIMITS, SdpError, writeSdp } from "@kurento-ts/rtp";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LOCAL, OFFERS, readOffer } from "./sample-session.ts";

const HEAD = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n";
const MEDIA = `${HEAD}m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n`;

function refusal(text: string): SdpError {
  try {
    parseSdp(text);
  } catch (error) {
    if (error instanceof SdpError) return error;
    throw error;
  }
  throw new Error(`this was read: ${text}`);
}

it.each(["", " ", "\r\n\r\n"])("%j is empty", (text) => {
  expect(refusal(text).reason).toBe("empty");
});

it.each([
  ["garbage", 1, "expected a small letter and an equals sign"],
  ["s=x\r\n", 1, "expected v=0"],
  ["v=1\r\n", 1, "expected v=0"],
  ["v=0\\r\\no=- 1 1 IN IP4 0.0.0.0\\r\\n", 1, "expected v=0"],
  ["v=0\r\no=- 1 1\r\n", 2, "expected six words, as in o=- 1 1 IN IP4 0.0.0.0"],
  [`${HEAD}what is this\r\n`, 5, "expected a small letter and an equals sign"],
  [`${HEAD}m=audio\r\n`, 5, "expected kind, port, protocol and formats"],
  [`${HEAD}m=audio x RTP/AVP 0\r\n`, 5, "expected kind, port, protocol and formats"],
  [`${HEAD}m=audio 65536 RTP/AVP 0\r\n`, 5, "expected kind, port, protocol and formats"],
  [`${HEAD}m=audio 9 RTP/AVP\r\n`, 5, "expected kind, port, protocol and formats"],
  [`${HEAD}m=audio 9 RTP/AVP 128\r\n`, 5, "expected payload types from 0 to 127"],
  [`${MEDIA}a=rtpmap:111 opus\r\n`, 6, "expected a payload type, a name and a clock rate"],
  [`${MEDIA}a=rtpmap:200 opus/48000\r\n`, 6, "expected a payload type, a name and a clock rate"],
  [`${MEDIA}a=fmtp:x y=1\r\n`, 6, "expected a payload type and its parameters"],
  [`${MEDIA}a=extmap:0 urn:x\r\n`, 6, "expected an id from 1 and a URI"],
  [`${MEDIA}a=extmap:1/sometimes urn:x\r\n`, 6, "expected sendrecv, sendonly, recvonly or inactive"],
  [`${MEDIA}a=ssrc:4294967296 cname:x\r\n`, 6, "expected a number below 2^32 and an attribute"],
  [`${MEDIA}a=ssrc-group:FID 1 x\r\n`, 6, "expected semantics and numbers below 2^32"],
  [`${MEDIA}a=mid:\r\n`, 6, "expected an identification without spaces"],
  [`${MEDIA}a=setup:maybe\r\n`, 6, "expected one of actpass, active, passive, holdconn"],
  [`${MEDIA}a=fingerprint:sha-256\r\n`, 6, "expected a hash name and hexadecimal bytes"],
  [`${MEDIA}a=ice-ufrag:\r\n`, 6, "expected 1 to 256 visible ASCII characters"],
  [`${MEDIA}a=sctp-port:70000\r\n`, 6, "expected a port number"],
])("%j is refused with its line", (text, line, expected) => {
  const error = refusal(text);
  expect(error).toMatchObject({ name: "SdpError", reason: "syntax", line });
  expect(error.message).toContain(`line ${line} (`);
  expect(error.message).toContain(expected);
  expect(error.text).toBe(text.split("\r\n")[line - 1]);
});

it("a description without o= is refused, and one whose mid names two m-lines", () => {
  expect(refusal("v=0\r\n").message).toBe("expected an o= line, there is none");
  const twice = "m=audio 9 RTP/AVP 0\r\na=mid:a\r\n";
  expect(refusal(`${HEAD}${twice}${twice}`)).toMatchObject({ reason: "syntax", mediaIndex: 1 });
});

it("the line in a message is shortened", () => {
  const error = refusal(`${MEDIA}a=rtpmap:${"x".repeat(5000)}`);
  expect(error.text).toHaveLength(200);
  expect(error.message.length).toBeLessThan(400);
});

describe("limits", () => {
  it("an offer with 200 m-lines is refused at the 101st", () => {
    const text = HEAD + "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n".repeat(200);
    expect(refusal(text)).toMatchObject({ reason: "limit", line: 5 + SDP_LIMITS.mediaLines });
    expect(parseSdp(HEAD + "m=audio 9 RTP/AVP 0\r\n".repeat(100)).media).toHaveLength(100);
  });

  it("2 MB, and more lines than can be, are refused before they are read", () => {
    expect(refusal("x".repeat(2_000_000)).reason).toBe("limit");
    expect(refusal(HEAD + "a=x\r\n".repeat(30_000)).reason).toBe("limit");
  });

  // 1 MB of what could multiply: each within a second, where a quadratic reader takes minutes.
  const fill = (line: (index: number) => string, count = 19_000): string =>
    HEAD + Array.from({ length: count }, (_, index) => line(index)).join("\r\n");
  const mline = `m=video 9 UDP/TLS/RTP/SAVPF ${Array.from({ length: 128 }, (_, index) => index).join(" ")}`;
  const ice = "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\na=fingerprint:sha-256 AB\r\n";
  const mids = Array.from({ length: SDP_LIMITS.mediaLines }, (_, index) => `m${index}`);
  const named = mids.map((mid) => `m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:${mid}\r\n`).join("");
  it.each([
    ["groups", fill((index) => `a=group:BUNDLE ${index} a b c`)],
    // Every m-line is looked for in the group: seconds, unless a group that long is no group.
    ["one long group", `${HEAD}${ice}a=group:BUNDLE ${"x ".repeat(400_000)}${mids.join(" ")}\r\n${named}`],
    ["payload types", `${HEAD}m=video 9 RTP/AVP ${"96 ".repeat(300_000)}`],
    ["feedback for all", fill((index) => (index === 0 ? mline : `a=rtcp-fb:* x${index}`))],
    ["100 m-lines of 128 payload types", fill((index) => `${mline}\r\na=mid:${index}`, 100)],
    ["parameters", `${HEAD}${mline}\r\na=fmtp:96 ${"a=1;".repeat(200_000)}`],
    ["sources", fill((index) => (index === 0 ? mline : `a=ssrc:${index} cname:x`))],
    ["source groups", fill((index) => (index === 0 ? mline : `a=ssrc-group:FID ${index} ${index + 1}`))],
    ["ICE options", fill((index) => `a=ice-options:o${index}`)],
    ["spaces", `${MEDIA}a=ssrc:1${" ".repeat(500_000)}`],
  ])("a description full of %s is dealt with at once", (_, text) => {
    const began = performance.now();
    try {
      answerOffer(parseSdp(text), LOCAL);
    } catch (error) {
      expect(error).toBeInstanceOf(SdpError);
    }
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});

it("of thousands of feedback messages only some are kept, for each payload type would hold them all", () => {
  const flood = Array.from({ length: 10_000 }, (_, index) => `a=rtcp-fb:* x${index}`).join("\r\n");
  const [media] = parseSdp(`${HEAD}m=audio 9 RTP/AVP 0 8\r\n${flood}\r\n`).media;
  expect(media?.codecs.map(({ feedback }) => feedback.length)).toEqual([32, 32]);
});

describe("mutated descriptions", () => {
  const sources = OFFERS.map(readOffer);
  const offer = makeOffer(LOCAL);
  const mutated = fc
    .record({
      text: fc.constantFrom(...sources),
      edits: fc.array(
        fc.record({
          at: fc.double({ min: 0, max: 1, noNaN: true }),
          remove: fc.nat(40),
          insert: fc.oneof(
            fc.string({ maxLength: 12, unit: "binary" }),
            fc.constantFrom("\r\n", "a=", "m=", ":", " ", "=", "0", "99999999999999999999", "a=mid:0\r\n", "\0"),
          ),
        }),
        { minLength: 1, maxLength: 8 },
      ),
    })
    .map(({ text, edits }) =>
      edits.reduce((current, { at, remove, insert }) => {
        const start = Math.floor(at * current.length);
        return current.slice(0, start) + insert + current.slice(start + remove);
      }, text),
    );
  const shuffled = fc
    .constantFrom(...sources)
    .chain((text) => fc.shuffledSubarray(text.split("\r\n")).map((lines) => `v=0\r\n${lines.join("\r\n")}`));

  const doubled = fc
    .record({
      text: fc.constantFrom(...sources),
      line: fc.nat(),
      times: fc.integer({ min: 1000, max: 19_000 }),
      isNumbered: fc.boolean(),
    })
    .map(({ text, line, times, isNumbered }) => {
      const lines = text.split("\r\n");
      const place = line % lines.length;
      const repeated = Array.from({ length: times }, (_, index) => `${lines[place]}${isNumbered ? index : ""}`);
      return lines.toSpliced(place, 1, ...repeated).join("\r\n");
    });

  /** Reads, answers, writes, and takes for an answer; returns the milliseconds that the slowest of these took. */
  function slowestMs(text: string): number {
    let slowest = 0;
    for (const step of [
      () => writeSdp(parseSdp(text)),
      () => writeSdp(answerOffer(parseSdp(text), LOCAL).description),
      () => applyAnswer(offer, parseSdp(text), LOCAL),
    ]) {
      const began = performance.now();
      try {
        step();
      } catch (error) {
        if (!(error instanceof SdpError)) throw error;
      }
      slowest = Math.max(slowest, performance.now() - began);
    }
    return slowest;
  }

  it("never raise anything but an SdpError, and soon, whether read, answered, written, or taken for an answer", () => {
    fc.assert(
      fc.property(fc.oneof(mutated, shuffled, fc.string({ unit: "binary", maxLength: 200 })), (text) => {
        expect(slowestMs(text)).toBeLessThan(1000);
      }),
      { numRuns: 1500 },
    );
  });

  it("in which one line comes thousands of times are dealt with as soon", () => {
    fc.assert(
      fc.property(doubled, (text) => {
        expect(slowestMs(text)).toBeLessThan(2000);
      }),
      { numRuns: 60 },
    );
  });

  it("that can be read are read the same again after they were written", () => {
    fc.assert(
      fc.property(mutated, (text) => {
        let read: ReturnType<typeof parseSdp>;
        try {
          read = parseSdp(text);
        } catch {
          return;
        }
        expect(writeSdp(parseSdp(writeSdp(read)))).toBe(writeSdp(read));
      }),
      { numRuns: 500 },
    );
  });
});
