// Kurento's MediaPipeline: the object under which connected elements live.

import type { MediaPipeline as MediaPipelineContract } from "../generated/contract.gen.ts";
import type { ObjectContext } from "../host/hosted-object.ts";
import { MediaElement } from "./media-element.ts";
import { MediaObject } from "./media-object.ts";
import { drawGraph } from "./pipeline-graph.ts";

/** A pipeline holds elements; elements of different pipelines cannot be connected. Releasing it releases them. */
export class MediaPipeline extends MediaObject implements MediaPipelineContract {
  #latencyStats = false;

  constructor(context: ObjectContext) {
    super(context);
  }

  /** A pipeline is its own. */
  override getMediaPipeline(): MediaPipeline {
    return this;
  }

  getLatencyStats(): boolean {
    return this.#latencyStats;
  }

  /** Whether `getStats` of the elements also tells how long media takes through them. */
  setLatencyStats(latencyStats: boolean): void {
    this.#latencyStats = latencyStats;
  }

  /** The elements of the pipeline and their links as Graphviz text. The level of detail changes nothing here. */
  getGstreamerDot(): string {
    return drawGraph(this.elements());
  }

  /** Where Kurento writes a file for its developers, the text goes to the log. */
  dumpGstreamerDot(): void {
    this.context.warn(`graph of ${this.id}:\n${this.getGstreamerDot()}`);
  }

  /** Every element of the pipeline, also those under other objects. */
  elements(): MediaElement[] {
    const found: MediaElement[] = [];
    const visit = (object: MediaObject): void => {
      if (object instanceof MediaElement) found.push(object);
      for (const child of object.getChildren()) visit(child);
    };
    visit(this);
    return found;
  }

  protected override close(): void {}
}
