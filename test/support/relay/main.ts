// Runs a relay as a process: options as JSON in the first argument, then one JSON order a line on stdin.
//
//   npx tsx test/support/relay/main.ts '{"seed":7,"target":{"address":"127.0.0.1","port":5000},"down":{"loss":0.05}}'
//   {"front":{"address":"127.0.0.1","port":40123}}                    ← first line printed
//   {"order":"set","direction":"down","change":{"delayMs":40}}        → an order
//   {"order":"counters","direction":"down"}                           → answered by {"counters":{…}}
//
// Every order is answered by a line: {"counters":{…}}, {"done":true} or {"error":"…"}. It ends with its stdin.

import { createInterface } from "node:readline";
import type { LinkConditions } from "./link-conditions.ts";
import type { UdpAddress } from "./udp-address.ts";
import { type Direction, openUdpRelay, type UdpRelay, type UdpRelayOptions } from "./udp-relay.ts";

/** What can be ordered of a relay that runs as a process. */
export type RelayOrder =
  | { readonly order: "set"; readonly direction: Direction | "both"; readonly change: Partial<LinkConditions> }
  | { readonly order: "cut"; readonly direction: Direction | "both"; readonly forMs?: number }
  | { readonly order: "mend"; readonly direction: Direction | "both" }
  | { readonly order: "target"; readonly target: UdpAddress }
  | { readonly order: "counters"; readonly direction: Direction };

function obey(relay: UdpRelay, order: RelayOrder): object {
  switch (order.order) {
    case "set":
      relay.set(order.direction, order.change);
      return { done: true };
    case "cut":
      relay.cut(order.direction, order.forMs);
      return { done: true };
    case "mend":
      relay.mend(order.direction);
      return { done: true };
    case "target":
      relay.setTarget(order.target);
      return { done: true };
    case "counters":
      return { counters: relay.counters(order.direction) };
    default:
      throw new TypeError(`unknown order ${JSON.stringify(order)}`);
  }
}

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

const options = JSON.parse(process.argv[2] ?? "{}") as UdpRelayOptions;
const relay = await openUdpRelay(options);
print({ front: relay.front });
for await (const line of createInterface({ input: process.stdin })) {
  try {
    print(obey(relay, JSON.parse(line) as RelayOrder));
  } catch (error) {
    print({ error: error instanceof Error ? error.message : String(error) });
  }
}
await relay.close();
