// Kurento's Endpoint: an element that brings media into a pipeline or takes it out.

import type { AnyStats, MediaType } from "@kurento-ts/protocol";
import type { Endpoint as EndpointContract } from "../generated/contract.gen.ts";
import { MediaElement } from "./media-element.ts";

/** The base of all elements with an outside. */
export abstract class Endpoint extends MediaElement implements EndpointContract {
  /** Kurento's `EndpointStats`. What passes several elements passes them in the same turn of the event loop. */
  protected override elementStats(mediaType?: MediaType): AnyStats {
    const stats = super.elementStats(mediaType);
    const E2ELatency = "inputLatency" in stats ? stats.inputLatency : [];
    return { ...stats, __type__: "EndpointStats", type: "endpoint", inputLatency: E2ELatency, E2ELatency };
  }
}
