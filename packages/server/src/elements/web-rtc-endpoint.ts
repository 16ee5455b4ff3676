// Kurento's WebRtcEndpoint: media to and from a browser.

import { randomInt } from "node:crypto";
import {
  type DtlsConnection,
  type IceCandidate,
  type IceCandidatePair,
  type IceConnection,
  KurentoError,
  type MediaType,
} from "@kurento-ts/protocol";
import {
  AUDIO_CODECS,
  AUDIO_EXTENSIONS,
  type IceCandidate as Candidate,
  type LocalMedia,
  type LocalSession,
  type NegotiatedCodec,
  type Negotiation,
  parseCandidate,
  type SessionDescription,
  VIDEO_CODECS,
  VIDEO_EXTENSIONS,
  writeCandidate,
} from "@kurento-ts/rtp";
import type {
  WebRtcEndpointConstructorParams,
  WebRtcEndpoint as WebRtcEndpointContract,
} from "../generated/contract.gen.ts";
import type { ObjectContext } from "../host/hosted-object.ts";
import { describeCodec } from "../media/match-codec.ts";
import type { MediaHost } from "../media/media-host.ts";
import type { InputPad } from "../media/pads.ts";
import { RtpSession } from "../media/rtp-session.ts";
import type { Track, TrackFormat } from "../media/track.ts";
import type { TransportListener, TransportState } from "../transport/transport.ts";
import { WebRtcTransport } from "../transport/webrtc-transport.ts";
import { BaseRtpEndpoint } from "./base-rtp-endpoint.ts";
import { type CandidateTarget, IceReport } from "./ice-report.ts";
import type { MediaElement, StatsById } from "./media-element.ts";
import { RtpStatsReport } from "./rtp-stats.ts";
import type { KnownCandidates } from "./sdp-endpoint.ts";
import { parseTurnUrl, WebRtcNetwork } from "./web-rtc-network.ts";

type Direction = "sendrecv" | "sendonly" | "recvonly";

/** Candidates of the peer that are kept for its descriptor; the transport has a limit of its own. */
const MAX_REMOTE_CANDIDATES = 128;
/** A peer is never told to send less video than this, as on Kurento. */
const LEAST_REMB_BPS = 30_000;

/**
 * One peer behind ICE and DTLS. The description is written before anything is opened: the path is built when both the
 * negotiation has begun and candidates were asked for, in either order.
 */
export class WebRtcEndpoint extends BaseRtpEndpoint implements WebRtcEndpointContract {
  readonly #params: WebRtcEndpointConstructorParams;
  readonly #network = new WebRtcNetwork();
  readonly #ice: IceReport = new IceReport((type, properties) => this.emit(type, properties));
  readonly #figures = new RtpStatsReport();
  readonly #localCandidates: Candidate[] = [];
  readonly #remoteCandidates: string[] = [];
  #gatheringDone = false;
  #gatherAsked = false;
  #opened = false;
  #targets: readonly CandidateTarget[] | undefined;
  #transport: WebRtcTransport | undefined;
  #session: RtpSession | undefined;
  #unsupported: string | undefined;

  constructor(context: ObjectContext, host: MediaHost, params: WebRtcEndpointConstructorParams) {
    super(context, host);
    this.#params = params;
    if (params.qosDscp !== "NO_VALUE") {
      this.warnWithoutEffect("WebRtcEndpoint.qosDscp", "the transport underneath cannot mark its packets");
    }
    if (params.useDataChannels) {
      this.warnWithoutEffect("WebRtcEndpoint.useDataChannels", "data channels are not built yet");
    }
    // Made in the background, so that the first offer finds it; a failure shows where it is needed.
    host.certificate(params.certificateKeyType).catch(() => {});
  }

  override setMinVideoRecvBandwidth(minVideoRecvBandwidth: number): void {
    super.setMinVideoRecvBandwidth(minVideoRecvBandwidth);
    this.#updateRecvLimits();
  }

  override setMaxVideoRecvBandwidth(maxVideoRecvBandwidth: number): void {
    super.setMaxVideoRecvBandwidth(maxVideoRecvBandwidth);
    this.#updateRecvLimits();
  }

  getNetworkInterfaces(): string {
    return this.#network.networkInterfaces;
  }

  /** Names of the network interfaces to use, separated by commas; all by default. */
  setNetworkInterfaces(networkInterfaces: string): void {
    this.#network.networkInterfaces = networkInterfaces;
  }

  getIceTcp(): boolean {
    return this.#network.iceTcp;
  }

  /** Stored; ICE over TCP is not available. */
  setIceTcp(iceTcp: boolean): void {
    if (iceTcp) this.warnWithoutEffect("WebRtcEndpoint.iceTcp", "ICE goes over UDP alone");
    this.#network.iceTcp = iceTcp;
  }

  getStunServerAddress(): string {
    return this.#network.stunServerAddress;
  }

  setStunServerAddress(stunServerAddress: string): void {
    this.#network.stunServerAddress = stunServerAddress;
  }

  getStunServerPort(): number {
    return this.#network.stunServerPort;
  }

  setStunServerPort(stunServerPort: number): void {
    this.#network.stunServerPort = stunServerPort;
  }

  getTurnUrl(): string {
    return this.#network.turnUrl;
  }

  /** `user:password@address:port(?transport=udp|tcp|tls)`. Anything else is stored, not used, and raises `Error`. */
  setTurnUrl(turnUrl: string): void {
    this.#network.turnUrl = turnUrl;
    if (turnUrl === "" || parseTurnUrl(turnUrl) !== undefined) return;
    const format = "'user:password@address:port(?transport=[udp|tcp|tls])'";
    const text = `URL '${turnUrl}' not allowed. It must have this format: ${format}`;
    this.emitError("UNEXPECTED_ELEMENT_ERROR", text, 13);
  }

  getExternalIPv4(): string {
    return this.#network.externalIPv4;
  }

  /** The address that peers reach this machine at, told them in place of its own. */
  setExternalIPv4(externalIPv4: string): void {
    this.#network.externalIPv4 = externalIPv4;
  }

  getExternalIPv6(): string {
    return this.#network.externalIPv6;
  }

  setExternalIPv6(externalIPv6: string): void {
    this.#network.externalIPv6 = externalIPv6;
  }

  getICECandidatePairs(): readonly IceCandidatePair[] {
    return this.#ice.candidatePairs;
  }

  getIceConnectionState(): readonly IceConnection[] {
    return this.#ice.iceConnections;
  }

  getDtlsConnectionState(): readonly DtlsConnection[] {
    return this.#ice.dtlsConnections;
  }

  /** Finds our candidates and opens the path; before the negotiation it is noted and done then. */
  gatherCandidates(): void {
    this.#gatherAsked = true;
    this.#openWhenReady();
  }

  /** Takes a candidate of the peer at any time. What is none, or of no use, is ignored, as on Kurento. */
  addIceCandidate(candidate: IceCandidate): void {
    const line = candidate.candidate.trim();
    if (line === "" || this.#remoteCandidates.length >= MAX_REMOTE_CANDIDATES) return;
    if (this.#remoteCandidates.includes(line)) return;
    this.#remoteCandidates.push(line);
    this.#transport?.addRemoteCandidate(line);
  }

  createDataChannel(): void {
    this.#refuseDataChannels("createDataChannel");
  }

  closeDataChannel(): void {
    this.#refuseDataChannels("closeDataChannel");
  }

  override getStats(mediaType?: MediaType): StatsById {
    const own = super.getStats(mediaType);
    return this.#session === undefined ? own : { ...own, ...this.#figures.read(this.#session, mediaType) };
  }

  protected override get takesMediaAtOnce(): boolean {
    return false;
  }

  protected override onInputTrack(pad: InputPad<MediaElement>, track: Track | undefined): void {
    if (pad.description !== "default") return;
    this.#session?.senders.find((sender) => sender.mediaType === pad.mediaType)?.setTrack(track);
    this.#updateInputs();
  }

  protected override async localSession(): Promise<LocalSession> {
    const certificate = await this.host.certificate(this.#params.certificateKeyType);
    this.#transport ??= new WebRtcTransport({ certificate }, this.#makeListener());
    for (const line of this.#remoteCandidates) this.#transport.addRemoteCandidate(line);
    const { credentials, fingerprint } = this.#transport;
    const number = this.id.slice(-64).replace(/[^0-9a-f]/g, "");
    return {
      sessionId: String(randomInt(1, 2 ** 47)),
      iceUfrag: credentials.ufrag,
      icePwd: credentials.pwd,
      fingerprint,
      cname: `kurento-ts-${number.slice(0, 16)}`,
      streamId: this.id.slice(this.id.lastIndexOf("/") + 1),
      direction: this.#direction(),
      audio: this.#localMedia("audio", this.getMaxAudioRecvBandwidth()),
      video: this.#localMedia("video", this.getMaxVideoRecvBandwidth()),
    };
  }

  protected override onOffered(offer: SessionDescription): void {
    this.#targets = offer.media.map((media, index) => ({ sdpMid: media.mid ?? "", sdpMLineIndex: index }));
    this.#openWhenReady();
  }

  protected override onNegotiated(negotiation: Negotiation, local: LocalSession, offered: boolean): void {
    // First what can be refused: then nothing has begun, and the client may try again.
    this.#setRemote(negotiation, offered);
    const accepted = negotiation.media.filter((media) => !media.rejected);
    this.#targets = accepted.map(({ mid, index }) => ({ sdpMid: mid ?? "", sdpMLineIndex: index }));
    this.#startSession(negotiation, local);
    this.#openWhenReady();
  }

  protected override localCandidates(): KnownCandidates {
    return { candidates: this.#localCandidates, complete: this.#gatheringDone };
  }

  protected override remoteCandidates(): KnownCandidates {
    const candidates = this.#remoteCandidates.flatMap((line) => parseCandidate(line) ?? []);
    return { candidates, complete: false };
  }

  protected override async close(): Promise<void> {
    this.#session?.close();
    this.#transport?.close();
    await super.close();
  }

  #direction(): Direction {
    const { recvonly, sendonly } = this.#params;
    if (recvonly === sendonly) return "sendrecv";
    return recvonly ? "recvonly" : "sendonly";
  }

  #localMedia(kind: "audio" | "video", maxRecvBandwidthKbps: number): LocalMedia {
    const isVideo = kind === "video";
    return {
      codecs: isVideo ? VIDEO_CODECS : AUDIO_CODECS,
      extensions: isVideo ? VIDEO_EXTENSIONS : AUDIO_EXTENSIONS,
      ssrc: randomInt(1, 2 ** 32 - 1),
      trackId: kind,
      maxRecvBandwidthKbps,
      ...(isVideo ? { rtxSsrc: randomInt(1, 2 ** 32 - 1) } : {}),
    };
  }

  /** What the peer may be told to send, bit/s. */
  #recvLimits(): { readonly minBitrateBps: number; readonly maxBitrateBps: number } {
    const minBitrateBps = Math.max(this.getMinVideoRecvBandwidth() * 1000, LEAST_REMB_BPS);
    return { minBitrateBps, maxBitrateBps: this.getMaxVideoRecvBandwidth() * 1000 };
  }

  #updateRecvLimits(): void {
    const { minBitrateBps, maxBitrateBps } = this.#recvLimits();
    this.#session?.reports.setLimits(minBitrateBps, maxBitrateBps);
  }

  #startSession({ media }: Negotiation, local: LocalSession): void {
    const transport = this.#transport;
    const session = new RtpSession({
      media,
      cname: local.cname,
      ssrcs: { AUDIO: local.audio?.ssrc ?? 0, VIDEO: local.video?.ssrc ?? 0 },
      remb: {
        ...withoutUndefined(this.getRembParams()),
        ...this.#recvLimits(),
      },
      ticker: this.host.ticker,
      send: (packet) => transport?.send(packet) ?? false,
      listener: {
        onTrack: (mediaType, track) => this.output(mediaType).setTrack(track),
        onActive: (active) => this.changeMediaState(active ? "CONNECTED" : "DISCONNECTED"),
        onUnsupported: (format, codecs) => this.#warnUnsupported(format, codecs),
      },
    });
    this.#session = session;
    for (const sender of session.senders) sender.setTrack(this.input(sender.mediaType).track);
  }

  #setRemote(negotiation: Negotiation, offered: boolean): void {
    const remote = negotiation.transport;
    const fingerprint =
      remote?.fingerprints.find(({ algorithm }) => algorithm === "sha-256") ?? remote?.fingerprints[0];
    if (remote === undefined || fingerprint === undefined || this.#transport === undefined) return;
    const refusal = offered ? "SDP_END_POINT_PROCESS_ANSWER_ERROR" : "SDP_END_POINT_PROCESS_OFFER_ERROR";
    try {
      this.#transport.setRemote({
        type: offered ? "answer" : "offer",
        ufrag: remote.iceUfrag,
        pwd: remote.icePwd,
        fingerprint,
        setup: remote.setup === "holdconn" ? "actpass" : remote.setup,
        iceLite: remote.iceLite,
      });
    } catch (error) {
      throw new KurentoError(refusal, error instanceof Error ? error.message : String(error), { cause: error });
    }
    for (const candidate of remote.candidates) this.#transport.addRemoteCandidate(writeCandidate(candidate));
  }

  #openWhenReady(): void {
    if (!this.#gatherAsked || this.#opened || this.#targets === undefined || this.released) return;
    this.#opened = true;
    // Nothing was agreed on: there is no path to open, and nobody shall wait for candidates.
    if (this.#targets.length === 0) {
      this.#gatheringDone = true;
      this.#ice.onGatheringDone();
      return;
    }
    this.#ice.onGathering();
    this.#transport?.open(this.#network.toOptions());
  }

  #makeListener(): TransportListener {
    return {
      onPacket: (packet) => this.#session?.onPacket(packet),
      onState: (state) => this.#onTransportState(state),
      onIceState: (state) => this.#ice.onIceState(state),
      onSelectedPair: (pair) => this.#ice.onSelectedPair(pair),
      onCandidate: (candidate) => {
        const announced = this.#network.announce(candidate);
        const parsed = parseCandidate(announced);
        if (parsed !== undefined) this.#localCandidates.push(parsed);
        this.#ice.onCandidate(announced, this.#targets ?? []);
      },
      onGatheringDone: () => {
        this.#gatheringDone = true;
        this.#ice.onGatheringDone();
      },
      onWarning: (message, error) => this.context.warn(message, error),
    };
  }

  #onTransportState(state: TransportState): void {
    this.#ice.onTransportState(state);
    const connected = state === "connected";
    if (connected || state !== "connecting") this.changeConnectionState(connected ? "CONNECTED" : "DISCONNECTED");
    this.#session?.setOpen(connected);
    this.#updateInputs();
  }

  /** Media flows in when it goes out to the peer: when the path is open and the peer takes the codec. */
  #updateInputs(): void {
    for (const sender of this.#session?.senders ?? []) this.input(sender.mediaType).setAccepting(sender.open);
  }

  #warnUnsupported(format: TrackFormat, codecs: readonly NegotiatedCodec[]): void {
    const has = describeCodec({ ...format, name: format.codec });
    const takes = codecs.map(describeCodec).join(", ");
    const text = `${format.mediaType} comes as ${has}, the peer takes ${takes}: it gets nothing, transcoding is not built yet`;
    if (text === this.#unsupported) return;
    this.#unsupported = text;
    this.context.warn(text);
  }

  #refuseDataChannels(operation: string): never {
    if (!this.#params.useDataChannels) {
      throw new KurentoError("MEDIA_OBJECT_OPERATION_NOT_SUPPORTED", "Data channels are not supported");
    }
    throw new KurentoError("NOT_IMPLEMENTED", `WebRtcEndpoint.${operation} is not built yet`);
  }
}

function withoutUndefined<T extends object>(values: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const set = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as { [Key in keyof T]?: Exclude<T[Key], undefined> };
}
