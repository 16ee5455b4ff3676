// Kurento's Endpoint: an element that brings media into a pipeline or takes it out.

import type { Endpoint as EndpointContract } from "../generated/contract.gen.ts";
import { MediaElement } from "./media-element.ts";

/** The base of all elements with an outside. */
export abstract class Endpoint extends MediaElement implements EndpointContract {}
