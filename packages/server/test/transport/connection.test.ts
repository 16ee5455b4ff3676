// Two transports connect in either order, carry RTP and RTCP both ways, and survive what their listeners do.
import { expect, test } from "vitest";
import { answeringSetup } from "../../src/transport/remote-description.ts";
import { makePair, parametersOf, receiverReport, rtpPacket } from "./transport-pair.ts";

test("an offering and an answering transport connect, and RTP and RTCP of any SSRC pass both ways", async () => {
  await using pair = await makePair();
  const { offerer, answerer } = pair;
  offerer.transport.open(); // gathers while the answer is not known
  answerer.transport.setRemote(parametersOf(offerer, "offer"));
  answerer.transport.open();
  await offerer.heard.until("gathered", (heard) => heard.gatheringDone);
  offerer.transport.setRemote({ ...parametersOf(answerer, "answer"), setup: answeringSetup("actpass") });
  await Promise.all([offerer.heard.untilState("connected"), answerer.heard.untilState("connected")]);

  for (const [from, to] of [
    [offerer, answerer],
    [answerer, offerer],
  ] as const) {
    const packets = [
      rtpPacket(96, 1, 10, 1200),
      rtpPacket(111, 0xffff_fffe, 7),
      receiverReport(5),
      rtpPacket(127, 3, 1),
    ];
    for (const packet of packets) expect(from.transport.send(packet)).toBe(true);
    await to.heard.until("packets", (heard) => heard.packets.length === packets.length);
    expect(to.heard.packets).toEqual(packets);
  }
  expect(offerer.heard.states).toEqual(["connecting", "connected"]);
  expect(offerer.heard.iceStates.slice(0, 2)).toEqual(["checking", "connected"]);
  expect(offerer.transport.selectedPair?.local).toMatch(/^candidate:\S+ 1 UDP \d+ \S+ \d+ typ host/);
  expect(offerer.heard.candidates).toEqual(offerer.transport.localCandidates);
  expect(offerer.heard.candidates.length).toBeGreaterThan(0);
  expect([...offerer.heard.warnings, ...answerer.heard.warnings]).toEqual([]);
});

test("a transport that was opened before it knew that the peer offers still connects", async () => {
  await using pair = await makePair();
  const { offerer, answerer } = pair;
  answerer.transport.open();
  await answerer.heard.until("gathered", (heard) => heard.gatheringDone);
  answerer.transport.setRemote(parametersOf(offerer, "offer"));
  offerer.transport.setRemote(parametersOf(answerer, "answer"));
  offerer.transport.open();
  await Promise.all([offerer.heard.untilState("connected"), answerer.heard.untilState("connected")]);
  expect(answerer.transport.send(rtpPacket(96, 1, 1))).toBe(true);
  await offerer.heard.until("a packet", (heard) => heard.packets.length === 1);
});

test("sending before the connection, after the end, or what is no packet says false and throws nothing", async () => {
  await using pair = await makePair();
  const { offerer, answerer } = pair;
  expect(offerer.transport.send(rtpPacket(96, 1, 1))).toBe(false);
  answerer.transport.setRemote(parametersOf(offerer, "offer"));
  offerer.transport.setRemote(parametersOf(answerer, "answer"));
  offerer.transport.open();
  answerer.transport.open();
  await offerer.heard.untilState("connected");
  expect(offerer.transport.send(new Uint8Array(0))).toBe(false);
  expect(offerer.transport.send(new Uint8Array([1, 2, 3]))).toBe(false);
  offerer.transport.close();
  expect(offerer.transport.send(rtpPacket(96, 1, 1))).toBe(false);
  offerer.transport.close();
  expect(offerer.heard.states).toEqual(["connecting", "connected", "closed"]);
});

test("a listener that throws is warned of it, and the connection goes on", async () => {
  await using pair = await makePair();
  const { offerer, answerer } = pair;
  answerer.transport.setRemote(parametersOf(offerer, "offer"));
  offerer.transport.setRemote(parametersOf(answerer, "answer"));
  const heard = answerer.heard;
  const onPacket = heard.onPacket.bind(heard);
  heard.onPacket = (packet) => {
    onPacket(packet);
    throw new Error("thrown by the test");
  };
  heard.onGatheringDone = () => {
    throw new Error("thrown by the test");
  };
  offerer.transport.open();
  answerer.transport.open();
  await offerer.heard.untilState("connected");
  await heard.untilState("connected");
  for (const sequence of [1, 2, 3]) offerer.transport.send(rtpPacket(96, 1, sequence));
  await heard.until("three packets", () => heard.packets.length === 3 && heard.warnings.length === 4);
  expect(heard.warnings[0]).toMatch(/listener/);
});
