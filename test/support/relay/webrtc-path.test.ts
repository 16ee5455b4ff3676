// A relay as the only path between two WebRTC peers: both know its address and nothing else of each other.
import { once } from "node:events";
import { type DataChannel, PeerConnection } from "node-datachannel";
import { expect, test } from "vitest";
import { openUdpRelay } from "./udp-relay.ts";

interface Pair extends Disposable {
  readonly client: PeerConnection;
  readonly server: PeerConnection;
  readonly channel: DataChannel;
  readonly echoed: EventTarget;
}

/** An exception inside a native callback would abort the process: it becomes an unhandled rejection, which vitest shows. */
function guarded<A extends unknown[]>(callback: (...args: A) => unknown): (...args: A) => void {
  return (...args) => {
    try {
      callback(...args);
    } catch (error) {
      void Promise.reject(error);
    }
  };
}

/** A client that offers a data channel, a server that echoes; the client's candidates go nowhere. */
function connectThrough(candidateFor: (line: string) => string | undefined): Pair {
  const options = { iceServers: [], bindAddress: "127.0.0.1" };
  const client = new PeerConnection("client", options);
  const server = new PeerConnection("server", options);
  const echoed = new EventTarget();
  // A callback may come out of order with one of another kind: a candidate waits for the description.
  let early: string[] | undefined = [];
  const add = (candidate: string): void => {
    const relayed = candidateFor(candidate);
    if (relayed !== undefined && relayed !== "") client.addRemoteCandidate(relayed, "0");
  };
  server.onLocalDescription(
    guarded((sdp, type) => {
      client.setRemoteDescription(sdp, type);
      for (const candidate of early ?? []) add(candidate);
      early = undefined;
    }),
  );
  server.onLocalCandidate(guarded((candidate) => (early === undefined ? add(candidate) : void early.push(candidate))));
  server.onDataChannel(guarded((channel) => channel.onMessage(guarded((text) => channel.sendMessage(String(text))))));
  client.onLocalDescription(guarded((sdp, type) => server.setRemoteDescription(sdp, type)));
  const channel = client.createDataChannel("echo");
  channel.onOpen(guarded(() => echoed.dispatchEvent(new Event("open"))));
  channel.onMessage(guarded((message) => echoed.dispatchEvent(new Event(String(message)))));
  return {
    client,
    server,
    channel,
    echoed,
    [Symbol.dispose]() {
      client.close();
      server.close();
    },
  };
}

const limit = (): { signal: AbortSignal } => ({ signal: AbortSignal.timeout(10_000) });

test("two peers connect through it, both by peer-reflexive candidates, and no packet goes around", async () => {
  await using relay = await openUdpRelay();
  using pair = connectThrough((line) => relay.candidateFor(line));
  await once(pair.echoed, "open", limit());
  const echo = once(pair.echoed, "through", limit());
  pair.channel.sendMessage("through");
  await echo;

  const [up, down] = [relay.counters("up"), relay.counters("down")];
  expect(up.forwarded).toBeGreaterThan(5);
  expect(down.forwarded).toBeGreaterThan(5);
  expect(pair.client.getSelectedCandidatePair()?.remote.port).toBe(relay.front.port);
  expect(pair.server.getSelectedCandidatePair()?.remote.type).toBe("prflx");

  // Cut, a message does not arrive; mended, SCTP sends it again.
  relay.cut("up");
  const late = once(pair.echoed, "late", limit());
  pair.channel.sendMessage("late");
  while (relay.counters("up").dropped.cut === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  relay.mend("up");
  await late;
});

test("they connect through a network with delay, jitter, loss and reordering", async () => {
  const poor = { delayMs: 20, jitterMs: 10, loss: 0.02, reorder: 0.05, duplicate: 0.02 };
  await using relay = await openUdpRelay({ seed: 5, up: poor, down: poor });
  using pair = connectThrough((line) => relay.candidateFor(line));
  await once(pair.echoed, "open", limit());
  const echo = once(pair.echoed, "last", limit());
  for (let number = 0; number < 100; number++) pair.channel.sendMessage(`${number}`);
  pair.channel.sendMessage("last");
  await echo;
  expect(relay.counters("up").dropped.loss + relay.counters("down").dropped.loss).toBeGreaterThan(0);
});
