// MediaPipeline, with `create` for its elements and hubs.

import type { PipelineClasses } from "../generated/creatable.gen.ts";
import { GeneratedMediaPipeline } from "../generated/media-pipeline.gen.ts";
import type { CreateArguments } from "../objects/creation.ts";

/**
 * A container of media elements. Elements of one pipeline can be connected with each other, and with no others.
 * Releasing it releases everything in it.
 */
export class MediaPipeline extends GeneratedMediaPipeline {
  /**
   * Creates an element or a hub in this pipeline.
   *
   * @param type The name of the class.
   * @param args The constructor parameters without the pipeline, then the options of the call.
   * @example
   * const viewer = await pipeline.create("WebRtcEndpoint", { sendonly: true });
   */
  async create<Type extends keyof PipelineClasses>(
    type: Type,
    ...args: CreateArguments<PipelineClasses[Type]["params"]>
  ): Promise<PipelineClasses[Type]["object"]> {
    const [params, options] = args;
    const created = await this.createChild(type, { ...params, mediaPipeline: this }, options);
    return created as PipelineClasses[Type]["object"];
  }
}
