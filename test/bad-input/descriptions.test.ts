// Wrong SDP and candidates for a WebRtcEndpoint: an error of the 402xx family or an answer, and nobody else notices.
import { type KurentoServer, startServer } from "@kurento-ts/server";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { goodOffer } from "./good-offer.ts";
import { type Answer, type LooseClient, openLooseClient } from "./loose-client.ts";
import { openSteadySession, type SteadySession } from "./steady-session.ts";

let server: KurentoServer;
let steady: SteadySession;
let client: LooseClient;
let pipeline: string;
let hostPids: readonly number[];

beforeAll(async () => {
  server = await startServer({ port: 0 });
  [steady, client] = await Promise.all([openSteadySession(server.url), openLooseClient(server.url)]);
  pipeline = await client.create("MediaPipeline");
  ({ hostPids } = server.snapshot());
});

afterEach(async () => {
  await steady.beat();
  expect(server.snapshot().hostPids).toEqual(hostPids);
});

afterAll(async () => {
  await client?.call("release", { object: pipeline });
  await steady?.[Symbol.asyncDispose]();
  expect(server?.snapshot()).toMatchObject({ objects: 0 });
  await Promise.all([client?.connection.terminate(), server?.close()]);
});

/** Makes an endpoint, hands it to `use` and releases it. */
async function withEndpoint<T>(use: (endpoint: string) => Promise<T>): Promise<T> {
  const endpoint = await client.create("WebRtcEndpoint", { mediaPipeline: pipeline });
  try {
    return await use(endpoint);
  } finally {
    await client.call("release", { object: endpoint });
  }
}

const offerTo = (endpoint: string, offer: unknown): Promise<Answer> =>
  client.invoke(endpoint, "processOffer", { offer });

/** What every offer may lead to: an SDP, or an error that says that the SDP is at fault. */
function expectSdpOrSdpError(answer: Answer): void {
  if (answer.error === undefined) expect(answer.result?.value).toMatch(/^v=0\r\n/);
  else {
    expect(answer.error.code).toBeGreaterThanOrEqual(40200);
    expect(answer.error.code).toBeLessThanOrEqual(40211);
    expect(answer.error.data?.type).toMatch(/^SDP_/);
    expect(answer.error.message).not.toMatch(/undefined|\[object|TypeError|is not a function|cannot read/i);
    expect(answer.error.message.length).toBeLessThan(1000);
  }
}

/** From the days of the MBone (after the example in RFC 2327). */
const OF_ANOTHER_CENTURY = [
  "v=0",
  "o=mhandley 2890844526 2890842807 IN IP4 192.0.2.4",
  "s=SDP Seminar",
  "i=A Seminar on the session description protocol",
  "e=mjh@isi.example (Mark Handley)",
  "c=IN IP4 224.2.17.12/127",
  "t=2873397496 2873404696",
  "a=recvonly",
  "m=audio 49170 RTP/AVP 0",
  "m=video 51372 RTP/AVP 31",
  "m=application 32416 udp wb",
  "a=orient:portrait",
  "",
].join("\r\n");

const GOOD = goodOffer();
const without = (pattern: RegExp): string => GOOD.replace(pattern, "");
const videoSection = GOOD.slice(GOOD.indexOf("m=video"));

describe("an offer that is none is refused, and the endpoint takes a good one afterwards:", () => {
  test.each([
    ["an empty one", "", 40201],
    ["a word", "garbage", 40201],
    ["a page", "<!doctype html><title>v=0</title>", 40201],
    ["JSON", JSON.stringify({ type: "offer", sdp: GOOD }), 40201],
    ["no version", without(/^v=0\r\n/), 40201],
    ["bytes", "\u0000\u0001\u0002\ufffd", 40201],
    ["a number", 5, 40201],
    ["null", null, 40201],
    ["a list", [GOOD], 40001],
    ["an object", { sdp: GOOD }, 40001],
  ])("%s", async (_what, offer, code) => {
    await withEndpoint(async (endpoint) => {
      expect((await offerTo(endpoint, offer)).error?.code).toBe(code);
      expect((await offerTo(endpoint, GOOD)).result?.value).toMatch(/^v=0\r\n/);
    });
  });
});

describe("an offer that nobody would make is answered or refused:", () => {
  test.each([
    ["of another century", OF_ANOTHER_CENTURY],
    ["without ICE", without(/a=ice-(ufrag|pwd|options):.*\r\n/g)],
    ["with an ICE password of one letter", GOOD.replace(/a=ice-pwd:.*/g, "a=ice-pwd:x")],
    ["with an ICE password of 10 kB", GOOD.replace(/a=ice-pwd:.*/g, `a=ice-pwd:${"x".repeat(10_000)}`)],
    ["without a fingerprint", without(/a=fingerprint:.*\r\n/g)],
    ["with a fingerprint of another kind", GOOD.replace(/sha-256 .*/g, "md99 AB:CD")],
    ["without setup", without(/a=setup:.*\r\n/g)],
    ["with an unknown setup", GOOD.replace(/a=setup:.*/g, "a=setup:sideways")],
    ["without mids", without(/a=mid:.*\r\n/g)],
    ["with the same mid twice", GOOD.replace("a=mid:1", "a=mid:0")],
    ["with a bundle of mids that are not there", GOOD.replace("BUNDLE 0 1", "BUNDLE 7 8 9")],
    ["with no m-line", GOOD.slice(0, GOOD.indexOf("m="))],
    [
      "with 200 m-lines",
      GOOD + Array.from({ length: 198 }, (_, n) => videoSection.replace("mid:1", `mid:x${n}`)).join(""),
    ],
    ["with 20,000 m-lines", `${GOOD}${"m=video 9 UDP/TLS/RTP/SAVPF 96\r\n".repeat(20_000)}`],
    ["with 50,000 attributes", GOOD + "a=x-nothing:1\r\n".repeat(50_000)],
    ["with a line of 1 MB", `${GOOD}a=x-nothing:${"y".repeat(1_000_000)}\r\n`],
    ["with 10,000 payload types", GOOD.replace("SAVPF 96 97", `SAVPF ${[...Array(10_000).keys()].join(" ")}`)],
    ["with a port out of range", GOOD.replace(/m=video 9/, "m=video 99999")],
    ["with a payload type out of range", GOOD.replaceAll("96", "4096")],
    ["with codecs that nobody knows", GOOD.replace(/VP8|opus|PCMU/g, "Betamax")],
    ["with retransmission of itself", GOOD.replace("apt=96", "apt=97")],
    ["with a clock rate of 0", GOOD.replace("VP8/90000", "VP8/0")],
    ["with an extension id out of range", GOOD.replace("extmap:3", "extmap:70000")],
    ["with SSRCs that are no numbers", GOOD.replace(/a=ssrc:\d+/g, "a=ssrc:-1e99")],
    ["with bare line feeds", GOOD.replaceAll("\r\n", "\n")],
    ["with bare carriage returns", GOOD.replaceAll("\r\n", "\r")],
    ["with a NUL in every line", GOOD.replaceAll("\r\n", "\u0000\r\n")],
    ["with a line of another alphabet", `${GOOD}a=имя:щука\r\n`],
  ])("one %s", async (_what, offer) => {
    await withEndpoint(async (endpoint) => expectSdpOrSdpError(await offerTo(endpoint, offer)));
  });

  test("cut off anywhere", async () => {
    for (let length = 0; length < GOOD.length; length += 37) {
      await withEndpoint(async (endpoint) => expectSdpOrSdpError(await offerTo(endpoint, GOOD.slice(0, length))));
    }
  });

  test("with any lines lost, doubled, moved or changed", async () => {
    const lines = GOOD.split("\r\n");
    const edit = fc.record({
      kind: fc.constantFrom("drop", "double", "move", "cut", "replace"),
      at: fc.nat(lines.length - 1),
      to: fc.nat(lines.length - 1),
      text: fc.string({ maxLength: 20, unit: "binary" }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 5 }), async (edits) => {
        const edited = [...lines];
        for (const { kind, at, to, text } of edits) {
          const line = edited[at % edited.length] ?? "";
          if (kind === "drop") edited.splice(at, 1);
          else if (kind === "double") edited.splice(at, 0, line);
          else if (kind === "move") edited.splice(to, 0, ...edited.splice(at, 1));
          else if (kind === "cut") edited[at % edited.length] = line.slice(0, to);
          else edited[at % edited.length] = line.slice(0, to % 12) + text;
        }
        await withEndpoint(async (endpoint) => expectSdpOrSdpError(await offerTo(endpoint, edited.join("\r\n"))));
      }),
      { numRuns: 150 },
    );
  });
});

describe("an answer", () => {
  test.each([
    ["that is empty", ""],
    ["that is a word", "garbage"],
    ["with no m-line", GOOD.slice(0, GOOD.indexOf("m="))],
    ["with 200 m-lines", GOOD + videoSection.repeat(198)],
    ["of another century", OF_ANOTHER_CENTURY],
    [
      "with the media in another order",
      GOOD.replace(/m=audio/, "m=x")
        .replace(/m=video/, "m=audio")
        .replace("m=x", "m=video"),
    ],
  ])("%s is answered or refused", async (_what, answer) => {
    await withEndpoint(async (endpoint) => {
      expect((await client.invoke(endpoint, "generateOffer")).result?.value).toMatch(/^v=0/);
      expectSdpOrSdpError(await client.invoke(endpoint, "processAnswer", { answer }));
    });
  });

  test("before an offer is refused with 40209, a second offer with 40208", async () => {
    await withEndpoint(async (endpoint) => {
      expect((await client.invoke(endpoint, "processAnswer", { answer: GOOD })).error?.code).toBe(40209);
      await offerTo(endpoint, GOOD);
      expect((await offerTo(endpoint, GOOD)).error?.code).toBe(40208);
      expect((await client.invoke(endpoint, "generateOffer")).error?.code).toBe(40208);
    });
  });
});

describe("candidates", () => {
  const GARBAGE: readonly unknown[] = [
    "",
    "garbage",
    "candidate:",
    "candidate:1",
    "candidate:1 1 UDP 2122317823 127.0.0.1 -1 typ host",
    "candidate:1 1 UDP 2122317823 127.0.0.1 99999 typ host",
    "candidate:1 1 UDP 2122317823 127.0.0.1 0 typ host",
    "candidate:1 1 UDP 99999999999999999999 127.0.0.1 9 typ host",
    "candidate:1 1 UDP 2122317823 999.999.999.999 9 typ host",
    "candidate:1 1 UDP 2122317823 ::::: 9 typ host",
    "candidate:1 1 UDP 2122317823 nowhere.invalid 9 typ host",
    "candidate:1 1 UDP 2122317823 0f3c1a52-8d43-4c0b-9f0e-0000000000.local 9 typ host",
    "candidate:1 256 SCTP 1 127.0.0.1 9 typ nonsense",
    "candidate:1 1 UDP 1 127.0.0.1 9 typ host\r\na=ice-ufrag:evil\r\nm=audio 9",
    "candidate:1 1 UDP 1 127.0.0.1 9 typ host\u0000",
    `candidate:${"1".repeat(100_000)} 1 UDP 1 127.0.0.1 9 typ host`,
    "x".repeat(1_000_000),
    "candidate:1 1 TCP 1 127.0.0.1 9 typ host tcptype passive",
    "candidate:1 1 UDP 1 224.0.0.1 9 typ host",
    "candidate:1 1 UDP 1 255.255.255.255 9 typ host",
  ];

  test.each([
    ["before the SDP", false],
    ["after it", true],
  ])("that are garbage, %s, end nothing", async (_when, negotiated) => {
    await withEndpoint(async (endpoint) => {
      if (negotiated) {
        await offerTo(endpoint, GOOD);
        await client.invoke(endpoint, "gatherCandidates");
      }
      for (const candidate of GARBAGE) {
        const given = { candidate: { candidate, sdpMid: "0", sdpMLineIndex: 0 } };
        const { result, error } = await client.invoke(endpoint, "addIceCandidate", given);
        expect(result !== undefined || error?.code === 40401, JSON.stringify(error)).toBe(true);
      }
      if (!negotiated) expect((await offerTo(endpoint, GOOD)).result?.value).toMatch(/^v=0/);
      expect((await client.invoke(endpoint, "getName")).result?.value).toBe(endpoint);
    });
  });

  test.each([
    ["an m-line that is not there", { sdpMid: "nope", sdpMLineIndex: 1e6 }],
    ["an m-line below 0", { sdpMid: "", sdpMLineIndex: -1 }],
  ])("for %s end nothing", async (_what, place) => {
    await withEndpoint(async (endpoint) => {
      await offerTo(endpoint, GOOD);
      await client.invoke(endpoint, "gatherCandidates");
      const candidate = { candidate: "candidate:1 1 UDP 1 127.0.0.1 9 typ host", ...place };
      const { result, error } = await client.invoke(endpoint, "addIceCandidate", { candidate });
      expect(result !== undefined || error?.code === 40401, JSON.stringify(error)).toBe(true);
    });
  });

  test.each([
    ["a text", "candidate:1", /^'candidate' parameter should be a object/],
    ["nothing", undefined, /^'candidate' parameter should be a object/],
    ["an object without its fields", {}, /property should be a/],
    ["an object of another type", { __module__: "kurento", __type__: "Fraction" }, /Fraction|property should be a/],
  ])("given as %s are refused", async (_what, candidate, message) => {
    await withEndpoint(async (endpoint) => {
      const { error } = await client.invoke(endpoint, "addIceCandidate", { candidate });
      expect(error?.message).toMatch(message);
    });
  });

  test("5,000 of them end nothing", async () => {
    await withEndpoint(async (endpoint) => {
      await offerTo(endpoint, GOOD);
      await client.invoke(endpoint, "gatherCandidates");
      for (let port = 10_000; port < 15_000; port++) {
        const candidate = {
          candidate: `candidate:1 1 UDP 1 192.0.2.1 ${port} typ host`,
          sdpMid: "0",
          sdpMLineIndex: 0,
        };
        const operation = { object: endpoint, operation: "addIceCandidate", operationParams: { candidate } };
        client.connection.send(
          JSON.stringify({ jsonrpc: "2.0", id: port, method: "invoke", params: operation }),
          false,
        );
        if (port % 1000 === 999) {
          await client.connection.until(() => (client.connection.answers.length >= 1000 ? true : undefined), 10_000);
          expect(client.connection.answers.splice(0).length).toBe(1000);
        }
      }
    });
  });
});

describe("settings of the network that make no sense", () => {
  test.each([
    ["setNetworkInterfaces", { networkInterfaces: "nosuch0" }],
    ["setNetworkInterfaces", { networkInterfaces: ",,,\u0000" }],
    ["setExternalIPv4", { externalIPv4: "999.1.1.1" }],
    ["setExternalIPv6", { externalIPv6: "not an address" }],
    ["setStunServerAddress", { stunServerAddress: "nowhere.invalid" }],
    ["setStunServerPort", { stunServerPort: -1 }],
    ["setTurnUrl", { turnUrl: "garbage" }],
    ["setTurnUrl", { turnUrl: "user:pass@[::::]:99999?transport=pigeon" }],
    ["setMtu", { mtu: -5 }],
    ["setMtu", { mtu: 1e9 }],
    ["setMaxVideoSendBandwidth", { maxVideoSendBandwidth: -1 }],
  ])("%s %j end nothing: the endpoint goes on to answer and to gather", async (operation, params) => {
    await withEndpoint(async (endpoint) => {
      await client.call("subscribe", { object: endpoint, type: "IceGatheringDone" });
      await client.invoke(endpoint, operation, params);
      expect((await offerTo(endpoint, GOOD)).result?.value).toMatch(/^v=0/);
      expect((await client.invoke(endpoint, "gatherCandidates")).error).toBeUndefined();
      expect((await client.invoke(endpoint, "getName")).result?.value).toBe(endpoint);
    });
  });
});
