// Garbage on the media port of a live endpoint, outside and inside of its encryption: media flows on, nobody notices.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type KurentoServer, startServer } from "@kurento-ts/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DtlsCertificate, generateCertificate } from "../../packages/server/src/transport/certificate.ts";
import { WebRtcTransport } from "../../packages/server/src/transport/webrtc-transport.ts";
import { Recorder } from "../../packages/server/test/transport/transport-pair.ts";
import { randomStream } from "../support/relay/seeded-random.ts";
import { goodOffer } from "./good-offer.ts";
import { type LooseClient, openLooseClient } from "./loose-client.ts";
import { openSteadySession, type SteadySession } from "./steady-session.ts";

let server: KurentoServer;
let steady: SteadySession;
let client: LooseClient;
let pipeline: string;
let certificate: DtlsCertificate;
let hostPids: readonly number[];

beforeAll(async () => {
  server = await startServer({ port: 0 });
  [steady, client, certificate] = await Promise.all([
    openSteadySession(server.url),
    openLooseClient(server.url),
    generateCertificate(),
  ]);
  pipeline = await client.create("MediaPipeline");
  ({ hostPids } = server.snapshot());
});

afterAll(async () => {
  await client?.call("release", { object: pipeline });
  await steady?.[Symbol.asyncDispose]();
  await Promise.all([client?.connection.terminate(), server?.close()]);
});

interface Peer extends AsyncDisposable {
  readonly endpoint: string;
  readonly transport: WebRtcTransport;
  readonly heard: Recorder;
  /** The endpoint's media port on 127.0.0.1. */
  readonly port: number;
}

interface EventData {
  readonly type?: string;
  readonly data?: { readonly candidate?: { readonly candidate: string } };
}

/** An endpoint connected to itself, and a peer that is connected to it: what the peer sends comes back. */
async function connectPeer(): Promise<Peer> {
  const endpoint = await client.create("WebRtcEndpoint", { mediaPipeline: pipeline });
  await client.invoke(endpoint, "connect", { sink: endpoint });
  await client.call("subscribe", { object: endpoint, type: "IceCandidateFound" });
  await client.call("subscribe", { object: endpoint, type: "IceGatheringDone" });
  const heard = new Recorder();
  const transport = new WebRtcTransport({ certificate }, heard);
  // The peer begins with DTLS: when two such transports connect and the answering one begins, its first flight is lost.
  const offer = goodOffer({ ...transport.credentials, fingerprint: certificate.fingerprint.value }).replaceAll(
    "a=setup:actpass",
    "a=setup:active",
  );
  const answer = String((await client.invoke(endpoint, "processOffer", { offer })).result?.value);
  const attribute = (name: string): string => new RegExp(`a=${name}:(.*)`).exec(answer)?.[1]?.trim() ?? "";
  transport.setRemote({
    type: "answer",
    ufrag: attribute("ice-ufrag"),
    pwd: attribute("ice-pwd"),
    fingerprint: { algorithm: "sha-256", value: attribute("fingerprint").split(" ")[1] ?? "" },
    setup: attribute("setup") === "active" ? "active" : "passive",
  });
  heard.relay = (candidate) => {
    const given = { candidate: { candidate, sdpMid: "0", sdpMLineIndex: 0 } };
    const params = { object: endpoint, operation: "addIceCandidate", operationParams: given };
    client.connection.send(JSON.stringify({ jsonrpc: "2.0", id: `c${candidate}`, method: "invoke", params }), false);
  };
  await client.invoke(endpoint, "gatherCandidates");
  let port = 0;
  const gathered = await client.connection.until(() => {
    for (const { parsed } of client.connection.events.splice(0)) {
      const event = (parsed as { params?: { value?: EventData } }).params?.value;
      const line = event?.data?.candidate?.candidate;
      if (line !== undefined) {
        transport.addRemoteCandidate(line);
        if (/ udp /i.test(line)) port ||= Number(line.split(" ")[5]);
      } else if (event?.type === "IceGatheringDone") return true;
    }
    return undefined;
  }, 10_000);
  expect(gathered).toBe(true);
  transport.open({ bindAddress: "127.0.0.1" });
  await heard.untilState("connected");
  client.connection.answers.splice(0);
  return {
    endpoint,
    transport,
    heard,
    port,
    async [Symbol.asyncDispose]() {
      transport.close();
      await client.call("release", { object: endpoint });
    },
  };
}

/** A good RTP packet of VP8 that begins a keyframe. */
function videoPacket(sequence: number): Buffer {
  const packet = Buffer.alloc(120);
  packet[0] = 0x80;
  packet[1] = 0x80 | 96;
  packet.writeUInt16BE(sequence & 0xffff, 2);
  packet.writeUInt32BE((sequence * 3000) >>> 0, 4);
  packet.writeUInt32BE(2001, 8);
  // Start of partition 0, keyframe of 16x16.
  Buffer.from([0x10, 0x00, 0x00, 0x00, 0x9d, 0x01, 0x2a, 0x10, 0x00, 0x10, 0x00]).copy(packet, 12);
  return packet;
}

/** Sends good packets until some come back. */
async function expectMediaFlows(peer: Peer, from: number): Promise<void> {
  peer.heard.packets.length = 0;
  let sequence = from;
  const timer = setInterval(() => peer.transport.send(videoPacket(sequence++)), 10);
  try {
    const isVideo = (packet: Buffer): boolean => ((packet[1] ?? 0) & 0x7f) === 96;
    await peer.heard.until("media comes back", ({ packets }) => packets.filter(isVideo).length >= 10);
  } finally {
    clearInterval(timer);
  }
}

async function expectAllIsWell(peer: Peer): Promise<void> {
  await steady.beat();
  expect(server.snapshot().hostPids).toEqual(hostPids);
  expect((await client.invoke(peer.endpoint, "getName")).result?.value).toBe(peer.endpoint);
}

function random(length: number, next: () => number): Buffer {
  return Buffer.from(Array.from({ length }, () => Math.floor(next() * 256)));
}

describe("garbage on the media port", () => {
  test("from strangers, like STUN, DTLS, RTP, RTCP and nothing at all, leaves media as it was", async () => {
    await using peer = await connectPeer();
    await expectMediaFlows(peer, 1);
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    const next = randomStream(4, "garbage");
    const heads = [
      [0x00, 0x01, 0x00, 0x08, 0x21, 0x12, 0xa4, 0x42],
      [0x16, 0xfe, 0xff],
      [0x80, 0x60],
      [0x80, 0xc8],
      [0x40],
      [],
    ];
    for (let count = 0; count < 3000; count++) {
      const head = heads[count % heads.length] ?? [];
      socket.send(Buffer.concat([Buffer.from(head), random(Math.floor(next() * 1400), next)]), peer.port, "127.0.0.1");
      if (count % 100 === 0) await new Promise(setImmediate);
    }
    await expectMediaFlows(peer, 1000);
    await expectAllIsWell(peer);
    socket.close();
  });
});

describe("garbage from the peer itself, well encrypted,", () => {
  const header = (first: number, type: number, words: number): Buffer =>
    Buffer.from([first, type, words >> 8, words & 0xff, 0, 0, 0x07, 0xd1]);
  test.each([
    ["RTCP that says it is longer than it is", [Buffer.concat([header(0x81, 201, 500), Buffer.alloc(24)])]],
    ["RTCP that says it is shorter than it is", [Buffer.concat([header(0x81, 201, 0), Buffer.alloc(24)])]],
    ["RTCP with more reports than fit", [Buffer.concat([header(0x9f, 201, 7), Buffer.alloc(24)])]],
    ["RTCP of unknown types", [192, 199, 210, 223].map((type) => header(0x80, type, 1))],
    [
      "a NACK without entries and one with half an entry",
      [header(0x81, 205, 1), Buffer.concat([header(0x81, 205, 2), Buffer.alloc(6)])],
    ],
    ["a NACK of everything", [Buffer.concat([header(0x81, 205, 300), Buffer.alloc(4), Buffer.alloc(1192, 0xff)])]],
    [
      "a REMB that counts 255 streams and names none",
      [Buffer.concat([header(0x8f, 206, 4), Buffer.alloc(4), Buffer.from("REMB"), Buffer.from([255, 255, 255, 255])])],
    ],
    ["a FIR that is cut", [Buffer.concat([header(0x84, 206, 3), Buffer.alloc(7)])]],
    ["a BYE that counts 31 streams", [header(0x9f, 203, 1)]],
    ["an SDES without its end", [Buffer.concat([header(0x81, 202, 3), Buffer.from([1, 255, 65, 65, 65, 65, 65, 65])])]],
    [
      "an XR and an APP of zeros",
      [Buffer.concat([header(0x80, 207, 3), Buffer.alloc(8)]), Buffer.concat([header(0x80, 204, 3), Buffer.alloc(8)])],
    ],
    [
      "RTP of other SSRCs and payload types",
      [0, 1, 50, 72, 97, 127].map((type) =>
        Buffer.concat([Buffer.from([0x80, type, 0, 1, 0, 0, 0, 1, 9, 9, 9, type]), Buffer.alloc(50)]),
      ),
    ],
    [
      "RTP with padding longer than itself",
      [Buffer.concat([Buffer.from([0xa0, 96, 0, 1, 0, 0, 0, 1, 0, 0, 0x07, 0xd1]), Buffer.from([1, 2, 3, 255])])],
    ],
    [
      "RTP with an extension of garbage",
      [
        Buffer.concat([
          Buffer.from([0x90, 96, 0, 1, 0, 0, 0, 1, 0, 0, 0x07, 0xd1, 0xbe, 0xde, 0, 2]),
          Buffer.from([0xff, 0x3f, 0xee, 0xdd, 0xcc, 0xbb, 0xaa, 0x99]),
          Buffer.alloc(20),
        ]),
      ],
    ],
    ["RTP without a payload", [Buffer.from([0x80, 96, 0, 1, 0, 0, 0, 1, 0, 0, 0x07, 0xd1])]],
    [
      "RTX that holds nothing",
      [
        Buffer.from([0x80, 97, 0, 1, 0, 0, 0, 1, 0, 0, 0x07, 0xd2]),
        Buffer.from([0x80, 97, 0, 2, 0, 0, 0, 1, 0, 0, 0x07, 0xd2, 1]),
      ],
    ],
  ] as const)("%s, leaves media as it was", async (_what, packets) => {
    await using peer = await connectPeer();
    await expectMediaFlows(peer, 1);
    for (let round = 0; round < 20; round++) for (const packet of packets) peer.transport.send(packet);
    await expectMediaFlows(peer, 2000);
    await expectAllIsWell(peer);
  });

  test("at random, 5,000 packets of it, leaves the server as it was", async () => {
    await using peer = await connectPeer();
    const next = randomStream(9, "encrypted garbage");
    for (let count = 0; count < 5000; count++) {
      const packet = random(12 + Math.floor(next() * 600), next);
      packet[0] = 0x80 | ((packet[0] ?? 0) & 0x3f);
      if (count % 2 === 0) packet[1] = 192 + Math.floor(next() * 32);
      if (count % 4 === 0) packet.writeUInt16BE(packet.length >> 2, 2);
      packet.writeUInt32BE(2001, count % 2 === 0 ? 4 : 8);
      peer.transport.send(packet);
      if (count % 100 === 0) await new Promise(setImmediate);
    }
    await expectAllIsWell(peer);
    await using fresh = await connectPeer();
    await expectMediaFlows(fresh, 1);
  });
});
