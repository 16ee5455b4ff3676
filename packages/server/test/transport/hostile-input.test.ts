// Rubbish on the media port and from signalling neither reaches the owner nor disturbs the connection.
import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { expect, test } from "vitest";
import { makePair, makeSide, parametersOf, rtpPacket, type Side } from "./transport-pair.ts";

/** Datagrams that look like nothing, STUN, DTLS, RTP, RTCP or TURN channel data, by their first byte (RFC 7983). */
function rubbish(): Buffer[] {
  const datagrams: Buffer[] = [Buffer.alloc(0)];
  for (const first of [0, 1, 3, 20, 22, 23, 63, 64, 79, 128, 144, 191, 255]) {
    for (const size of [1, 2, 8, 12, 20, 28, 100, 1200, 9000]) {
      const datagram = randomBytes(size);
      datagram[0] = first;
      datagrams.push(datagram);
    }
  }
  for (const attributes of [0, 4, 0xffff]) {
    const stun = randomBytes(64);
    stun.writeUInt16BE(0x0001, 0); // a binding request with the magic cookie, and a length that is not true
    stun.writeUInt16BE(attributes, 2);
    stun.writeUInt32BE(0x2112_a442, 4);
    datagrams.push(stun);
  }
  return datagrams;
}

/** Sends all rubbish to every local candidate of `side`, several times over. */
async function throwRubbishAt(side: Side): Promise<void> {
  for (const candidate of side.transport.localCandidates) {
    const [, , , , address = "", port] = candidate.split(" ");
    const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
    for (let round = 0; round < 5; round += 1) {
      for (const datagram of rubbish()) {
        await new Promise((resolve) => socket.send(datagram, Number(port), address, resolve));
      }
    }
    await new Promise<void>((resolve) => socket.close(resolve));
  }
}

test("rubbish on the media port does nothing, before the connection and during it", async () => {
  await using pair = await makePair();
  const { offerer, answerer } = pair;
  offerer.transport.open();
  await offerer.heard.until("gathered", (heard) => heard.gatheringDone);
  await throwRubbishAt(offerer);
  expect(offerer.heard.states).toEqual([]);
  answerer.transport.setRemote(parametersOf(offerer, "offer"));
  offerer.transport.setRemote(parametersOf(answerer, "answer"));
  answerer.transport.open();
  await Promise.all([offerer.heard.untilState("connected"), answerer.heard.untilState("connected")]);
  await throwRubbishAt(offerer);
  await throwRubbishAt(answerer);
  const packet = rtpPacket(96, 7, 1);
  expect(answerer.transport.send(packet)).toBe(true);
  expect(offerer.transport.send(packet)).toBe(true);
  await Promise.all([offerer, answerer].map(({ heard }) => heard.until("the packet", () => heard.packets.length > 0)));
  expect(offerer.heard.packets).toEqual([packet]);
  expect(answerer.heard.packets).toEqual([packet]);
  expect(offerer.heard.states).toEqual(["connecting", "connected"]);
  expect(answerer.heard.states).toEqual(["connecting", "connected"]);
});

test("rubbish as candidates is refused, and the connection comes up nevertheless", async () => {
  await using pair = await makePair();
  const { offerer, answerer } = pair;
  const bad = [
    "",
    "candidate:",
    "candidate:1 1 udp 1 nowhere.local 9 typ host",
    "\0",
    "x".repeat(100_000),
    "a=candidate:1 1",
  ];
  for (const text of bad) expect(offerer.transport.addRemoteCandidate(text)).toBe(false);
  offerer.transport.setRemote(parametersOf(answerer, "answer"));
  answerer.transport.setRemote(parametersOf(offerer, "offer"));
  offerer.transport.open();
  answerer.transport.open();
  for (const text of bad) expect(offerer.transport.addRemoteCandidate(text)).toBe(false);
  expect(offerer.transport.addRemoteCandidate("candidate:1 1 udp 1 255.255.255.255 9 typ host")).toBe(true);
  expect(offerer.transport.addRemoteCandidate("candidate:1 1 udp 1 0.0.0.0 9 typ host")).toBe(true);
  await offerer.heard.untilState("connected");
  expect(offerer.transport.addRemoteCandidate("candidate:1 1 udp 1 127.0.0.1 9 typ host")).toBe(true);
  expect(offerer.heard.warnings).toEqual([]);
});

test("remote parameters that are malformed or given twice are refused", async () => {
  const [side, other] = await Promise.all([makeSide(), makeSide()]);
  const good = parametersOf(other, "offer");
  const broken: Partial<typeof good>[] = [
    { ufrag: "abc" },
    { ufrag: "a b\r\nc" },
    { ufrag: "x".repeat(257) },
    { pwd: "short" },
    { pwd: "x".repeat(21) },
    { fingerprint: { algorithm: "md5", value: "00" } },
    { fingerprint: { algorithm: "sha-256", value: "00:11" } },
    { fingerprint: { algorithm: "sha-256", value: `${"0:".repeat(31)}00` } },
  ];
  for (const part of broken) expect(() => side.transport.setRemote({ ...good, ...part })).toThrow(TypeError);
  side.transport.setRemote(good);
  expect(() => side.transport.setRemote(good)).toThrow(/already/);
});
