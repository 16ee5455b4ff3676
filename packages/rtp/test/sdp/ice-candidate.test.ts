// ICE candidate lines are read, written, and garbage among them is no candidate.
import { isMdnsCandidate, parseCandidate, writeCandidate } from "@kurento-ts/rtp";
import fc from "fast-check";
import { expect, it } from "vitest";

it.each([
  "candidate:1 1 UDP 2013266431 127.0.0.1 40000 typ host",
  "candidate:842163049 1 UDP 1677729535 203.0.113.7 54321 typ srflx raddr 192.168.1.4 rport 54321 generation 0 ufrag Py7C network-cost 999",
  "candidate:3 1 TCP 1010827519 192.0.2.2 35584 typ host tcptype passive",
  "candidate:7 1 UDP 2015363839 fe80::fc:ff:fe00:1 33837 typ host",
  "candidate:0 1 UDP 2122187007 9b36eaac-bb2e-49bb-bb78-21c41c499900.local 61234 typ host",
  "candidate:r 1 UDP 41885439 198.51.100.9 3478 typ relay raddr 0.0.0.0 rport 0",
])("%s is read and written again", (line) => {
  const candidate = parseCandidate(line);
  expect(candidate).toBeDefined();
  expect(writeCandidate(candidate!)).toBe(line);
});

it("the parts have their places", () => {
  expect(
    parseCandidate("a=candidate:1 1 udp 2 192.0.2.1 9 typ srflx raddr 10.0.0.1 rport 7 tcptype active x y"),
  ).toEqual({
    foundation: "1",
    component: 1,
    transport: "udp",
    priority: 2,
    address: "192.0.2.1",
    port: 9,
    type: "srflx",
    relatedAddress: "10.0.0.1",
    relatedPort: 7,
    tcpType: "active",
    extensions: [{ name: "x", value: "y" }],
  });
});

it("names of multicast DNS are told from addresses", () => {
  const line = (address: string) => parseCandidate(`candidate:1 1 udp 1 ${address} 9 typ host`)!;
  expect(isMdnsCandidate(line("ABC.LOCAL"))).toBe(true);
  expect(isMdnsCandidate(line("192.0.2.1"))).toBe(false);
});

it.each([
  "",
  "rubbish",
  "candidate:",
  "candidate:1 1 udp 2013266431 127.0.0.1 40000",
  "candidate:1 0 udp 1 127.0.0.1 40000 typ host",
  "candidate:1 1 sctp 1 127.0.0.1 40000 typ host",
  "candidate:1 1 udp -1 127.0.0.1 40000 typ host",
  "candidate:1 1 udp 1 127.0.0.1 65536 typ host",
  "candidate:1 1 udp 1 127.0.0.1 40000 typ guest",
  "candidate:1 1 udp 1 127.0.0.1 40000 type host",
  "candidate:1 1 udp 1 $(reboot) 40000 typ host",
  "candidate:1 1 udp 1 127.0.0.1 40000 typ host odd",
  `candidate:1 1 udp 1 127.0.0.1 9 typ host ${"x y ".repeat(1000)}`,
])("%j is no candidate", (line) => {
  expect(parseCandidate(line)).toBeUndefined();
});

it("no text raises an error, and what is read keeps to its limits", () => {
  const word = fc.oneof(fc.constantFrom("candidate:1", "1", "udp", "typ", "host", "9", "127.0.0.1"), fc.string());
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary" }),
        fc.array(word).map((all) => all.join(" ")),
      ),
      (text) => {
        const candidate = parseCandidate(text);
        if (candidate === undefined) return;
        expect(candidate.port).toBeLessThanOrEqual(65535);
        expect(parseCandidate(writeCandidate(candidate))).toEqual(candidate);
      },
    ),
  );
});
