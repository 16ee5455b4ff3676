// The classes that a host can make, by name.

import type { WebRtcEndpointConstructorParams } from "../generated/contract.gen.ts";
import type { HostedClass, HostedClasses } from "../host/hosted-object.ts";
import { MediaHost, type MediaHostOptions } from "../media/media-host.ts";
import { MediaPipeline } from "./media-pipeline.ts";
import { PassThrough } from "./pass-through.ts";
import { WebRtcEndpoint } from "./web-rtc-endpoint.ts";

/** The classes of one host. They share a timer and what else a host has once; call it once per host. */
export function createHostedClasses(options: MediaHostOptions = {}): HostedClasses {
  const host = new MediaHost(options);
  return new Map<string, HostedClass>([
    ["MediaPipeline", (context) => new MediaPipeline(context)],
    ["PassThrough", (context) => new PassThrough(context, host)],
    [
      "WebRtcEndpoint",
      // The host has checked the parameters against the definition and filled in the defaults.
      (context, params) => new WebRtcEndpoint(context, host, params as unknown as WebRtcEndpointConstructorParams),
    ],
  ]);
}
