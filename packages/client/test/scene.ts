// What many tests begin with: a stand-in server, a client of it, a pipeline and an endpoint.

import {
  type ConnectOptions,
  connect,
  type KurentoClient,
  type MediaPipeline,
  type WebRtcEndpoint,
} from "@kurento-ts/client";
import { type Script, StandInServer } from "./stand-in-server.ts";

/** A client that is connected to a stand-in. */
export interface Scene extends AsyncDisposable {
  readonly server: StandInServer;
  readonly kurento: KurentoClient;
  readonly pipeline: MediaPipeline;
  readonly endpoint: WebRtcEndpoint;
  /** The errors that the client reported. */
  readonly reported: Error[];
}

/** Sets the scene; `script` answers from the first request on. */
export async function setScene(script?: Script, options?: ConnectOptions): Promise<Scene> {
  const server = await StandInServer.start(script);
  const kurento = await connect(server.url, { reconnect: false, ...options });
  const reported: Error[] = [];
  kurento.on("error", (error) => reported.push(error));
  const pipeline = await kurento.create("MediaPipeline");
  const endpoint = await pipeline.create("WebRtcEndpoint");
  return {
    server,
    kurento,
    pipeline,
    endpoint,
    reported,
    async [Symbol.asyncDispose]() {
      await kurento.close();
      await server[Symbol.asyncDispose]();
    },
  };
}
