// Two transports of one process, wired to each other, with everything they tell recorded.
import { generateCertificate } from "../../src/transport/certificate.ts";
import type { RemoteParameters } from "../../src/transport/remote-description.ts";
import type {
  IceState,
  SelectedCandidatePair,
  TransportListener,
  TransportState,
} from "../../src/transport/transport.ts";
import { WebRtcTransport } from "../../src/transport/webrtc-transport.ts";

/** A listener that keeps what it hears and lets a test wait for it. */
export class Recorder implements TransportListener {
  readonly packets: Buffer[] = [];
  readonly states: TransportState[] = [];
  readonly iceStates: IceState[] = [];
  readonly candidates: string[] = [];
  readonly pairs: SelectedCandidatePair[] = [];
  readonly warnings: string[] = [];
  gatheringDone = false;
  /** Called with each candidate: the signalling of the test. */
  relay: ((candidate: string) => void) | undefined;
  readonly #waiting = new Set<() => void>();

  onPacket(packet: Buffer): void {
    this.packets.push(packet);
    this.#changed();
  }
  onState(state: TransportState): void {
    this.states.push(state);
    this.#changed();
  }
  onIceState(state: IceState): void {
    this.iceStates.push(state);
    this.#changed();
  }
  onCandidate(candidate: string): void {
    this.candidates.push(candidate);
    this.relay?.(candidate);
    this.#changed();
  }
  onGatheringDone(): void {
    this.gatheringDone = true;
    this.#changed();
  }
  onSelectedPair(pair: SelectedCandidatePair): void {
    this.pairs.push(pair);
    this.#changed();
  }
  onWarning(message: string): void {
    this.warnings.push(message);
    this.#changed();
  }

  /** Resolves when `condition` holds; looked at whenever something was heard. */
  until(what: string, condition: (heard: this) => boolean, limitMs = 10_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!condition(this)) return;
        done();
        resolve();
      };
      const timer = setTimeout(() => {
        done();
        reject(
          new Error(
            `not within ${limitMs} ms: ${what}; states ${this.states.join()}, ice ${this.iceStates.join()}, ${this.warnings.join()}`,
          ),
        );
      }, limitMs);
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
      };
      this.#waiting.add(look);
      look();
    });
  }

  untilState(state: TransportState, limitMs?: number): Promise<void> {
    return this.until(`state ${state}`, () => this.states.includes(state), limitMs);
  }

  #changed(): void {
    for (const look of [...this.#waiting]) look();
  }
}

/** One side: a transport and what it told. */
export class Side {
  readonly heard: Recorder = new Recorder();
  readonly transport: WebRtcTransport;
  constructor(transport: (listener: TransportListener) => WebRtcTransport) {
    this.transport = transport(this.heard);
  }
}

/** A side with a certificate of its own. */
export async function makeSide(keyType?: "ecdsa" | "rsa"): Promise<Side> {
  const certificate = await generateCertificate(keyType);
  return new Side((listener) => new WebRtcTransport({ certificate }, listener));
}

/** What `side` would write into its SDP. */
export function parametersOf(side: Side, type: "offer" | "answer"): RemoteParameters {
  const { credentials, fingerprint } = side.transport;
  return { ...credentials, fingerprint, type, setup: type === "offer" ? "actpass" : "active" };
}

/**
 * Two sides, neither opened yet. The offering one learns the other's candidates and calls; the other way round two such
 * transports would lose a first flight of DTLS, and a second with it. Browsers do not.
 */
export async function makePair(): Promise<{ offerer: Side; answerer: Side } & AsyncDisposable> {
  const [offerer, answerer] = await Promise.all([makeSide(), makeSide()]);
  answerer.heard.relay = (candidate) => offerer.transport.addRemoteCandidate(candidate);
  return {
    offerer,
    answerer,
    async [Symbol.asyncDispose]() {
      offerer.transport.close();
      answerer.transport.close();
    },
  };
}

/** An RTP packet: version 2, `size` bytes in all. */
export function rtpPacket(payloadType: number, ssrc: number, sequence: number, size = 200): Buffer {
  const packet = Buffer.alloc(size, 0x55);
  packet[0] = 0x80;
  packet[1] = payloadType;
  packet.writeUInt16BE(sequence, 2);
  packet.writeUInt32BE(sequence * 3000, 4);
  packet.writeUInt32BE(ssrc, 8);
  return packet;
}

/** An empty RTCP receiver report. */
export function receiverReport(ssrc: number): Buffer {
  const packet = Buffer.from([0x80, 201, 0, 1, 0, 0, 0, 0]);
  packet.writeUInt32BE(ssrc, 4);
  return packet;
}
