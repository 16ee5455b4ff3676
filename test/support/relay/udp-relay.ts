// A UDP relay that puts a simulated network between two endpoints on this machine; one relay is one path.
//
//   client ──▶ front socket ──▶ link `up` ──▶ back socket ──▶ server      (the server's address is given)
//   client ◀── front socket ◀── link `down` ◀── back socket ◀── server    (the client's is learnt from its first packet)
//
// With ICE. A path is what a candidate pair names, so each side must know the relay's address and nothing else of the
// other side:
//  - The *server* (the side whose address is known) is best the media server: it answers checks from addresses that
//    nobody told it about (RFC 8445, 7.3.1.3, peer-reflexive candidates). Pass its candidates to the client through
//    `candidateFor` (trickle) or `sdpFor` (all in the SDP): the first UDP host candidate becomes the relay's front
//    address, every other one is withheld, or ICE finds the way around the relay.
//  - The *client* (a browser): withhold all its candidates from the server (drop the trickled ones, `withoutCandidates`
//    for its SDP). The server sees its checks come from the relay's back socket and takes that as a peer-reflexive
//    candidate; the client sees that address in the answer and makes its own peer-reflexive candidate. Both are normal.
//  - A client may check from several local addresses at once. Each source address gets a back socket of its own, as a
//    NAT would do it, so that answers find their way back; all of them share the two links, for it is one path.
//  - One relay per peer connection (bundle and rtcp-mux, one component). Two endpoints need two relays.
//  - A Chromium without network but loopback needs `--allow-loopback-in-peer-connection` to reach 127.0.0.1.
// Loss that is there from the start also hits STUN and DTLS, whose retransmission takes seconds: to look at media alone,
// change the conditions once the connection is up.

import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { type CandidateRewriter, rewriteCandidate, rewriteSdpCandidates } from "./ice-candidate.ts";
import type { LinkConditions } from "./link-conditions.ts";
import { type LinkCounters, SimulatedLink } from "./simulated-link.ts";
import type { UdpAddress } from "./udp-address.ts";

/** `up` is from the client to the server, `down` from the server to the client. */
export type Direction = "up" | "down";

/** How a relay is made. */
export interface UdpRelayOptions {
  /** Whole number that all chance comes from. Default 1. */
  readonly seed?: number;
  /** IPv4 address of both sockets. Default 127.0.0.1. */
  readonly host?: string;
  /** Port that the client sends to. Default 0: a free one. */
  readonly port?: number;
  /** Where the server listens; may come later, by `setTarget` or a candidate. Until then what comes is dropped (`noPeer`). */
  readonly target?: UdpAddress;
  /** Conditions from the client to the server. Default: perfect. */
  readonly up?: Partial<LinkConditions>;
  /** Conditions from the server to the client. Default: perfect. */
  readonly down?: Partial<LinkConditions>;
  /** Most source addresses of the client that are served; packets from more are dropped (`noPeer`). Default 32. */
  readonly maxFlows?: number;
}

/** What one direction of a relay did so far, in packets unless named bytes. */
export interface RelayCounters extends LinkCounters {
  /** Dropped before the link: nobody is known on the other side, or a stranger sent it. */
  readonly noPeer: number;
  /** Left the link, but the operating system refused to send it. */
  readonly sendFailed: number;
}

/** A running relay. */
export interface UdpRelay extends AsyncDisposable {
  /** Where the client sends to. */
  readonly front: UdpAddress;
  /** Where the server was said to be. */
  readonly target: UdpAddress | undefined;
  /** Says where the server is. */
  setTarget(target: UdpAddress): void;
  /** Changes the conditions of one direction or both, from now on. Throws on a value out of range. */
  set(direction: Direction | "both", change: Partial<LinkConditions>): void;
  /** Loses everything in one direction or both, for a time in ms or until {@link UdpRelay.mend}. */
  cut(direction: Direction | "both", forMs?: number): void;
  /** Ends a cut. */
  mend(direction: Direction | "both"): void;
  /** What happened so far. */
  counters(direction: Direction): RelayCounters;
  /**
   * The candidate to give to the client in place of this one of the server, or undefined when it is to be withheld.
   * The first UDP host candidate sets the target. Takes `candidate:…` and `a=candidate:…`.
   */
  candidateFor(candidateLine: string): string | undefined;
  /** The SDP to give to the client in place of this one of the server: all its candidates pass {@link candidateFor}. */
  sdpFor(sdp: string): string;
  /** Ends it: sockets closed, timers gone, packets under way lost. Every caller gets the same promise. */
  close(): Promise<void>;
}

interface Flow {
  readonly client: UdpAddress;
  readonly socket: Socket;
}

interface Packet {
  readonly bytes: Uint8Array;
  readonly byteLength: number;
  readonly flow: Flow;
}

const DIRECTIONS = ["up", "down"] as const;

class SocketRelay implements UdpRelay {
  readonly front: UdpAddress;
  readonly #host: string;
  readonly #maxFlows: number;
  readonly #frontSocket: Socket;
  readonly #flows = new Map<string, Flow>();
  readonly #links: Readonly<Record<Direction, SimulatedLink<Packet>>>;
  readonly #refused = { up: { noPeer: 0, sendFailed: 0 }, down: { noPeer: 0, sendFailed: 0 } };
  readonly #rewriter: CandidateRewriter;
  #target: UdpAddress | undefined;
  #timer: NodeJS.Timeout | undefined;
  #timerDueMs = Number.POSITIVE_INFINITY;
  #closed: Promise<void> | undefined;

  constructor(frontSocket: Socket, options: UdpRelayOptions) {
    const { address, port } = frontSocket.address();
    const seed = options.seed ?? 1;
    this.front = { address, port };
    this.#host = address;
    this.#maxFlows = options.maxFlows ?? 32;
    this.#frontSocket = frontSocket;
    this.#target = options.target;
    this.#links = { up: new SimulatedLink(seed, options.up), down: new SimulatedLink(seed + 1, options.down) };
    this.#rewriter = {
      relay: this.front,
      target: () => this.#target,
      setTarget: (target) => this.setTarget(target),
    };
    frontSocket.on("message", (bytes, from) => this.#fromClient(bytes, from));
    frontSocket.on("error", () => this.#refused.down.sendFailed++);
  }

  get target(): UdpAddress | undefined {
    return this.#target;
  }

  setTarget(target: UdpAddress): void {
    this.#target = target;
  }

  set(direction: Direction | "both", change: Partial<LinkConditions>): void {
    for (const one of each(direction)) this.#links[one].change(change, performance.now());
    this.#pump();
  }

  cut(direction: Direction | "both", forMs?: number): void {
    for (const one of each(direction)) this.#links[one].cut(performance.now(), forMs);
  }

  mend(direction: Direction | "both"): void {
    for (const one of each(direction)) this.#links[one].mend();
  }

  counters(direction: Direction): RelayCounters {
    return { ...this.#links[direction].counters, ...this.#refused[direction] };
  }

  candidateFor(candidateLine: string): string | undefined {
    return rewriteCandidate(candidateLine, this.#rewriter);
  }

  sdpFor(sdp: string): string {
    return rewriteSdpCandidates(sdp, (line) => this.candidateFor(line));
  }

  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #end(): Promise<void> {
    clearTimeout(this.#timer);
    const sockets = [this.#frontSocket, ...[...this.#flows.values()].map((flow) => flow.socket)];
    this.#flows.clear();
    await Promise.all(
      sockets.map((socket) => {
        const closed = once(socket, "close");
        socket.close();
        return closed;
      }),
    );
  }

  #fromClient(bytes: Uint8Array, from: RemoteInfo): void {
    if (this.#closed !== undefined) return;
    const flow = this.#target === undefined ? undefined : this.#flowOf(from);
    if (flow === undefined) this.#refused.up.noPeer++;
    else this.#offer("up", { bytes, byteLength: bytes.byteLength, flow });
  }

  #fromServer(bytes: Uint8Array, from: RemoteInfo, flow: Flow): void {
    if (this.#closed !== undefined) return;
    // Only the port is compared: a server bound to all addresses answers from whichever is nearest.
    if (from.port !== this.#target?.port) this.#refused.down.noPeer++;
    else this.#offer("down", { bytes, byteLength: bytes.byteLength, flow });
  }

  #flowOf(client: UdpAddress): Flow | undefined {
    const key = `${client.address}:${client.port}`;
    const known = this.#flows.get(key);
    if (known !== undefined || this.#flows.size >= this.#maxFlows) return known;
    const socket = createSocket("udp4");
    const flow: Flow = { client: { address: client.address, port: client.port }, socket };
    this.#flows.set(key, flow);
    socket.on("message", (bytes, from) => this.#fromServer(bytes, from, flow));
    socket.on("error", () => this.#refused.up.sendFailed++);
    // Node holds what is sent until the socket is bound.
    socket.bind(0, this.#host, () => enlargeBuffers(socket));
    return flow;
  }

  #offer(direction: Direction, packet: Packet): void {
    this.#links[direction].offer(packet, performance.now());
    this.#pump();
  }

  /** Sends what is due and sets the one timer to what is due next. */
  #pump(): void {
    if (this.#closed !== undefined) return;
    const nowMs = performance.now();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const direction of DIRECTIONS) {
      const link = this.#links[direction];
      for (const packet of link.take(nowMs)) this.#send(direction, packet);
      nextMs = Math.min(nextMs, link.nextDeadlineMs ?? Number.POSITIVE_INFINITY);
    }
    if (nextMs === this.#timerDueMs) return;
    clearTimeout(this.#timer);
    this.#timerDueMs = nextMs;
    if (nextMs === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => {
      this.#timerDueMs = Number.POSITIVE_INFINITY;
      this.#pump();
    }, nextMs - nowMs);
  }

  #send(direction: Direction, { bytes, flow }: Packet): void {
    const [socket, to] = direction === "up" ? [flow.socket, this.#target] : [this.#frontSocket, flow.client];
    if (to === undefined) {
      this.#refused[direction].sendFailed++;
      return;
    }
    socket.send(bytes, to.port, to.address, (error) => {
      if (error !== null) this.#refused[direction].sendFailed++;
    });
  }
}

/**
 * Opens a relay and resolves when its front socket is bound.
 *
 * ```ts
 * await using relay = await openUdpRelay({ seed: 7, down: { loss: 0.05 } });
 * viewer.addIceCandidate({ ...candidate, candidate: relay.candidateFor(candidate.candidate) });
 * ```
 *
 * Rejects when the address cannot be bound; throws on conditions out of range.
 */
export async function openUdpRelay(options: UdpRelayOptions = {}): Promise<UdpRelay> {
  const socket = createSocket("udp4");
  try {
    const listening = once(socket, "listening");
    socket.bind(options.port ?? 0, options.host ?? "127.0.0.1");
    await listening;
    enlargeBuffers(socket);
    return new SocketRelay(socket, options);
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** So that a burst which arrives while the process is busy is not lost by the relay itself. */
function enlargeBuffers(socket: Socket): void {
  socket.setRecvBufferSize(1 << 20);
  socket.setSendBufferSize(1 << 20);
}

function each(direction: Direction | "both"): readonly Direction[] {
  return direction === "both" ? DIRECTIONS : [direction];
}
