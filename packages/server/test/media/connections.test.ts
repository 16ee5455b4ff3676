// What connecting and disconnecting elements does: who gets what, which events are raised, what is refused.

import { describe, expect, it } from "vitest";
import type { MediaElement } from "../../src/elements/media-element.ts";
import type { MediaPipeline } from "../../src/elements/media-pipeline.ts";
import type { PassThrough } from "../../src/elements/pass-through.ts";
import { ObjectFixture } from "./object-fixture.ts";

interface Built {
  readonly fixture: ObjectFixture;
  readonly pipeline: MediaPipeline;
  readonly a: PassThrough;
  readonly b: PassThrough;
}

function build(): Built {
  const fixture = new ObjectFixture();
  const pipeline = fixture.create<MediaPipeline>("MediaPipeline");
  const a = fixture.create<PassThrough>("PassThrough", pipeline);
  const b = fixture.create<PassThrough>("PassThrough", pipeline);
  return { fixture, pipeline, a, b };
}

function links(fixture: ObjectFixture, source: MediaElement): string[] {
  return fixture
    .of(source)
    .map(
      ({ type, properties: p }) =>
        `${type} ${String(p["mediaType"])} ${String(p["sourceMediaDescription"])} ${String(p["sinkMediaDescription"])}`,
    );
}

function types(connections: readonly { readonly type: string }[]): string[] {
  return connections.map((connection) => connection.type);
}

describe("connecting elements", () => {
  it("connects audio, video and data when no type is given, with an event for each", () => {
    const { fixture, a, b } = build();
    a.connect(b);
    expect(links(fixture, a)).toEqual([
      "ElementConnected AUDIO default default",
      "ElementConnected VIDEO default default",
      "ElementConnected DATA default default",
    ]);
    expect(fixture.of(b)).toEqual([]);
    expect(types(a.getSinkConnections())).toEqual(["AUDIO", "DATA", "VIDEO"]);
    expect(b.getSourceConnections()[0]).toEqual({
      source: a,
      sink: b,
      type: "AUDIO",
      sourceDescription: "default",
      sinkDescription: "default",
    });
    expect(a.getSinkConnections("AUDIO", "default")).toHaveLength(1);
    expect(a.getSinkConnections("AUDIO", "other")).toEqual([]);
  });

  it("disconnects one type and then the rest", () => {
    const { a, b } = build();
    a.connect(b);
    a.disconnect(b, "AUDIO");
    expect(types(a.getSinkConnections())).toEqual(["DATA", "VIDEO"]);
    a.disconnect(b);
    expect(a.getSinkConnections()).toEqual([]);
    expect(b.getSourceConnections()).toEqual([]);
  });

  it("says ElementDisconnected also when nothing was connected", () => {
    const { fixture, a, b } = build();
    a.disconnect(b);
    expect(links(fixture, a)).toEqual([
      "ElementDisconnected AUDIO default default",
      "ElementDisconnected VIDEO default default",
      "ElementDisconnected DATA default default",
    ]);
  });

  it("keeps connections of different descriptions side by side", () => {
    const { a, b } = build();
    a.connect(b, "VIDEO", "a", "b");
    a.connect(b, "VIDEO");
    expect(a.getSinkConnections().map((c) => [c.sourceDescription, c.sinkDescription])).toEqual([
      ["a", "b"],
      ["default", "default"],
    ]);
  });

  it("disconnects first when the same connection is made again", () => {
    const { fixture, a, b } = build();
    a.connect(b, "VIDEO");
    a.connect(b, "VIDEO");
    expect(links(fixture, a)).toEqual([
      "ElementConnected VIDEO default default",
      "ElementDisconnected VIDEO default default",
      "ElementConnected VIDEO default default",
    ]);
    expect(b.getSourceConnections()).toHaveLength(1);
  });

  it("replaces the former source of a sink, which hears of it", () => {
    const { fixture, pipeline, a, b } = build();
    const c = fixture.create<PassThrough>("PassThrough", pipeline);
    a.connect(b, "VIDEO");
    c.connect(b, "VIDEO");
    expect(links(fixture, a).at(-1)).toBe("ElementDisconnected VIDEO default default");
    expect(a.getSinkConnections()).toEqual([]);
    expect(b.getSourceConnections().map((link) => link.source)).toEqual([c]);
  });

  it("lets an element be connected to itself and in a circle", () => {
    const { a, b } = build();
    a.connect(a);
    expect(a.getSinkConnections()).toHaveLength(3);
    a.connect(b);
    b.connect(a);
    expect(a.getSourceConnections().map((link) => link.source)).toEqual([b, b, b]);
  });

  it("refuses elements of different pipelines with 40004", () => {
    const { fixture, a } = build();
    const other = fixture.create<MediaPipeline>("MediaPipeline");
    const far = fixture.create<PassThrough>("PassThrough", other);
    expect(() => a.connect(far)).toThrow(
      expect.objectContaining({ code: 40004, message: "Media elements do not share pipeline" }),
    );
  });

  it("refuses a sink that is no element with 40107", () => {
    const { pipeline, a } = build();
    const noElement = pipeline as unknown as MediaElement;
    expect(() => a.connect(noElement)).toThrow(expect.objectContaining({ code: 40107 }));
    expect(() => a.disconnect(noElement)).toThrow(expect.objectContaining({ code: 40107 }));
  });

  it("takes a released element out of the connections of both neighbours", async () => {
    const { fixture, pipeline, a, b } = build();
    const c = fixture.create<PassThrough>("PassThrough", pipeline);
    a.connect(b);
    b.connect(c);
    await b.release();
    await b.release();
    expect(a.getSinkConnections()).toEqual([]);
    expect(c.getSourceConnections()).toEqual([]);
    expect(pipeline.getChildren()).toEqual([a, c]);
  });
});
