// Flow states: FLOWING with the first packet, NOT_FLOWING two seconds after the last.
import { expect, test } from "vitest";
import { FlowMonitor } from "../src/stream/flow-monitor.ts";

test("media flows from the first packet until two seconds without one", () => {
  const flow = new FlowMonitor();
  expect(flow.isFlowing).toBe(false);
  expect(flow.poll(1_000_000)).toBe(false);
  expect(flow.onPacket(100)).toBe(true);
  expect(flow.onPacket(1500)).toBe(false);
  expect(flow.deadlineMs).toBe(3500);
  expect(flow.poll(3499)).toBe(false);
  expect(flow.poll(3500)).toBe(true);
  expect(flow.poll(9000)).toBe(false);
  expect(flow.deadlineMs).toBe(Number.POSITIVE_INFINITY);
  expect(flow.onPacket(9000)).toBe(true);
});

test("a path that goes away ends the flow at once, once", () => {
  const flow = new FlowMonitor();
  expect(flow.stop()).toBe(false);
  flow.onPacket(0);
  expect(flow.stop()).toBe(true);
  expect(flow.stop()).toBe(false);
});
