// Kurento's PassThrough: an element through which media goes unchanged.

import type { PassThrough as PassThroughContract } from "../generated/contract.gen.ts";
import type { ObjectContext } from "../host/hosted-object.ts";
import type { MediaHost } from "../media/media-host.ts";
import type { InputPad, OutputPad } from "../media/pads.ts";
import type { Track } from "../media/track.ts";
import { MediaElement } from "./media-element.ts";

/**
 * What comes in goes out. Its sinks subscribe to the track of its source, so a chain of any length costs nothing per packet.
 */
export class PassThrough extends MediaElement implements PassThroughContract {
  constructor(context: ObjectContext, host: MediaHost) {
    super(context, host);
  }

  protected override onInputTrack(pad: InputPad<MediaElement>, track: Track | undefined): void {
    this.output(pad.mediaType, pad.description).setTrack(track);
  }

  protected override onOutputMade(pad: OutputPad<MediaElement>): void {
    pad.setTrack(this.input(pad.mediaType, pad.description).track);
  }
}
