// Peer connections in a page of a real browser, as many as wanted side by side, each driven and measured from the test.

import type { Page } from "puppeteer-core";

/** What an m-line does; `none` leaves it out. */
export type LineDirection = "sendrecv" | "sendonly" | "recvonly" | "inactive" | "none";

/** How a peer is made. */
export interface PagePeerOptions {
  readonly audio?: LineDirection;
  readonly video?: LineDirection;
  /** The one codec to offer, such as `PCMU` or `H264`; all by default. */
  readonly audioCodec?: string;
  readonly videoCodec?: string;
  /** The fake camera is easy to compress, `noise` is hard. Default: the camera. */
  readonly picture?: "camera" | "noise";
  /** The fake microphone may be silent, a tone is not. Default: the microphone. */
  readonly sound?: "microphone" | "tone";
}

/** What the browser counts of one stream that it receives. */
export interface InboundFigures {
  readonly codec: string;
  readonly ssrc: number;
  readonly packetsReceived: number;
  /** Payload only. */
  readonly bytesReceived: number;
  readonly headerBytesReceived: number;
  readonly packetsLost: number;
  readonly retransmittedPacketsReceived: number;
  readonly nackCount: number;
  readonly pliCount: number;
  readonly framesDecoded: number;
  readonly keyFramesDecoded: number;
  readonly freezeCount: number;
  readonly totalFreezesDuration: number;
  readonly frameWidth: number;
  readonly frameHeight: number;
  readonly totalAudioEnergy: number;
  readonly concealedSamples: number;
  /** NTP milliseconds of what plays now; 0 while the browser does not tell. */
  readonly estimatedPlayoutTimestamp: number;
}

/** What the browser counts of one stream that it sends. */
export interface OutboundFigures {
  readonly codec: string;
  readonly ssrc: number;
  readonly packetsSent: number;
  /** Payload only. */
  readonly bytesSent: number;
  readonly headerBytesSent: number;
  readonly framesEncoded: number;
  readonly keyFramesEncoded: number;
  readonly nackCount: number;
  readonly pliCount: number;
  readonly firCount: number;
  readonly retransmittedPacketsSent: number;
  readonly targetBitrate: number;
  /** From the receiver reports that came. */
  readonly remotePacketsLost: number;
  readonly remoteRoundTripTime: number;
}

/** A snapshot of a peer connection. Streams that are not there are all zeros. */
export interface PeerFigures {
  readonly connectionState: string;
  /** Milliseconds of the page's clock. */
  readonly atMs: number;
  /** From the answer (or the processing of our offer) to the first picture; 0 before it. */
  readonly firstPictureAfterMs: number;
  readonly audioIn: InboundFigures;
  readonly videoIn: InboundFigures;
  readonly audioOut: OutboundFigures;
  readonly videoOut: OutboundFigures;
  /** Bitrate that the browser's congestion control allows, bit/s. */
  readonly availableOutgoingBitrate: number;
}

/** A peer connection in a page. */
export class PagePeer {
  readonly page: Page;
  readonly #name: string;

  private constructor(page: Page, name: string) {
    this.page = page;
    this.#name = name;
  }

  /** Makes a peer connection. The page asks for camera and microphone when something is to be sent. */
  static async open(page: Page, options: PagePeerOptions = {}): Promise<PagePeer> {
    await page.evaluate(install);
    const name = await page.evaluate((given) => window.peersOfTest.open(given), { ...options });
    return new PagePeer(page, name);
  }

  /** An offer with all candidates inside. */
  async offer(): Promise<string> {
    return this.page.evaluate((name) => window.peersOfTest.offer(name), this.#name);
  }

  /** Candidates of the browser that have been found, as `candidate:…` lines with their m-line. */
  async candidates(): Promise<{ candidate: string; sdpMid: string; sdpMLineIndex: number }[]> {
    return this.page.evaluate((name) => window.peersOfTest.candidates(name), this.#name);
  }

  /** Takes the answer to the offer. */
  async accept(answer: string): Promise<void> {
    await this.page.evaluate((name, sdp) => window.peersOfTest.accept(name, sdp), this.#name, answer);
  }

  /** Answers an offer, with all candidates inside. Of the options of `open`, directions do not count then. */
  async answer(offer: string): Promise<string> {
    return this.page.evaluate((name, sdp) => window.peersOfTest.answer(name, sdp), this.#name, offer);
  }

  /** Takes a candidate of the server. */
  async addCandidate(candidate: unknown): Promise<void> {
    await this.page.evaluate(
      (name, json) => window.peersOfTest.addCandidate(name, json),
      this.#name,
      JSON.stringify(candidate),
    );
  }

  /** Reads what the browser counts. */
  async figures(): Promise<PeerFigures> {
    return this.page.evaluate((name) => window.peersOfTest.figures(name), this.#name);
  }

  /** Waits until the figures fit and gives them; throws with the last ones after the limit. */
  async when(what: string, fits: (figures: PeerFigures) => boolean, limitMs = 15_000): Promise<PeerFigures> {
    const begin = Date.now();
    for (;;) {
      const figures = await this.figures();
      if (fits(figures)) return figures;
      if (Date.now() - begin > limitMs) throw new Error(`${what}: not in ${limitMs} ms: ${JSON.stringify(figures)}`);
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  }

  /** Ends the connection, in order. */
  async close(): Promise<void> {
    await this.page.evaluate((name) => window.peersOfTest.close(name), this.#name);
  }
}

/** How far audio plays ahead of video, in milliseconds; NaN while the browser does not tell. */
export function lipSkewMs({ audioIn, videoIn }: PeerFigures): number {
  const [audio, video] = [audioIn.estimatedPlayoutTimestamp, videoIn.estimatedPlayoutTimestamp];
  return audio === 0 || video === 0 ? Number.NaN : audio - video;
}

interface PeersOfTest {
  open(options: PagePeerOptions): Promise<string>;
  offer(name: string): Promise<string>;
  candidates(name: string): { candidate: string; sdpMid: string; sdpMLineIndex: number }[];
  accept(name: string, sdp: string): Promise<void>;
  answer(name: string, sdp: string): Promise<string>;
  addCandidate(name: string, json: string): Promise<void>;
  figures(name: string): Promise<PeerFigures>;
  close(name: string): void;
}

declare global {
  interface Window {
    peersOfTest: PeersOfTest;
  }
}

/** Runs in the page. */
function install(): void {
  if ((window as Partial<Window>).peersOfTest !== undefined) return;
  interface Held {
    readonly peer: RTCPeerConnection;
    readonly options: PagePeerOptions;
    readonly found: { candidate: string; sdpMid: string; sdpMLineIndex: number }[];
    beganMs: number;
    pictureMs: number;
  }
  const held = new Map<string, Held>();
  let camera: Promise<MediaStream> | undefined;
  let noise: MediaStreamTrack | undefined;

  const get = (name: string): Held => {
    const found = held.get(name);
    if (found === undefined) throw new Error(`no peer ${name}`);
    return found;
  };
  /** Cells of 8 pixels: every frame is new, and yet no more than an encoder can do. */
  const makeNoise = (): MediaStreamTrack => {
    const canvas = document.createElement("canvas");
    canvas.width = 640;
    canvas.height = 480;
    const context = canvas.getContext("2d")!;
    const cells = new OffscreenCanvas(80, 60);
    const cellContext = cells.getContext("2d")!;
    const image = cellContext.createImageData(80, 60);
    const words = new Uint32Array(image.data.buffer);
    setInterval(() => {
      for (let index = 0; index < words.length; index++) words[index] = 0xff000000 | (Math.random() * 0xffffff);
      cellContext.putImageData(image, 0, 0);
      context.drawImage(cells, 0, 0, 640, 480);
    }, 50);
    return canvas.captureStream(20).getVideoTracks()[0]!;
  };
  const trackOf = async (kind: "audio" | "video", options: PagePeerOptions): Promise<MediaStreamTrack> => {
    if (kind === "video" && options.picture === "noise") {
      noise ??= makeNoise();
      return noise;
    }
    if (kind === "audio" && options.sound === "tone") {
      const context = new AudioContext();
      const [tone, out] = [context.createOscillator(), context.createMediaStreamDestination()];
      tone.connect(out);
      tone.start();
      return out.stream.getAudioTracks()[0]!;
    }
    camera ??= navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 480 } });
    return (await camera)
      .getTracks()
      .find((track) => track.kind === kind)!
      .clone();
  };
  const addLine = async (peer: RTCPeerConnection, kind: "audio" | "video", options: PagePeerOptions): Promise<void> => {
    const direction = options[kind] ?? "recvonly";
    if (direction === "none") return;
    const sends = direction === "sendrecv" || direction === "sendonly";
    const transceiver = peer.addTransceiver(sends ? await trackOf(kind, options) : kind, { direction });
    const wanted = kind === "audio" ? options.audioCodec : options.videoCodec;
    if (wanted === undefined) return;
    const { codecs = [] } = RTCRtpReceiver.getCapabilities(kind) ?? {};
    transceiver.setCodecPreferences(
      codecs.filter(({ mimeType }) =>
        [`${kind}/${wanted}`, `${kind}/rtx`].some((name) => name.toLowerCase() === mimeType.toLowerCase()),
      ),
    );
  };
  const gathered = async (peer: RTCPeerConnection): Promise<string> => {
    while (peer.iceGatheringState !== "complete") {
      await new Promise((resolve) => peer.addEventListener("icegatheringstatechange", resolve, { once: true }));
    }
    return peer.localDescription?.sdp ?? "";
  };
  type Raw = Record<string, number | string | undefined>;
  const number = (raw: Raw | undefined, key: string): number => {
    const value = raw?.[key];
    return typeof value === "number" ? value : 0;
  };
  const numbers = (raw: Raw | undefined, keys: readonly string[]): Record<string, number> =>
    Object.fromEntries(keys.map((key) => [key, number(raw, key)]));
  const inbound = [
    ...["ssrc", "packetsReceived", "bytesReceived", "headerBytesReceived", "packetsLost"],
    ...["retransmittedPacketsReceived", "nackCount", "pliCount", "framesDecoded", "keyFramesDecoded", "freezeCount"],
    ...["totalFreezesDuration", "frameWidth", "frameHeight", "totalAudioEnergy", "concealedSamples"],
    "estimatedPlayoutTimestamp",
  ];
  const outbound = [
    ...["ssrc", "packetsSent", "bytesSent", "headerBytesSent", "framesEncoded", "keyFramesEncoded", "nackCount"],
    ...["pliCount", "firCount", "retransmittedPacketsSent", "targetBitrate"],
  ];

  window.peersOfTest = {
    async open(options) {
      const peer = new RTCPeerConnection();
      const name = `peer ${held.size}`;
      const entry: Held = { peer, options, found: [], beganMs: 0, pictureMs: 0 };
      held.set(name, entry);
      peer.onicecandidate = ({ candidate }) => {
        if (candidate === null || candidate.candidate === "") return;
        const { sdpMid, sdpMLineIndex } = candidate;
        entry.found.push({
          candidate: candidate.candidate,
          sdpMid: sdpMid ?? "",
          sdpMLineIndex: sdpMLineIndex ?? 0,
        });
      };
      peer.ontrack = ({ track }) => {
        // Both are played by one element: only then do browsers keep lips in sync.
        let element = document.getElementById(name) as HTMLVideoElement | null;
        if (element === null) {
          element = document.createElement("video");
          element.id = name;
          element.width = 160;
          element.autoplay = true;
          element.srcObject = new MediaStream();
          document.body.append(element);
          element.requestVideoFrameCallback(() => {
            entry.pictureMs = performance.now();
          });
        }
        (element.srcObject as MediaStream).addTrack(track);
      };
      return name;
    },
    async offer(name) {
      const { peer, options } = get(name);
      if (peer.getTransceivers().length === 0) {
        await addLine(peer, "audio", options);
        await addLine(peer, "video", options);
      }
      await peer.setLocalDescription();
      return gathered(peer);
    },
    candidates: (name) => get(name).found,
    async accept(name, sdp) {
      const entry = get(name);
      entry.beganMs = performance.now();
      await entry.peer.setRemoteDescription({ type: "answer", sdp });
    },
    async answer(name, sdp) {
      const entry = get(name);
      const { peer, options } = entry;
      entry.beganMs = performance.now();
      await peer.setRemoteDescription({ type: "offer", sdp });
      for (const transceiver of peer.getTransceivers()) {
        const kind = transceiver.receiver.track.kind as "audio" | "video";
        const direction = options[kind] ?? "recvonly";
        if (direction === "none") {
          transceiver.stop();
          continue;
        }
        transceiver.direction = direction;
        if (direction === "sendrecv" || direction === "sendonly") {
          await transceiver.sender.replaceTrack(await trackOf(kind, options));
        }
      }
      await peer.setLocalDescription();
      return gathered(peer);
    },
    async addCandidate(name, json) {
      await get(name).peer.addIceCandidate(JSON.parse(json) as RTCIceCandidateInit);
    },
    async figures(name) {
      const { peer, beganMs, pictureMs } = get(name);
      const report = (peer.connectionState === "closed" ? new Map() : await peer.getStats()) as Map<string, Raw>;
      const all = [...report.values()];
      const find = (type: string, kind: string): Raw | undefined =>
        all.find((each) => each["type"] === type && each["kind"] === kind);
      const codecOf = (raw: Raw | undefined): string =>
        String(report.get(String(raw?.["codecId"]))?.["mimeType"] ?? "").replace(/^.*\//, "");
      const incoming = (kind: string): InboundFigures => {
        const raw = find("inbound-rtp", kind);
        return { codec: codecOf(raw), ...numbers(raw, inbound) } as unknown as InboundFigures;
      };
      const outgoing = (kind: string): OutboundFigures => {
        const raw = find("outbound-rtp", kind);
        const remote = find("remote-inbound-rtp", kind);
        return {
          codec: codecOf(raw),
          ...numbers(raw, outbound),
          remotePacketsLost: number(remote, "packetsLost"),
          remoteRoundTripTime: number(remote, "roundTripTime"),
        } as unknown as OutboundFigures;
      };
      const pair = all.find((each) => each["type"] === "candidate-pair" && Boolean(each["nominated"]));
      return {
        connectionState: peer.connectionState,
        atMs: performance.now(),
        firstPictureAfterMs: pictureMs === 0 ? 0 : pictureMs - beganMs,
        audioIn: incoming("audio"),
        videoIn: incoming("video"),
        audioOut: outgoing("audio"),
        videoOut: outgoing("video"),
        availableOutgoingBitrate: number(pair, "availableOutgoingBitrate"),
      };
    },
    close(name) {
      get(name).peer.close();
      document.getElementById(name)?.remove();
    },
  };
}
