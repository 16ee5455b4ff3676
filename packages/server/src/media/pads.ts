// The ends of an element where media leaves (output) and enters (input), and the links between them.

import type { MediaType } from "@kurento-ts/protocol";
import type { FlowMonitor } from "./flow-monitor.ts";
import type { Track, TrackObserver } from "./track.ts";

/** What an element hears of its output pad. */
export interface OutputPadListener {
  onFlowOut(flowing: boolean): void;
  /** Media flows to at least one taker. Called once in the life of the pad. */
  onForwarding(): void;
}

/** What an element hears of its input pad. */
export interface InputPadListener {
  onFlowIn(flowing: boolean): void;
  /** Another track comes in, or none any more: the source was connected, negotiated, changed its codec, or went away. */
  onTrack(track: Track | undefined, previous: Track | undefined): void;
}

/** What both kinds of pad have in common: a flow state that follows a track. */
abstract class Pad implements TrackObserver {
  readonly mediaType: MediaType;
  /** Kurento's media description, `default` unless the client says otherwise. */
  readonly description: string;
  readonly #monitor: FlowMonitor;
  #observed: Track | undefined;
  #flowing = false;
  #lastMediaMs = 0;

  protected constructor(monitor: FlowMonitor, mediaType: MediaType, description: string) {
    this.#monitor = monitor;
    this.mediaType = mediaType;
    this.description = description;
  }

  /** Whether media went through within the last two seconds. */
  get flowing(): boolean {
    return this.#flowing;
  }

  /** When the last packet went through; 0 when none ever did. */
  get lastMediaMs(): number {
    return Math.max(this.#lastMediaMs, this.#observed?.lastPacketMs ?? 0);
  }

  protected abstract flowChanged(flowing: boolean): void;

  /** Called by the track at the first packet after it was silent, or after this pad joined. */
  onFirstPacket(): void {
    if (this.#flowing) return;
    this.#flowing = true;
    this.#monitor.watch(this);
    this.flowChanged(true);
  }

  /** Called by the monitor. */
  onFlowTimeout(): void {
    if (!this.#flowing) return;
    this.#flowing = false;
    // The track tells its observers again when its next packet comes.
    this.#observed?.announceNextPacket();
    this.flowChanged(false);
  }

  protected observe(track: Track | undefined): void {
    const former = this.#observed;
    if (former === track) return;
    if (former !== undefined) {
      // A pad that joined a track but saw no packet of it keeps the time of its own last one.
      if (this.#flowing) this.#lastMediaMs = Math.max(this.#lastMediaMs, former.lastPacketMs);
      former.removeObserver(this);
    }
    this.#observed = track;
    track?.addObserver(this);
  }

  protected stopObserving(): void {
    this.observe(undefined);
    this.#monitor.forget(this);
    this.#flowing = false;
  }
}

/** Where one media of an element comes out. It has a track when there is media to send, and any number of links. */
export class OutputPad<Owner> extends Pad {
  readonly owner: Owner;
  readonly #listener: OutputPadListener;
  readonly #links: InputPad<Owner>[] = [];
  #track: Track | undefined;
  #forwarding = false;

  constructor(
    owner: Owner,
    listener: OutputPadListener,
    monitor: FlowMonitor,
    mediaType: MediaType,
    description: string,
  ) {
    super(monitor, mediaType, description);
    this.owner = owner;
    this.#listener = listener;
  }

  /** The media that flows out at the moment; undefined before there is any. */
  get track(): Track | undefined {
    return this.#track;
  }

  /** The input pads that this pad feeds. */
  get links(): readonly InputPad<Owner>[] {
    return this.#links;
  }

  /** Another media flows out from now on; everything connected is told. The same one again changes nothing. */
  setTrack(track: Track | undefined): void {
    if (this.#track === track) return;
    this.#track = track;
    this.observe(track);
    for (const input of [...this.#links]) input.sourceTrackChanged();
  }

  /** Feeds an input pad; it must have no other source. */
  link(input: InputPad<Owner>): void {
    this.#links.push(input);
    input.setSource(this);
  }

  /** Stops to feed an input pad; does nothing when it does not. */
  unlink(input: InputPad<Owner>): void {
    const index = this.#links.indexOf(input);
    if (index < 0) return;
    this.#links.splice(index, 1);
    input.setSource(undefined);
  }

  /** Ends the pad: nothing comes out any more and nobody is fed. */
  close(): void {
    for (const input of [...this.#links]) this.unlink(input);
    this.#track = undefined;
    this.stopObserving();
  }

  /** A taker is ready, or media has begun: tells the owner when both are true for the first time. */
  checkForwarding(): void {
    if (this.#forwarding || !this.flowing || !this.#links.some((input) => input.accepting)) return;
    this.#forwarding = true;
    this.#listener.onForwarding();
  }

  protected override flowChanged(flowing: boolean): void {
    this.#listener.onFlowOut(flowing);
    if (flowing) this.checkForwarding();
  }
}

/** Where one media of an element goes in. It has at most one source. */
export class InputPad<Owner> extends Pad {
  readonly owner: Owner;
  readonly #listener: InputPadListener;
  #source: OutputPad<Owner> | undefined;
  #track: Track | undefined;
  #accepting: boolean;

  /** `accepting` says whether the element takes media from the start; see {@link setAccepting}. */
  constructor(
    owner: Owner,
    listener: InputPadListener,
    monitor: FlowMonitor,
    mediaType: MediaType,
    description: string,
    accepting: boolean,
  ) {
    super(monitor, mediaType, description);
    this.owner = owner;
    this.#listener = listener;
    this.#accepting = accepting;
  }

  /** The output pad that feeds this one. */
  get source(): OutputPad<Owner> | undefined {
    return this.#source;
  }

  /** The media that comes in at the moment. */
  get track(): Track | undefined {
    return this.#track;
  }

  /** Whether the element can take media at the moment; what it cannot take does not count as flowing in. */
  get accepting(): boolean {
    return this.#accepting;
  }

  /** Says whether the element can take media: an endpoint cannot before its transport is up. */
  setAccepting(accepting: boolean): void {
    if (this.#accepting === accepting) return;
    this.#accepting = accepting;
    this.observe(accepting ? this.#track : undefined);
    if (accepting) this.#source?.checkForwarding();
  }

  /** Called by the source's `link` and `unlink`. */
  setSource(source: OutputPad<Owner> | undefined): void {
    this.#source = source;
    this.sourceTrackChanged();
    if (this.#accepting) source?.checkForwarding();
  }

  /** Called by the source when its track changed. */
  sourceTrackChanged(): void {
    const track = this.#source?.track;
    const previous = this.#track;
    if (track === previous) return;
    this.#track = track;
    if (this.#accepting) this.observe(track);
    this.#listener.onTrack(track, previous);
  }

  /** Ends the pad. */
  close(): void {
    this.#source?.unlink(this);
    this.stopObserving();
  }

  protected override flowChanged(flowing: boolean): void {
    this.#listener.onFlowIn(flowing);
  }
}
