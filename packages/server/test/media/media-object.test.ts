// What every object has: names, tags, children, times, and an end.

import { describe, expect, it } from "vitest";
import type { MediaPipeline } from "../../src/elements/media-pipeline.ts";
import type { PassThrough } from "../../src/elements/pass-through.ts";
import { ObjectFixture } from "./object-fixture.ts";

describe("objects of a pipeline", () => {
  it("know their name, parent, pipeline, children and age", () => {
    const fixture = new ObjectFixture();
    const pipeline = fixture.create<MediaPipeline>("MediaPipeline");
    const element = fixture.create<PassThrough>("PassThrough", pipeline);
    expect(element.getName()).toBe(element.id);
    expect(pipeline.getParent()).toBeUndefined();
    expect(element.getParent()).toBe(pipeline);
    expect(element.getMediaPipeline()).toBe(pipeline);
    expect(pipeline.getMediaPipeline()).toBe(pipeline);
    expect(pipeline.getChildren()).toEqual([element]);
    expect(element.getChildren()).toEqual([]);
    expect(Math.abs(element.getCreationTime() - Date.now() / 1000)).toBeLessThan(2);
    element.setName("camera");
    expect(element.getName()).toBe("camera");
  });

  it("keep tags by key and answer 40110 for an unknown one", () => {
    const fixture = new ObjectFixture();
    const pipeline = fixture.create<MediaPipeline>("MediaPipeline");
    pipeline.addTag("k", "v");
    pipeline.addTag("k2", "5");
    pipeline.addTag("k", "w");
    expect(pipeline.getTag("k")).toBe("w");
    expect(pipeline.getTags()).toEqual([
      { key: "k", value: "w" },
      { key: "k2", value: "5" },
    ]);
    pipeline.removeTag("k");
    pipeline.removeTag("nope");
    expect(() => pipeline.getTag("k")).toThrow(expect.objectContaining({ code: 40110, message: "Tag key not found" }));
  });

  it("end with their pipeline and raise nothing afterwards", async () => {
    const fixture = new ObjectFixture();
    const pipeline = fixture.create<MediaPipeline>("MediaPipeline");
    const a = fixture.create<PassThrough>("PassThrough", pipeline);
    const b = fixture.create<PassThrough>("PassThrough", pipeline);
    a.connect(b);
    const before = fixture.events.length;
    await pipeline.release();
    expect(a.released && b.released).toBe(true);
    a.disconnect(b);
    expect(fixture.events).toHaveLength(before);
  });

  it("keep encoder bitrates within each other's limits", () => {
    const fixture = new ObjectFixture();
    const pipeline = fixture.create<MediaPipeline>("MediaPipeline");
    const element = fixture.create<PassThrough>("PassThrough", pipeline);
    expect([element.getEncoderBitrate(), element.getMinEncoderBitrate(), element.getMaxEncoderBitrate()]).toEqual([
      300_000, 0, 2_147_483_647,
    ]);
    element.setMinEncoderBitrate(100_000);
    element.setMaxEncoderBitrate(500_000);
    element.setMinEncoderBitrate(900_000);
    element.setEncoderBitrate(400_000);
    expect(element.getEncoderBitrate()).toBe(500_000);
    element.setEncoderBitrate(-5);
    expect(element.getEncoderBitrate()).toBe(500_000);
  });

  it("say once in a process that a member of the API is kept without effect", () => {
    const fixture = new ObjectFixture();
    const pipeline = fixture.create<MediaPipeline>("MediaPipeline");
    const [a, b] = [
      fixture.endpoint(pipeline, { qosDscp: "EF" }),
      fixture.endpoint(pipeline, { useDataChannels: true }),
    ];
    for (const endpoint of [a, b]) {
      endpoint.setMaxVideoSendBandwidth(700);
      endpoint.setMinVideoSendBandwidth(300);
      endpoint.setMtu(1_000);
      endpoint.setEncoderBitrate(1);
      endpoint.setIceTcp(true);
      endpoint.setRembParams({ packetsRecvIntervalTop: 50 });
      endpoint.setMinVideoRecvBandwidth(200);
      endpoint.setMaxVideoRecvBandwidth(2_000);
    }
    expect([b.getMaxVideoSendBandwidth(), b.getMtu()]).toEqual([700, 1_000]);
    expect(fixture.warnings.map((line) => line.split(" ")[0]).toSorted()).toEqual([
      "BaseRtpEndpoint.maxVideoSendBandwidth",
      "BaseRtpEndpoint.minVideoSendBandwidth",
      "BaseRtpEndpoint.mtu",
      "MediaElement.encoderBitrate",
      "RembParams.packetsRecvIntervalTop",
      "WebRtcEndpoint.iceTcp",
      "WebRtcEndpoint.qosDscp",
      "WebRtcEndpoint.useDataChannels",
    ]);
  });

  it("refuse questions about the flow of data with 40107", () => {
    const fixture = new ObjectFixture();
    const element = fixture.create<PassThrough>("PassThrough", fixture.create<MediaPipeline>("MediaPipeline"));
    const refused = (what: string): unknown =>
      expect.objectContaining({ code: 40107, message: `Media type DATA is not supported for ${what}` });
    expect(() => element.isMediaFlowingIn("DATA")).toThrow(refused("MediaFlowingIn"));
    expect(() => element.isMediaFlowingOut("DATA")).toThrow(refused("MediaFlowingOut"));
    expect(() => element.isMediaTranscoding("DATA")).toThrow(refused("MediaTranscoding"));
    expect(element.isMediaFlowingIn("AUDIO")).toBe(false);
  });

  it("tell figures of themselves only when the pipeline asks for latency", () => {
    const fixture = new ObjectFixture();
    const pipeline = fixture.create<MediaPipeline>("MediaPipeline");
    const element = fixture.create<PassThrough>("PassThrough", pipeline);
    element.connect(element);
    expect(element.getStats()).toEqual({});
    pipeline.setLatencyStats(true);
    expect(element.getStats("AUDIO")).toMatchObject({
      [element.id]: {
        __type__: "ElementStats",
        type: "element",
        inputLatency: [{ name: "sink_audio_default", type: "AUDIO", avg: 0 }],
      },
    });
    const both = { inputLatency: [{ type: "AUDIO" }, { type: "VIDEO" }] };
    expect(element.getStats("DATA")).toMatchObject({ [element.id]: both });
  });

  it("that are endpoints tell figures as an endpoint, with the same pipeline switch", () => {
    const fixture = new ObjectFixture();
    const pipeline = fixture.create<MediaPipeline>("MediaPipeline");
    const endpoint = fixture.endpoint(pipeline);
    endpoint.connect(endpoint, "VIDEO");
    pipeline.setLatencyStats(true);
    const inputLatency = [{ name: "sink_video_default", type: "VIDEO", avg: 0 }];
    expect(endpoint.getStats()).toMatchObject({
      [endpoint.id]: { __type__: "EndpointStats", type: "endpoint", inputLatency, E2ELatency: inputLatency },
    });
  });

  it("draw their pipeline for Graphviz", () => {
    const fixture = new ObjectFixture();
    const pipeline = fixture.create<MediaPipeline>("MediaPipeline");
    const a = fixture.create<PassThrough>("PassThrough", pipeline);
    const b = fixture.create<PassThrough>("PassThrough", pipeline);
    a.setName('the "first"');
    a.connect(b, "VIDEO");
    const dot = pipeline.getGstreamerDot();
    expect(dot).toContain("digraph pipeline {");
    expect(dot).toContain('the \\"first\\"');
    expect(dot).toContain(`"${a.id}" -> "${b.id}" [label="VIDEO", style=dashed];`);
    expect(a.getGstreamerDot()).toContain("PassThrough");
  });
});
