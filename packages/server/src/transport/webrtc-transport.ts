// A path to one WebRTC peer: ICE, DTLS and SRTP by node-datachannel, which knows nothing of our media.

import type { PeerConnection, RtcConfig, Track } from "node-datachannel";
import { LocalCandidates, RemoteCandidates } from "./candidate-list.ts";
import type { DtlsCertificate, Fingerprint } from "./certificate.ts";
import { generateIceCredentials, type IceCredentials } from "./ice-credentials.ts";
import { type IceServer, nativeIceServers } from "./ice-server.ts";
import { type LocalPort, type PortRange, takeLocalPort } from "./local-port.ts";
import { loadNativeLibrary, type NativeLibrary } from "./native-library.ts";
import {
  checkRemoteParameters,
  MEDIA_MID,
  MEDIA_PAYLOAD_TYPE,
  type RemoteParameters,
  writeRemoteDescription,
} from "./remote-description.ts";
import type { IceState, SelectedCandidatePair, Transport, TransportListener, TransportState } from "./transport.ts";

/** Who we are; fixed when the transport is made, so that an SDP can be written before anything is opened. */
export interface WebRtcIdentity {
  readonly certificate: DtlsCertificate;
  /** Default: new ones. */
  readonly credentials?: IceCredentials;
}

/** How to reach the network; read when `open` is called. */
export interface WebRtcNetworkOptions {
  /**
   * The one local address to bind to. Default: every interface, and 127.0.0.1 on a machine that has only loopback.
   */
  readonly bindAddress?: string;
  /** Names of network interfaces whose addresses may be offered as host candidates. Default: all. */
  readonly interfaces?: readonly string[];
  /** UDP ports to use. Default: the system chooses. */
  readonly portRange?: PortRange;
  /** STUN and TURN servers. Default: none. TURN is spoken over UDP alone; others are warned of and left out. */
  readonly iceServers?: readonly IceServer[];
  /** Largest IP packet of the handshake and of data channels, in bytes. Default: 1280. RTP packets are sent as they are. */
  readonly mtu?: number;
  /** How many remote candidates are taken at most. Default: 64. */
  readonly maxRemoteCandidates?: number;
  /** How long DTLS may take once ICE has found a path, in ms, before the state is `failed`. Default: 20,000. */
  readonly handshakeTimeoutMs?: number;
}

const DEFAULT_MAX_REMOTE_CANDIDATES = 64;
const DEFAULT_HANDSHAKE_TIMEOUT_MS = 20_000;
/** The library's ICE never gives up earlier than this (it takes 39.5 s, RFC 8863): what fails sooner is DTLS. */
const ICE_PATIENCE_MS = 10_000;

/** A WebRTC transport. Either side may have offered, and the remote parameters may come before or after `open`. */
export class WebRtcTransport implements Transport {
  /** Our user name fragment and password, for the SDP. */
  readonly credentials: IceCredentials;
  readonly #certificate: DtlsCertificate;
  readonly #listener: TransportListener;
  readonly #remoteCandidates = new RemoteCandidates((message) => this.#warn(message));
  readonly #localCandidates = new LocalCandidates();
  #state: TransportState = "new";
  #iceState: IceState = "new";
  #opened = false;
  #gathered = false;
  #network: WebRtcNetworkOptions = {};
  #remote: RemoteParameters | undefined;
  #remoteApplied = false;
  #connection: PeerConnection | undefined;
  #track: Track | undefined;
  /** The same track, while it is open. */
  #sending: Track | undefined;
  #localPort: LocalPort | undefined;
  #handshakeTimer: NodeJS.Timeout | undefined;
  #selectedPair: SelectedCandidatePair | undefined;
  #wasConnected = false;
  #connectingSinceMs = 0;

  constructor(identity: WebRtcIdentity, listener: TransportListener) {
    this.#certificate = identity.certificate;
    this.credentials = identity.credentials ?? generateIceCredentials();
    this.#listener = listener;
  }

  get state(): TransportState {
    return this.#state;
  }

  get iceState(): IceState {
    return this.#iceState;
  }

  /** The fingerprint of our certificate, for the SDP. */
  get fingerprint(): Fingerprint {
    return this.#certificate.fingerprint;
  }

  /** Local candidates found until now, as `candidate:…` lines. */
  get localCandidates(): readonly string[] {
    return this.#localCandidates.lines;
  }

  /** Whether all local candidates are known. */
  get gatheringDone(): boolean {
    return this.#gathered;
  }

  get selectedPair(): SelectedCandidatePair | undefined {
    return this.#selectedPair;
  }

  /**
   * Tells what the peer's SDP says of its transport; once, before or after `open`.
   *
   * @throws TypeError when a parameter is malformed. @throws Error when it was told before.
   */
  setRemote(remote: RemoteParameters): void {
    checkRemoteParameters(remote);
    if (this.#remote !== undefined) throw new Error("the remote parameters of this transport are set already");
    this.#remote = remote;
    const connection = this.#connection;
    if (connection !== undefined) this.#attempt("the remote description", () => this.#applyRemote(connection, remote));
  }

  open(network: WebRtcNetworkOptions = {}): void {
    if (this.#opened || this.#isOver) return;
    this.#opened = true;
    this.#network = network;
    this.#start().catch((error: unknown) => this.#fail("the transport could not be opened", error));
  }

  send(packet: Uint8Array): boolean {
    const track = this.#sending;
    if (track === undefined) return false;
    try {
      return (track as PacketSink).sendMessageBinary(packet);
    } catch {
      return false; // closed a moment ago, or not an RTP or RTCP packet
    }
  }

  addRemoteCandidate(candidate: string): boolean {
    if (this.#isOver) return false;
    const limit = this.#network.maxRemoteCandidates ?? DEFAULT_MAX_REMOTE_CANDIDATES;
    const line = this.#remoteCandidates.take(candidate, limit);
    if (line !== undefined && this.#remoteApplied) this.#passCandidate(line);
    return line !== undefined;
  }

  close(): void {
    if (this.#state === "closed") return;
    this.#release();
    this.#iceState = "closed";
    this.#state = "closed";
    this.#tell((listener) => listener.onState("closed"));
  }

  get #isOver(): boolean {
    return this.#state === "closed" || this.#state === "failed";
  }

  get #isIceConnected(): boolean {
    return this.#iceState === "connected" || this.#iceState === "completed";
  }

  async #start(): Promise<void> {
    const { portRange, bindAddress, interfaces, iceServers = [], mtu } = this.#network;
    const library = await loadNativeLibrary();
    const localPort = await takeLocalPort(bindAddress, portRange);
    if (this.#isOver) {
      localPort.release();
      return;
    }
    this.#localPort = localPort;
    if (interfaces !== undefined) this.#localCandidates.restrictTo(interfaces);
    this.#build(library, {
      iceServers: nativeIceServers(iceServers, (message) => this.#warn(message)),
      disableAutoNegotiation: true,
      forceMediaTransport: true,
      certificatePemFile: this.#certificate.certificatePem,
      keyPemFile: this.#certificate.privateKeyPem,
      ...(localPort.bindAddress === undefined ? {} : { bindAddress: localPort.bindAddress }),
      ...(localPort.port === undefined ? {} : { portRangeBegin: localPort.port, portRangeEnd: localPort.port }),
      ...(mtu === undefined ? {} : { mtu }),
    });
  }

  #build(library: NativeLibrary, config: RtcConfig): void {
    const connection = new library.PeerConnection("", config);
    this.#connection = connection;
    connection.onStateChange(this.#guarded((state: string) => this.#onNativeState(state)));
    connection.onIceStateChange(this.#guarded((state: string) => this.#onNativeIceState(state)));
    connection.onLocalCandidate(this.#guarded((candidate: string) => this.#onNativeCandidate(candidate)));
    connection.onGatheringStateChange(this.#guarded((state: string) => this.#onNativeGathering(state)));
    const media = new library.Video(MEDIA_MID, "SendRecv");
    media.addVP8Codec(MEDIA_PAYLOAD_TYPE);
    const track = connection.addTrack(media);
    this.#track = track;
    track.onMessage((packet) => this.#onNativePacket(packet));
    track.onOpen(this.#guarded(() => this.#connectedWhenReady()));
    track.onClosed(this.#guarded(() => this.#stopSending()));

    const credentials = { iceUfrag: this.credentials.ufrag, icePwd: this.credentials.pwd };
    const remote = this.#remote;
    if (remote?.type === "offer") {
      connection.setRemoteDescription(writeRemoteDescription(remote, "offer"), "offer");
      connection.setLocalDescription("answer", credentials);
      this.#remoteIsApplied();
    } else {
      connection.setLocalDescription("offer", credentials);
      if (remote !== undefined) this.#applyRemote(connection, remote);
    }
  }

  /**
   * The library was opened as the side that offers; what it gets is an answer, whatever the peer's SDP was. It hands the
   * credentials to ICE before it stores the fingerprint: a peer that checks already and answered `passive` can make DTLS
   * fail in between, once in some hundred times on a busy machine. Browsers answer `active`; that takes too long to hit.
   */
  #applyRemote(connection: PeerConnection, remote: RemoteParameters): void {
    connection.setRemoteDescription(writeRemoteDescription(remote, "answer"), "answer");
    this.#remoteIsApplied();
  }

  #remoteIsApplied(): void {
    this.#remoteApplied = true;
    this.#connectingSinceMs = performance.now();
    this.#setState("connecting");
    this.#setIceState("checking");
    for (const line of this.#remoteCandidates) this.#passCandidate(line);
  }

  #passCandidate(line: string): void {
    try {
      this.#connection?.addRemoteCandidate(`a=${line}`, MEDIA_MID);
    } catch (error) {
      this.#warn(`remote candidate not taken: ${line}`, error);
    }
  }

  /** As `#guarded`, without what that costs for each packet. */
  #onNativePacket(packet: Buffer): void {
    if (this.#isOver) return;
    try {
      this.#listener.onPacket(packet);
    } catch (error) {
      this.#warn("a listener of the transport threw", error);
    }
  }

  #onNativeCandidate(text: string): void {
    const line = this.#localCandidates.take(text);
    if (line !== undefined) this.#listener.onCandidate(line);
  }

  #onNativeGathering(state: string): void {
    if (state !== "complete" || this.#gathered) return;
    // Here, too, a candidate may still be on its way.
    const sdp = this.#connection?.localDescription()?.sdp ?? "";
    for (const [, line = ""] of sdp.matchAll(/^a=(candidate:.*?)\r?$/gm)) this.#onNativeCandidate(line);
    this.#gathered = true;
    this.#listener.onGatheringDone();
  }

  #onNativeIceState(state: string): void {
    switch (state) {
      case "connected":
        this.#iceConnected();
        break;
      case "completed":
        this.#iceConnected();
        this.#setIceState(state);
        break;
      case "disconnected":
      case "failed":
        this.#setIceState(state);
        break;
      default: // `checking` and `closed` are told by what we do ourselves
    }
  }

  #iceConnected(): void {
    this.#awaitHandshake();
    this.#readSelectedPair();
    if (this.#iceState !== "completed") this.#setIceState("connected");
  }

  #onNativeState(state: string): void {
    // Each kind of callback has a queue of its own: what ICE has to say may still be on its way.
    if (state === "connected") this.#onNativeIceState(this.#connection?.iceState() ?? "");
    switch (state) {
      case "connected":
        this.#connectedWhenReady();
        break;
      case "disconnected":
        if (this.#wasConnected) this.#setState("disconnected");
        break;
      case "failed":
      case "closed":
        // Let what was said before arrive first: it is the reason.
        setImmediate(
          this.#guarded(() => {
            // A peer that closed a working connection left in order.
            if (state === "closed" && this.#wasConnected) this.#setState("disconnected");
            else this.#fail(this.#failureReason());
          }),
        );
        break;
      default: // `connecting` is told by what we do ourselves
    }
  }

  #failureReason(): string {
    if (this.#wasConnected) return "the peer fell silent: it gave no sign of life for 30 s (RFC 7675)";
    if (this.#isIceConnected || performance.now() - this.#connectingSinceMs < ICE_PATIENCE_MS) {
      return "DTLS failed: the peer's certificate is not the one of its SDP, or the peer refused ours";
    }
    return `ICE failed: no way to the peer was found, with ${this.#remoteCandidates.count} remote candidates`;
  }

  #connectedWhenReady(): void {
    const track = this.#track;
    if (this.#isOver || track === undefined || !track.isOpen() || this.#connection?.state() !== "connected") return;
    clearTimeout(this.#handshakeTimer);
    this.#sending = track;
    this.#wasConnected = true;
    this.#setState("connected");
  }

  #stopSending(): void {
    this.#sending = undefined;
    if (this.#state === "connected") this.#setState("disconnected");
  }

  #awaitHandshake(): void {
    if (this.#handshakeTimer !== undefined || this.#state === "connected") return;
    const limitMs = this.#network.handshakeTimeoutMs ?? DEFAULT_HANDSHAKE_TIMEOUT_MS;
    this.#handshakeTimer = setTimeout(() => {
      if (this.#sending === undefined) this.#fail(`DTLS: no handshake within ${limitMs} ms after ICE had connected`);
    }, limitMs).unref();
  }

  #readSelectedPair(): void {
    const pair = this.#connection?.getSelectedCandidatePair();
    if (pair === null || pair === undefined) return;
    const [local, remote] = [pair.local.candidate, pair.remote.candidate].map((line) => line.replace(/^a=/, ""));
    if (local === undefined || remote === undefined) return;
    if (this.#selectedPair?.local === local && this.#selectedPair.remote === remote) return;
    this.#selectedPair = { local, remote };
    this.#listener.onSelectedPair(this.#selectedPair);
  }

  #setState(state: TransportState): void {
    if (this.#isOver || this.#state === state) return;
    this.#state = state;
    this.#tell((listener) => listener.onState(state));
  }

  #setIceState(state: IceState): void {
    if (this.#isOver || this.#iceState === state) return;
    this.#iceState = state;
    this.#tell((listener) => listener.onIceState(state));
  }

  /** Ends in `failed`, with the reason told first. What is native is released at once. */
  #fail(reason: string, error?: unknown): void {
    if (this.#isOver) return;
    this.#warn(reason, error);
    if (this.#wasConnected || !this.#isIceConnected) this.#setIceState("failed");
    this.#setState("failed");
    this.#release();
  }

  #release(): void {
    clearTimeout(this.#handshakeTimer);
    this.#sending = undefined;
    const [track, connection] = [this.#track, this.#connection];
    this.#track = undefined;
    this.#connection = undefined;
    try {
      track?.close(); // lets go of its callbacks; without that they keep the process alive
      connection?.close();
    } catch (error) {
      this.#warn("the connection did not close", error);
    }
    this.#localPort?.release();
  }

  /** Runs a step whose failure ends the transport. */
  #attempt(what: string, step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#fail(`${what} could not be used`, error);
    }
  }

  /** Makes a callback for the library: silent after the end, and nothing is thrown out of it (that would end the process). */
  #guarded<Args extends readonly unknown[]>(callback: (...args: Args) => void): (...args: Args) => void {
    return (...args) => {
      if (this.#isOver) return;
      try {
        callback(...args);
      } catch (error) {
        this.#warn("a listener of the transport threw", error);
      }
    };
  }

  #tell(call: (listener: TransportListener) => void): void {
    try {
      call(this.#listener);
    } catch (error) {
      this.#warn("a listener of the transport threw", error);
    }
  }

  #warn(message: string, error?: unknown): void {
    try {
      this.#listener.onWarning(message, error);
    } catch (thrown) {
      process.emitWarning(`a transport's onWarning threw ${String(thrown)} while it was told: ${message}`);
    }
  }
}

/** The library takes any byte array, though it asks for a Buffer. */
interface PacketSink {
  sendMessageBinary(packet: Uint8Array): boolean;
}
