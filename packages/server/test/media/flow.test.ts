// Media flow states: when media count as flowing, and how elements tell it.

import { FLOW_TIMEOUT_MS, PacketCache, ReceiveStream, RtpPacket } from "@kurento-ts/rtp";
import { describe, expect, it } from "vitest";
import { FlowMonitor } from "../../src/media/flow-monitor.ts";
import { InputPad, OutputPad } from "../../src/media/pads.ts";
import { Ticker } from "../../src/media/ticker.ts";
import { Track } from "../../src/media/track.ts";

function silentTrack(): Track {
  return new Track({
    format: {
      mediaType: "VIDEO",
      codec: "VP8",
      payloadType: 96,
      clockRate: 90_000,
      channels: undefined,
      parameters: new Map(),
      extensions: new Map(),
    },
    stream: new ReceiveStream({ ssrc: 1, clockRate: 90_000 }),
    cache: new PacketCache(),
    source: { requestKeyframe: () => {} },
  });
}

function push(track: Track, nowMs: number): void {
  track.push(new RtpPacket(), nowMs);
}

interface Rig {
  readonly ticker: Ticker;
  readonly monitor: FlowMonitor;
  readonly heard: string[];
  output(name: string): OutputPad<string>;
  input(name: string, accepting?: boolean): InputPad<string>;
}

function rig(): Rig {
  const ticker = new Ticker((error) => {
    throw error;
  });
  const monitor = new FlowMonitor(ticker);
  const heard: string[] = [];
  return {
    ticker,
    monitor,
    heard,
    output: (name) =>
      new OutputPad(
        name,
        {
          onFlowOut: (flowing) => heard.push(`${name} out ${flowing}`),
          onForwarding: () => heard.push(`${name} forwards`),
        },
        monitor,
        "VIDEO",
        "default",
      ),
    input: (name, accepting = true) =>
      new InputPad(
        name,
        {
          onFlowIn: (flowing) => heard.push(`${name} in ${flowing}`),
          onTrack: (track) => heard.push(`${name} track ${track !== undefined}`),
        },
        monitor,
        "VIDEO",
        "default",
        accepting,
      ),
  };
}

describe("the flow of media through pads", () => {
  it("starts with the first packet and stops two seconds after the last", () => {
    const { heard, monitor, output, input, ticker } = rig();
    const out = output("a");
    const track = silentTrack();
    out.setTrack(track);
    out.link(input("b"));
    heard.length = 0;
    push(track, 1000);
    push(track, 1010);
    expect(heard).toEqual(["a out true", "a forwards", "b in true"]);
    monitor.tick(1010 + FLOW_TIMEOUT_MS - 1);
    expect(heard).toHaveLength(3);
    monitor.tick(1010 + FLOW_TIMEOUT_MS);
    expect(heard.slice(3)).toEqual(["a out false", "b in false"]);
    expect(ticker.running).toBe(false);
    push(track, 9000);
    expect(heard.slice(5)).toEqual(["a out true", "b in true"]);
    monitor.tick(20_000);
  });

  it("does not count for a sink that cannot take it yet", () => {
    const { heard, monitor, output, input } = rig();
    const out = output("a");
    const track = silentTrack();
    out.setTrack(track);
    const sink = input("b", false);
    out.link(sink);
    push(track, 1000);
    expect(heard).toEqual(["b track true", "a out true"]);
    sink.setAccepting(true);
    push(track, 1020);
    expect(heard.slice(2)).toEqual(["a forwards", "b in true"]);
    monitor.tick(20_000);
  });

  it("ends two seconds after a sink was disconnected", () => {
    const { heard, monitor, output, input } = rig();
    const out = output("a");
    const track = silentTrack();
    const sink = input("b");
    out.link(sink);
    out.setTrack(track);
    push(track, 1000);
    out.unlink(sink);
    push(track, 2900);
    heard.length = 0;
    monitor.tick(3000);
    expect(heard).toEqual(["b in false"]);
    out.close();
  });

  it("goes on without a gap when the track is replaced by another", () => {
    const { heard, monitor, output, input } = rig();
    const out = output("a");
    out.link(input("b"));
    const first = silentTrack();
    out.setTrack(first);
    push(first, 1000);
    const second = silentTrack();
    out.setTrack(second);
    push(second, 2500);
    monitor.tick(3200);
    expect(heard.filter((line) => line.includes("false"))).toEqual([]);
    out.close();
    monitor.tick(20_000);
  });
});
