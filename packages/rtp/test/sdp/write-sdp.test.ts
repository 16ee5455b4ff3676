// What is written is read again as the same description.
import { type MediaDescription, parseSdp, type SessionDescription, writeSdp } from "@kurento-ts/rtp";
import fc from "fast-check";
import { expect, it } from "vitest";
import { OFFERS, readOffer } from "./sample-session.ts";

const token = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,11}$/);
const credential = fc.stringMatching(/^[A-Za-z0-9+/]{4,32}$/);
const ssrc = fc.nat(0xffff_ffff);
const connection = fc.record({
  networkType: fc.constant("IN"),
  addressType: fc.constantFrom("IP4", "IP6"),
  address: fc.oneof(fc.ipV4(), fc.ipV6()),
});
const direction = fc.constantFrom("sendrecv", "sendonly", "recvonly", "inactive");

function optional<T>(record: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<Partial<T>> {
  return fc.record(record, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>;
}

const candidate = fc.record(
  {
    foundation: token,
    component: fc.integer({ min: 1, max: 2 }),
    transport: fc.constantFrom("udp" as const, "tcp" as const),
    priority: fc.nat(0xffff_ffff),
    address: fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant("9b36eaac-bb2e-49bb-bb78-21c41c499900.local")),
    port: fc.nat(65535),
    type: fc.constantFrom("host" as const, "srflx" as const, "prflx" as const, "relay" as const),
    relatedAddress: fc.ipV4(),
    relatedPort: fc.nat(65535),
    tcpType: fc.constantFrom("active" as const, "passive" as const, "so" as const),
    extensions: fc.array(fc.record({ name: token.map((name) => `x-${name}`), value: token }), { maxLength: 3 }),
  },
  {
    requiredKeys: ["foundation", "component", "transport", "priority", "address", "port", "type", "extensions"],
  },
);

const section = {
  bandwidths: fc.array(fc.record({ type: fc.constantFrom("AS", "TIAS", "RS"), value: fc.nat() }), { maxLength: 3 }),
  extmapAllowMixed: fc.boolean(),
  extensions: fc.array(
    fc.record(
      { id: fc.integer({ min: 1, max: 255 }), uri: fc.webUrl(), direction, parameters: token },
      { requiredKeys: ["id", "uri"] },
    ),
    { maxLength: 4 },
  ),
  iceOptions: fc.uniqueArray(token, { maxLength: 3 }),
  fingerprints: fc.array(
    fc.record({
      algorithm: fc.constantFrom("sha-1", "sha-256"),
      value: fc
        .array(fc.nat(255), { minLength: 1, maxLength: 32 })
        .map((bytes) => bytes.map((byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(":")),
    }),
    { maxLength: 2 },
  ),
  attributes: fc.array(
    fc.record({ name: token.map((name) => `x-${name}`), value: token }, { requiredKeys: ["name"] }),
    {
      maxLength: 3,
    },
  ),
};
const optionalSection = optional({
  connection,
  direction,
  iceUfrag: credential,
  icePwd: credential,
  setup: fc.constantFrom("actpass", "active", "passive", "holdconn"),
});

const codec = fc
  .record(
    {
      payloadType: fc.nat(127),
      name: token,
      clockRate: fc.integer({ min: 1, max: 192000 }),
      channels: fc.integer({ min: 1, max: 8 }),
      pairs: fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-z][a-z-]{0,8}$/), token), {
        selector: ([name]) => name,
        minLength: 1,
        maxLength: 4,
      }),
      feedback: fc.uniqueArray(fc.constantFrom("nack", "nack pli", "ccm fir", "goog-remb"), { maxLength: 4 }),
    },
    { requiredKeys: ["payloadType", "name", "clockRate", "feedback"] },
  )
  .map(({ pairs, ...rest }) => ({
    ...rest,
    ...(pairs === undefined ? {} : { fmtp: pairs.map(([name, value]) => `${name}=${value}`).join(";") }),
    parameters: new Map(pairs ?? []),
  }));

const rtpMedia = fc
  .record({
    ...section,
    otherLines: fc.array(fc.record({ type: fc.constant("i"), value: token }), { maxLength: 1 }),
    kind: fc.constantFrom("audio", "video"),
    port: fc.nat(65535),
    protocol: fc.constantFrom("UDP/TLS/RTP/SAVPF", "RTP/AVP"),
    codecs: fc.uniqueArray(codec, { selector: ({ payloadType }) => payloadType, minLength: 1, maxLength: 6 }),
    bundleOnly: fc.boolean(),
    rtcpMux: fc.boolean(),
    rtcpMuxOnly: fc.boolean(),
    rtcpReducedSize: fc.boolean(),
    msids: fc.array(fc.record({ streamId: token, trackId: token }, { requiredKeys: ["streamId"] }), { maxLength: 2 }),
    ssrcs: fc.array(
      fc.record(
        { ssrc, attribute: fc.constantFrom("cname", "msid"), value: token },
        { requiredKeys: ["ssrc", "attribute"] },
      ),
      { maxLength: 4 },
    ),
    ssrcGroups: fc.array(
      fc.record({ semantics: fc.constantFrom("FID", "SIM"), ssrcs: fc.array(ssrc, { minLength: 1, maxLength: 4 }) }),
      { maxLength: 2 },
    ),
    rids: fc.array(
      fc.record(
        { id: fc.stringMatching(/^\w{1,4}$/), direction: fc.constantFrom("send", "recv"), restrictions: token },
        { requiredKeys: ["id", "direction"] },
      ),
      { maxLength: 3 },
    ),
    candidates: fc.array(candidate, { maxLength: 3 }),
    endOfCandidates: fc.boolean(),
    cryptos: fc.array(
      fc.record(
        { tag: fc.nat(999), suite: token, keyParameters: token, sessionParameters: token },
        { requiredKeys: ["tag", "suite", "keyParameters"] },
      ),
      { maxLength: 2 },
    ),
  })
  .map((fields) => ({ ...fields, formats: fields.codecs.map(({ payloadType }) => String(payloadType)) }));

const description = fc
  .record({
    fields: fc.record({
      ...section,
      otherLines: fc.array(fc.record({ type: fc.constant("i"), value: token }), { maxLength: 1 }),
      origin: fc.record({
        username: token,
        sessionId: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String),
        sessionVersion: fc.nat().map(String),
        networkType: fc.constant("IN"),
        addressType: fc.constant("IP4"),
        address: fc.ipV4(),
      }),
      name: token,
      timing: fc.constant("0 0"),
      groups: fc.array(
        fc.record({ semantics: fc.constantFrom("BUNDLE", "LS"), mids: fc.array(token, { maxLength: 3 }) }),
        {
          maxLength: 2,
        },
      ),
      iceLite: fc.boolean(),
    }),
    optionals: optionalSection,
    media: fc.array(
      fc.tuple(
        rtpMedia,
        optionalSection,
        optional({ mid: token, portCount: fc.nat(9), sctpPort: fc.nat(65535), maxMessageSize: fc.nat() }),
      ),
      {
        maxLength: 3,
      },
    ),
  })
  .map(({ fields, optionals, media }) => {
    const sections = media.map(([own, common, more], index) => {
      const mid = more.mid === undefined ? {} : { mid: `${index}${more.mid}` };
      return { ...own, ...common, ...more, ...mid } as unknown as MediaDescription;
    });
    return { ...fields, ...optionals, media: sections } as unknown as SessionDescription;
  });

it("any description comes back as it went", () => {
  fc.assert(
    fc.property(description, (original) => {
      expect(parseSdp(writeSdp(original))).toEqual(original);
    }),
    { numRuns: 500 },
  );
});

it.each(OFFERS)("the offer %s comes back as it went", (name) => {
  const offer = parseSdp(readOffer(name));
  expect(parseSdp(writeSdp(offer))).toEqual(offer);
});

it("lines end with CRLF, and no line of a Chromium offer is lost or moved but its session attributes", () => {
  const text = readOffer("chromium-recorded");
  const written = writeSdp(parseSdp(text));
  expect(written.endsWith("\r\n")).toBe(true);
  expect(written.replaceAll("\r\n", "")).not.toContain("\n");
  expect(written.split("\r\n").toSorted()).toEqual(text.split("\r\n").toSorted());
  const place = (line: string) => written.split("\r\n").indexOf(line);
  expect(place("a=rtpmap:96 VP8/90000")).toBeLessThan(place("a=rtpmap:97 rtx/90000"));
});
