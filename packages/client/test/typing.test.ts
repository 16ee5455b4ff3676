// What the compiler accepts and refuses. The lines that must not compile fail the type check of the tests when they do.

import {
  type ConnectionState,
  connect,
  type KurentoClient,
  type MediaElement,
  type MediaPipeline,
  WebRtcEndpoint,
} from "@kurento-ts/client";
import { expect, expectTypeOf, test } from "vitest";
import { setScene } from "./scene.ts";

/** Never runs: the compiler alone reads it. */
async function compiled(kurento: KurentoClient, pipeline: MediaPipeline, offer: string): Promise<void> {
  const viewer = await pipeline.create("WebRtcEndpoint", { sendonly: true });
  const player = await pipeline.create("PlayerEndpoint", { uri: "file:///film.webm" });
  const composite = await pipeline.create("Composite");
  const port = await composite.create("HubPort");
  expectTypeOf(viewer).toEqualTypeOf<WebRtcEndpoint>();
  expectTypeOf(await kurento.create("MediaPipeline")).toEqualTypeOf<MediaPipeline>();
  expectTypeOf(await viewer.processOffer(offer)).toEqualTypeOf<string>();
  expectTypeOf(viewer).toExtend<MediaElement>();

  // Every class that is an element can be a sink, with or without a type of media, and options come last.
  await player.connect(viewer);
  await player.connect(port, "VIDEO");
  await player.connect(viewer, "AUDIO", undefined, undefined, { timeoutMs: 100 });
  await viewer.addIceCandidate(new RTCIceCandidate({ candidate: "candidate:1", sdpMid: "0" }));
  await viewer.addIceCandidate(new RTCIceCandidate({ candidate: "candidate:1", sdpMid: "0" }).toJSON());
  viewer.on("IceCandidateFound", ({ candidate, source }) => {
    expectTypeOf(candidate.sdpMLineIndex).toEqualTypeOf<number>();
    expectTypeOf(source.id).toEqualTypeOf<string>();
  });
  const { newState } = await viewer.once("ConnectionStateChanged", {
    filter: (event) => event.newState === "CONNECTED",
  });
  expectTypeOf(newState).toEqualTypeOf<"CONNECTED" | "DISCONNECTED">();
  kurento.on("closed", (end) => expectTypeOf(end.reason).toEqualTypeOf<"closed" | "connectionLost">());
  expectTypeOf(kurento.state.status).toEqualTypeOf<"connected" | "reconnecting" | "connecting" | "closed">();
  // Kurento's own type of that name is not hidden by the client's state.
  expectTypeOf<ConnectionState>().toEqualTypeOf<"CONNECTED" | "DISCONNECTED">();
  expectTypeOf(await kurento.get("WebRtcEndpoint", "id")).toEqualTypeOf<WebRtcEndpoint>();
  expectTypeOf((await kurento.until("reconnecting")).delayMs).toEqualTypeOf<number>();
  // @ts-expect-error there is no such class
  await kurento.get("WebRTCEndpoint", "id");
  // @ts-expect-error there is no such state
  await kurento.until("open");
  const elements: MediaElement[] = [viewer, player, port];
  expect(elements).toBeDefined();

  // @ts-expect-error there is no such class
  await pipeline.create("WebRTCEndpoint");
  // @ts-expect-error a pipeline is created on the client
  await pipeline.create("MediaPipeline");
  // @ts-expect-error an element is created on a pipeline
  await kurento.create("WebRtcEndpoint");
  // @ts-expect-error a port is created on its hub
  await pipeline.create("HubPort");
  // @ts-expect-error an abstract class cannot be created
  await pipeline.create("MediaElement");
  // @ts-expect-error a constructor parameter is missing
  await pipeline.create("PlayerEndpoint");
  // @ts-expect-error a constructor parameter is missing
  await pipeline.create("PlayerEndpoint", {});
  // @ts-expect-error a constructor parameter is misspelt
  await pipeline.create("WebRtcEndpoint", { sendOnly: true });
  // @ts-expect-error a constructor parameter has another type
  await pipeline.create("PlayerEndpoint", { uri: 5 });
  // @ts-expect-error a value is not one of the enumeration
  await pipeline.create("RecorderEndpoint", { uri: "file:///a", mediaProfile: "AVI" });
  // @ts-expect-error there is no such event
  viewer.on("OnIceCandidate", () => undefined);
  // @ts-expect-error an event of another class
  player.on("IceCandidateFound", () => undefined);
  // @ts-expect-error an event of another class
  await pipeline.once("EndOfStream");
  // @ts-expect-error the event has no such property
  viewer.on("IceCandidateFound", ({ candidates }) => candidates);
  // @ts-expect-error the client has no such event
  kurento.on("disconnected", () => undefined);
  // @ts-expect-error a pipeline is no element
  await viewer.connect(pipeline);
  // @ts-expect-error a hub is no element, its ports are
  await viewer.connect(composite);
  // @ts-expect-error an id is no element
  await viewer.connect(viewer.id);
  // @ts-expect-error there is no such type of media
  await viewer.connect(player, "SOUND");
  // @ts-expect-error there is no such property
  await viewer.getMaxVideoBandwidth();
  // @ts-expect-error a property that is only read
  await viewer.setMediaState("CONNECTED");
  // @ts-expect-error a property of another type
  await viewer.setMaxVideoSendBandwidth("500");
  // @ts-expect-error a required parameter is missing
  await viewer.processOffer();
  // @ts-expect-error an element has no create
  await viewer.create("HubPort");
  // @ts-expect-error there is no such option
  await viewer.getName({ timeout: 5 });
  // @ts-expect-error there is no such option
  await connect("ws://127.0.0.1:8888/kurento", { timeoutMs: 5 });
}

test("an endpoint is what the compiler says it is", async () => {
  await using it = await setScene();
  expect(it.endpoint).toBeInstanceOf(WebRtcEndpoint);
  expect(compiled).toBeTypeOf("function");
});
