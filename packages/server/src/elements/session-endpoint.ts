// Kurento's SessionEndpoint: an endpoint whose media belongs to a session with a beginning and an end.

import type { SessionEndpoint as SessionEndpointContract } from "../generated/contract.gen.ts";
import { Endpoint } from "./endpoint.ts";

/** Raises `MediaSessionStarted` when a session begins; only HttpEndpoint of Kurento tells its end. */
export abstract class SessionEndpoint extends Endpoint implements SessionEndpointContract {
  protected emitSessionStarted(): void {
    this.emit("MediaSessionStarted", {});
  }
}
