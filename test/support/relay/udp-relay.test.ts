// The relay between real sockets.
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { startRelayProcess } from "./relay-process.ts";
import type { UdpAddress } from "./udp-address.ts";
import { openUdpRelay } from "./udp-relay.ts";

interface Peer extends AsyncDisposable {
  readonly address: UdpAddress;
  readonly got: { readonly text: string; readonly from: UdpAddress }[];
  send(text: string, to: UdpAddress): void;
  /** Resolves when that many packets came. */
  until(count: number): Promise<void>;
}

async function openPeer({ echo = false } = {}): Promise<Peer> {
  const socket: Socket = createSocket("udp4");
  const got: { text: string; from: UdpAddress }[] = [];
  socket.on("message", (bytes, from) => {
    got.push({ text: bytes.toString(), from: { address: from.address, port: from.port } });
    if (echo) socket.send(bytes, from.port, from.address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  socket.setRecvBufferSize(1 << 20);
  const { address, port } = socket.address();
  return {
    address: { address, port },
    got,
    send: (text, to) => socket.send(text, to.port, to.address),
    async until(count) {
      while (got.length < count) await once(socket, "message", { signal: AbortSignal.timeout(5000) });
    },
    async [Symbol.asyncDispose]() {
      const closed = once(socket, "close");
      socket.close();
      await closed;
    },
  };
}

describe("a relay", () => {
  test("carries packets both ways, and each side sees the relay's address alone", async () => {
    await using server = await openPeer({ echo: true });
    await using client = await openPeer();
    await using relay = await openUdpRelay({ target: server.address });
    expect(relay.front.port).toBeGreaterThan(0);
    for (let number = 0; number < 50; number++) client.send(`packet ${number}`, relay.front);
    await client.until(50);
    expect(client.got.map(({ text }) => text)).toEqual([...Array(50).keys()].map((number) => `packet ${number}`));
    expect(client.got.every(({ from }) => from.port === relay.front.port)).toBe(true);
    expect(server.got.every(({ from }) => ![relay.front.port, client.address.port].includes(from.port))).toBe(true);
    expect(relay.counters("up")).toMatchObject({ received: 50, forwarded: 50, noPeer: 0, sendFailed: 0 });
    expect(relay.counters("down")).toMatchObject({ received: 50, forwarded: 50, noPeer: 0, sendFailed: 0 });
  });

  test("loses a share of one direction and nothing of the other", async () => {
    await using server = await openPeer({ echo: true });
    await using client = await openPeer();
    await using relay = await openUdpRelay({ seed: 11, target: server.address, down: { loss: 0.2 } });
    // In portions: sockets of the operating system must not lose what the relay is to lose.
    for (let portion = 1; portion <= 20; portion++) {
      for (let number = 0; number < 50; number++) client.send("x", relay.front);
      await server.until(portion * 50);
    }
    const spread = 4 * Math.sqrt(1000 * 0.2 * 0.8);
    while (relay.counters("down").received < 1000) await new Promise(setImmediate);
    const { dropped, forwarded } = relay.counters("down");
    expect(dropped.loss).toBeGreaterThan(200 - spread);
    expect(dropped.loss).toBeLessThan(200 + spread);
    expect(forwarded).toBe(1000 - dropped.loss);
    await client.until(forwarded);
    expect(relay.counters("up").dropped).toEqual({ loss: 0, burst: 0, queue: 0, cut: 0 });
  });

  test("delays, and keeps the order under jitter", async () => {
    await using server = await openPeer();
    await using client = await openPeer();
    await using relay = await openUdpRelay({ target: server.address, up: { delayMs: 30, jitterMs: 30 } });
    const startMs = performance.now();
    for (let number = 0; number < 100; number++) client.send(`${number}`, relay.front);
    await server.until(1);
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(29);
    await server.until(100);
    expect(server.got.map(({ text }) => Number(text))).toEqual([...Array(100).keys()]);
  });

  test("drops what its bounded queue cannot hold", async () => {
    await using server = await openPeer();
    await using client = await openPeer();
    await using relay = await openUdpRelay({ target: server.address, up: { rateBps: 800_000, queueBytes: 5000 } });
    for (let number = 0; number < 40; number++) client.send("x".repeat(1000), relay.front);
    while (relay.counters("up").received < 40) await new Promise(setImmediate);
    while (relay.counters("up").waiting > 0) await new Promise(setImmediate);
    const { forwarded, dropped } = relay.counters("up");
    expect(dropped.queue).toBeGreaterThan(20);
    expect(forwarded + dropped.queue).toBe(40);
    await server.until(forwarded);
  });

  test("can be cut and mended, one direction at a time", async () => {
    await using server = await openPeer({ echo: true });
    await using client = await openPeer();
    await using relay = await openUdpRelay({ target: server.address });
    relay.cut("down");
    client.send("lost on its way back", relay.front);
    await server.until(1);
    while (relay.counters("down").received < 1) await new Promise(setImmediate);
    relay.mend("down");
    client.send("heard", relay.front);
    await client.until(1);
    expect(client.got[0]?.text).toBe("heard");
    expect(relay.counters("down").dropped.cut).toBe(1);
  });

  test("answers every source address of the client by itself, as ICE checks from several need it", async () => {
    await using server = await openPeer({ echo: true });
    await using one = await openPeer();
    await using two = await openPeer();
    await using relay = await openUdpRelay({ target: server.address });
    one.send("one", relay.front);
    two.send("two", relay.front);
    await Promise.all([one.until(1), two.until(1)]);
    expect(one.got[0]?.text).toBe("one");
    expect(two.got[0]?.text).toBe("two");
    expect(new Set(server.got.map(({ from }) => from.port)).size).toBe(2);
  });

  test("counts what has nowhere to go", async () => {
    await using client = await openPeer();
    await using relay = await openUdpRelay();
    client.send("nobody there", relay.front);
    while (relay.counters("up").noPeer < 1) await new Promise(setImmediate);
    expect(relay.counters("up").received).toBe(0);
  });

  test("ends with packets under way, twice, and frees its port", async () => {
    await using server = await openPeer();
    await using client = await openPeer();
    const relay = await openUdpRelay({ target: server.address, up: { delayMs: 60_000 } });
    client.send("never arrives", relay.front);
    while (relay.counters("up").received < 1) await new Promise(setImmediate);
    expect(relay.close()).toBe(relay.close());
    await relay.close();
    await using again = await openUdpRelay({ port: relay.front.port });
    expect(again.front.port).toBe(relay.front.port);
    expect(server.got.length).toBe(0);
  });

  test("refuses a taken port and wrong conditions, and leaves nothing open", async () => {
    await using client = await openPeer();
    await expect(openUdpRelay({ port: client.address.port })).rejects.toThrow("EADDRINUSE");
    await expect(openUdpRelay({ up: { loss: 2 } })).rejects.toThrow("'loss': expected a number from 0 to 1, got 2");
  });
});

describe("a relay in a process of its own", () => {
  test("does the same on order, refuses wrong orders, and ends with its owner", async () => {
    await using server = await openPeer({ echo: true });
    await using client = await openPeer();
    await using relay = await startRelayProcess({ seed: 3 });
    await relay.setTarget(server.address);
    client.send("there and back", relay.front);
    await client.until(1);
    await relay.set("down", { loss: 1 });
    client.send("there alone", relay.front);
    await server.until(2);
    await expect(relay.set("up", { loss: -1 })).rejects.toThrow("'loss'");
    await relay.cut("up", 10_000);
    await relay.mend("both");
    expect(await relay.counters("up")).toMatchObject({ received: 2, forwarded: 2 });
    await relay.close();
    await expect(relay.counters("up")).rejects.toThrow("ended");
  });
});
