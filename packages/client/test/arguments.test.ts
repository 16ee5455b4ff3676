// Arguments that the client itself looks at: wrong ones are named, and nothing is sent.

import { expect, test } from "vitest";
import { setScene } from "./scene.ts";

test("a number that JSON cannot write is refused instead of being sent as null, which Kurento takes for 0", async () => {
  await using it = await setScene();
  const before = it.server.requests.length;
  await expect(it.endpoint.setMaxVideoSendBandwidth(Number.NaN)).rejects.toThrow(
    "setMaxVideoSendBandwidth: maxVideoSendBandwidth: expected a finite number, got NaN",
  );
  await expect(it.pipeline.create("Composite", { width: Number.POSITIVE_INFINITY })).rejects.toThrow(
    "create Composite: width: expected a finite number, got Infinity",
  );
  expect(it.server.requests.length).toBe(before);
});

test("a listener that is no function is refused where it is added", async () => {
  await using it = await setScene();
  expect(() => it.endpoint.on("IceGatheringDone", undefined as never)).toThrow(
    "listener: expected a function, got undefined",
  );
  expect(() => it.kurento.on("closed", 5 as never)).toThrow("listener: expected a function, got 5");
});

test("call options that cannot be right are refused and name themselves", async () => {
  await using it = await setScene();
  await expect(it.endpoint.getName({ timeoutMs: -1 })).rejects.toThrow("options.timeoutMs: expected");
  await expect(it.endpoint.getName({ signal: {} as AbortSignal })).rejects.toThrow("options.signal: expected");
  await expect(it.endpoint.getName(5 as never)).rejects.toThrow("options: expected an object");
});

test("a listener whose signal is aborted already is not added, and nothing is subscribed", async () => {
  await using it = await setScene();
  it.endpoint.on("IceGatheringDone", () => undefined, { signal: AbortSignal.abort() });
  await it.endpoint.gatherCandidates();
  expect(it.server.of("subscribe")).toHaveLength(0);
});

test("candidates are taken as browsers give them", async () => {
  await using it = await setScene();
  const line = "candidate:1 1 udp 2122260223 192.0.2.1 54321 typ host";
  const init: RTCIceCandidateInit = { candidate: line, sdpMid: "0", sdpMLineIndex: 0, usernameFragment: "abcd" };
  await it.endpoint.addIceCandidate(init);
  await it.endpoint.addIceCandidate({ candidate: line, sdpMid: null, sdpMLineIndex: 1 });
  await it.endpoint.addIceCandidate({ candidate: line, sdpMid: "2" });
  await it.endpoint.addIceCandidate({ candidate: line, sdpMid: "video", sdpMLineIndex: 1 });
  expect(it.server.of("invoke").map(({ params }) => params.operationParams)).toEqual([
    { candidate: { candidate: line, sdpMid: "0", sdpMLineIndex: 0 } },
    { candidate: { candidate: line, sdpMid: "1", sdpMLineIndex: 1 } },
    { candidate: { candidate: line, sdpMid: "2", sdpMLineIndex: 2 } },
    { candidate: { candidate: line, sdpMid: "video", sdpMLineIndex: 1 } },
  ]);
});

test("the end of candidates, in each of the ways in which browsers say it, is accepted and not sent", async () => {
  await using it = await setScene();
  await it.endpoint.addIceCandidate(null);
  await it.endpoint.addIceCandidate(undefined);
  await it.endpoint.addIceCandidate({ candidate: "" });
  await it.endpoint.addIceCandidate({ candidate: "", sdpMid: "0", sdpMLineIndex: 0 });
  expect(it.server.of("invoke")).toHaveLength(0);
});

test("a candidate without a place is refused and says what is missing", async () => {
  await using it = await setScene();
  await expect(it.endpoint.addIceCandidate({ candidate: "candidate:1", sdpMid: "video" })).rejects.toThrow(
    "candidate.sdpMLineIndex: expected a number",
  );
  await expect(it.endpoint.addIceCandidate({})).rejects.toThrow("candidate.candidate: expected a string");
  await expect(it.endpoint.addIceCandidate("candidate:1" as never)).rejects.toThrow("candidate: expected an object");
});
