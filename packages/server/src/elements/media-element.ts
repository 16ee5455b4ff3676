// Kurento's MediaElement: an object with inputs and outputs that can be connected to other elements.

import { type AnyStats, type AudioCaps, KurentoError, type MediaType, type VideoCaps } from "@kurento-ts/protocol";
import type { MediaElement as MediaElementContract } from "../generated/contract.gen.ts";
import type { ObjectContext } from "../host/hosted-object.ts";
import type { MediaHost } from "../media/media-host.ts";
import { InputPad, OutputPad } from "../media/pads.ts";
import type { Track } from "../media/track.ts";
import { EncoderBitrate } from "./encoder-bitrate.ts";
import { MediaObject, type OwningPipeline } from "./media-object.ts";
import { drawGraph } from "./pipeline-graph.ts";

/** What `connect` and `disconnect` without a media type stand for, in the order of the events. */
const EVERY_TYPE: readonly MediaType[] = ["AUDIO", "VIDEO", "DATA"];
/** The order in which connections are listed. */
const LISTED: readonly MediaType[] = ["AUDIO", "DATA", "VIDEO"];
const DEFAULT = "default";
const NOTHING_ENCODED = "media is forwarded in the codec in which it comes";

/** One link of an element, as `getSourceConnections` and `getSinkConnections` list it. */
export interface ElementConnection {
  readonly source: MediaElement;
  readonly sink: MediaElement;
  readonly type: MediaType;
  readonly sourceDescription: string;
  readonly sinkDescription: string;
}

/** Formats that a client asked an element to use. */
interface RequestedFormats {
  audio?: AudioCaps;
  video?: VideoCaps;
}

/** Figures by id, as `getStats` answers with them. */
export type StatsById = Record<string, AnyStats>;

/** The base of everything that media flows through. */
export abstract class MediaElement extends MediaObject implements MediaElementContract {
  protected readonly host: MediaHost;
  /** What `setAudioFormat` and `setVideoFormat` asked for; without effect while nothing transcodes. */
  protected readonly requestedFormats: RequestedFormats = {};
  readonly #bitrate = new EncoderBitrate();
  readonly #outputs = new Map<string, OutputPad<MediaElement>>();
  readonly #inputs = new Map<string, InputPad<MediaElement>>();

  protected constructor(context: ObjectContext, host: MediaHost) {
    super(context);
    this.host = host;
  }

  override getMediaPipeline(): OwningPipeline {
    if (this.parent === undefined) throw new KurentoError("UNEXPECTED_ERROR", `${this.id} stands under no pipeline`);
    return this.parent.getMediaPipeline();
  }

  /**
   * Lets media flow from this element to `sink`: of one type, or of all three. The sink's former source of that type
   * and description is disconnected first. Media flows as soon as both ends have something to send and to take.
   * Throws 40004 when the elements are in different pipelines.
   */
  connect(
    sink: MediaElement,
    mediaType?: MediaType,
    sourceMediaDescription: string = DEFAULT,
    sinkMediaDescription: string = DEFAULT,
  ): void {
    this.#requireElement(sink);
    if (sink.getMediaPipeline() !== this.getMediaPipeline()) {
      throw new KurentoError("CONNECT_ERROR", "Media elements do not share pipeline");
    }
    for (const type of mediaType === undefined ? EVERY_TYPE : [mediaType]) {
      const input = sink.input(type, sinkMediaDescription);
      const former = input.source;
      if (former !== undefined) former.owner.#unlink(former, input);
      const output = this.output(type, sourceMediaDescription);
      output.link(input);
      this.#emitLink("ElementConnected", sink, type, sourceMediaDescription, sinkMediaDescription);
    }
  }

  /** Ends the flow to `sink`. Not being connected is no error, and the event comes all the same, as on Kurento. */
  disconnect(
    sink: MediaElement,
    mediaType?: MediaType,
    sourceMediaDescription: string = DEFAULT,
    sinkMediaDescription: string = DEFAULT,
  ): void {
    this.#requireElement(sink);
    for (const type of mediaType === undefined ? EVERY_TYPE : [mediaType]) {
      const output = this.#outputs.get(padKey(type, sourceMediaDescription));
      const input = sink.#inputs.get(padKey(type, sinkMediaDescription));
      if (output !== undefined && input?.source === output) output.unlink(input);
      this.#emitLink("ElementDisconnected", sink, type, sourceMediaDescription, sinkMediaDescription);
    }
  }

  /** The links through which media comes in. */
  getSourceConnections(mediaType?: MediaType, description?: string): ElementConnection[] {
    const found: ElementConnection[] = [];
    for (const input of inListedOrder(this.#inputs.values(), mediaType, description)) {
      if (input.source !== undefined) found.push(connectionOf(input.source, input));
    }
    return found;
  }

  /** The links through which media goes out. */
  getSinkConnections(mediaType?: MediaType, description?: string): ElementConnection[] {
    return inListedOrder(this.#outputs.values(), mediaType, description).flatMap((output) =>
      output.links.map((input) => connectionOf(output, input)),
    );
  }

  /** Whether media came in within the last two seconds. Throws 40107 for DATA. */
  isMediaFlowingIn(mediaType: MediaType, sinkMediaDescription: string = DEFAULT): boolean {
    refuseData(mediaType, "MediaFlowingIn");
    return this.#inputs.get(padKey(mediaType, sinkMediaDescription))?.flowing ?? false;
  }

  /** Whether media went out within the last two seconds. Throws 40107 for DATA. */
  isMediaFlowingOut(mediaType: MediaType, sourceMediaDescription: string = DEFAULT): boolean {
    refuseData(mediaType, "MediaFlowingOut");
    return this.#outputs.get(padKey(mediaType, sourceMediaDescription))?.flowing ?? false;
  }

  /** Whether the element converts media of a type: never, while nothing transcodes. Throws 40107 for DATA. */
  isMediaTranscoding(mediaType: MediaType, _binName: string = DEFAULT): boolean {
    refuseData(mediaType, "MediaTranscoding");
    return false;
  }

  getEncoderBitrate(): number {
    return this.#bitrate.targetBps;
  }

  setEncoderBitrate(encoderBitrate: number): void {
    this.warnWithoutEffect("MediaElement.encoderBitrate", NOTHING_ENCODED);
    this.#bitrate.setTarget(encoderBitrate);
  }

  getMinEncoderBitrate(): number {
    return this.#bitrate.minBps;
  }

  setMinEncoderBitrate(minEncoderBitrate: number): void {
    this.warnWithoutEffect("MediaElement.minEncoderBitrate", NOTHING_ENCODED);
    this.#bitrate.setMin(minEncoderBitrate);
  }

  getMaxEncoderBitrate(): number {
    return this.#bitrate.maxBps;
  }

  setMaxEncoderBitrate(maxEncoderBitrate: number): void {
    this.warnWithoutEffect("MediaElement.maxEncoderBitrate", NOTHING_ENCODED);
    this.#bitrate.setMax(maxEncoderBitrate);
  }

  /** Stored; without effect while nothing transcodes. */
  setAudioFormat(caps: AudioCaps): void {
    this.warnWithoutEffect("MediaElement.setAudioFormat", NOTHING_ENCODED);
    this.requestedFormats.audio = caps;
  }

  /** Stored; without effect while nothing transcodes. */
  setVideoFormat(caps: VideoCaps): void {
    this.warnWithoutEffect("MediaElement.setVideoFormat", NOTHING_ENCODED);
    this.requestedFormats.video = caps;
  }

  /** Warns that something that was set is kept and has no effect: once in a process for each member of the API. */
  protected warnWithoutEffect(member: string, because: string): void {
    if (this.host.isFirstUse(member)) this.context.warn(`${member} is kept without effect: ${because}`);
  }

  /** The element and its links as Graphviz text. The level of detail changes nothing here. */
  getGstreamerDot(): string {
    return drawGraph([this]);
  }

  /** Where Kurento writes a file for its developers, the text goes to the log. */
  dumpGstreamerDot(): void {
    this.context.warn(`graph of ${this.id}:\n${this.getGstreamerDot()}`);
  }

  /** Figures of the element. With the pipeline's `latencyStats`, those of the element itself stand under its id. */
  getStats(mediaType?: MediaType): StatsById {
    if (!this.getMediaPipeline().getLatencyStats()) return {};
    return { [this.id]: this.elementStats(mediaType) };
  }

  /** The figures of the element itself; media passes through it within one turn of the event loop, so the delay is 0. */
  protected elementStats(mediaType?: MediaType): AnyStats {
    const inputLatency = inListedOrder(this.#inputs.values(), mediaType === "DATA" ? undefined : mediaType)
      .filter((input) => input.mediaType !== "DATA" && input.source !== undefined)
      .map((input) => ({
        name: `sink_${input.mediaType.toLowerCase()}_${input.description}`,
        type: input.mediaType,
        avg: 0,
      }));
    return { __type__: "ElementStats", id: this.id, type: "element", timestampMillis: Date.now(), inputLatency };
  }

  /** The output pad for a media type, made when it is asked for the first time. */
  protected output(mediaType: MediaType, description: string = DEFAULT): OutputPad<MediaElement> {
    const key = padKey(mediaType, description);
    const known = this.#outputs.get(key);
    if (known !== undefined) return known;
    const pad: OutputPad<MediaElement> = new OutputPad<MediaElement>(
      this,
      {
        onFlowOut: (flowing) => this.#emitFlow("MediaFlowOutStateChanged", pad, flowing),
        onForwarding: () => this.#emitNotTranscoding(pad),
      },
      this.host.flows,
      mediaType,
      description,
    );
    this.#outputs.set(key, pad);
    this.onOutputMade(pad);
    return pad;
  }

  /** The input pad for a media type, made when it is asked for the first time. */
  protected input(mediaType: MediaType, description: string = DEFAULT): InputPad<MediaElement> {
    const key = padKey(mediaType, description);
    const known = this.#inputs.get(key);
    if (known !== undefined) return known;
    const pad: InputPad<MediaElement> = new InputPad<MediaElement>(
      this,
      {
        onFlowIn: (flowing) => this.#emitFlow("MediaFlowInStateChanged", pad, flowing),
        onTrack: (track, previous) => this.onInputTrack(pad, track, previous),
      },
      this.host.flows,
      mediaType,
      description,
      this.takesMediaAtOnce,
    );
    this.#inputs.set(key, pad);
    return pad;
  }

  /** Whether new inputs take media from the start; false for what has to be negotiated first. */
  protected get takesMediaAtOnce(): boolean {
    return true;
  }

  /** Another track comes in at a pad, or none any more. */
  protected abstract onInputTrack(
    pad: InputPad<MediaElement>,
    track: Track | undefined,
    previous: Track | undefined,
  ): void;

  /** Somebody asked for an output for the first time. */
  protected onOutputMade(_pad: OutputPad<MediaElement>): void {}

  /** Leaves both sides: nobody is fed by the element and it is fed by nobody. */
  protected override close(): void | Promise<void> {
    for (const input of this.#inputs.values()) input.close();
    for (const output of this.#outputs.values()) output.close();
    this.#inputs.clear();
    this.#outputs.clear();
  }

  #requireElement(sink: unknown): asserts sink is MediaElement {
    if (sink instanceof MediaElement) return;
    throw new KurentoError("MEDIA_OBJECT_ILLEGAL_PARAM_ERROR", `${this.id}: sink: expected a MediaElement`);
  }

  #unlink(output: OutputPad<MediaElement>, input: InputPad<MediaElement>): void {
    output.unlink(input);
    this.#emitLink("ElementDisconnected", input.owner, input.mediaType, output.description, input.description);
  }

  #emitLink(
    event: "ElementConnected" | "ElementDisconnected",
    sink: MediaElement,
    mediaType: MediaType,
    source: string,
    description: string,
  ): void {
    this.emit(event, { sink, mediaType, sourceMediaDescription: source, sinkMediaDescription: description });
  }

  #emitFlow(
    event: "MediaFlowInStateChanged" | "MediaFlowOutStateChanged",
    pad: InputPad<MediaElement> | OutputPad<MediaElement>,
    flowing: boolean,
  ): void {
    const state = flowing ? "FLOWING" : "NOT_FLOWING";
    this.emit(event, { state, padName: pad.description, mediaType: pad.mediaType });
  }

  #emitNotTranscoding(pad: OutputPad<MediaElement>): void {
    const { description: binName, mediaType } = pad;
    this.emit("MediaTranscodingStateChanged", { state: "NOT_TRANSCODING", binName, mediaType });
  }
}

function padKey(mediaType: MediaType, description: string): string {
  return `${mediaType}:${description}`;
}

function connectionOf(output: OutputPad<MediaElement>, input: InputPad<MediaElement>): ElementConnection {
  return {
    source: output.owner,
    sink: input.owner,
    type: output.mediaType,
    sourceDescription: output.description,
    sinkDescription: input.description,
  };
}

function inListedOrder<P extends { readonly mediaType: MediaType; readonly description: string }>(
  pads: Iterable<P>,
  mediaType?: MediaType,
  description?: string,
): P[] {
  const wanted = [...pads].filter(
    (pad) =>
      (mediaType === undefined || pad.mediaType === mediaType) &&
      (description === undefined || pad.description === description),
  );
  return wanted.sort((a, b) => LISTED.indexOf(a.mediaType) - LISTED.indexOf(b.mediaType));
}

function refuseData(mediaType: MediaType, what: string): void {
  if (mediaType !== "DATA") return;
  throw new KurentoError("MEDIA_OBJECT_ILLEGAL_PARAM_ERROR", `Media type DATA is not supported for ${what}`);
}
