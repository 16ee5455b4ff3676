// Candidates and SDP rewritten so that a peer knows the relay and nothing else.
import { expect, test } from "vitest";
import { withoutCandidates } from "./ice-candidate.ts";
import { openUdpRelay } from "./udp-relay.ts";

const HOST = "candidate:1 1 UDP 2122317823 127.0.0.1 50123 typ host";

test("the first UDP host candidate becomes the relay's address and says where the server is", async () => {
  await using relay = await openUdpRelay();
  expect(relay.candidateFor(HOST)).toBe(`candidate:1 1 UDP 2122317823 127.0.0.1 ${relay.front.port} typ host`);
  expect(relay.target).toEqual({ address: "127.0.0.1", port: 50_123 });
  // The same endpoint again (once per m-line), in the form of an SDP line, with extensions.
  expect(relay.candidateFor(`a=${HOST} generation 0 ufrag abcd`)).toBe(
    `a=candidate:1 1 UDP 2122317823 127.0.0.1 ${relay.front.port} typ host generation 0 ufrag abcd`,
  );
  expect(relay.candidateFor("")).toBe("");
});

test.each([
  ["another endpoint", "candidate:2 1 UDP 2122317823 192.0.2.1 50123 typ host"],
  ["TCP", "candidate:1 1 TCP 2122317823 127.0.0.1 50123 typ host tcptype passive"],
  ["a second component", "candidate:1 2 UDP 2122317822 127.0.0.1 50124 typ host"],
  ["IPv6", "candidate:1 1 UDP 2122317823 ::1 50123 typ host"],
  ["server reflexive", "candidate:1 1 UDP 1686052607 127.0.0.1 50123 typ srflx raddr 10.0.0.1 rport 50123"],
  ["rubbish", "candidate:"],
])("a candidate of %s is withheld", async (_what, line) => {
  await using relay = await openUdpRelay();
  relay.candidateFor(HOST);
  expect(relay.candidateFor(line)).toBeUndefined();
});

test("a .local name is taken for this machine", async () => {
  await using relay = await openUdpRelay();
  relay.candidateFor("candidate:1 1 udp 1 1f0c.local 6000 typ host");
  expect(relay.target).toEqual({ address: "127.0.0.1", port: 6000 });
});

const SDP = [
  "v=0",
  "c=IN IP4 192.0.2.1",
  "m=audio 50123 UDP/TLS/RTP/SAVPF 111",
  "a=rtcp:50124 IN IP4 192.0.2.1",
  `a=${HOST}`,
  "a=candidate:2 1 UDP 2122317823 192.0.2.1 50123 typ host",
  "a=end-of-candidates",
  "m=video 0 UDP/TLS/RTP/SAVPF 96",
  "",
].join("\r\n");

test("an SDP names the relay alone, and a rejected m-line stays rejected", async () => {
  await using relay = await openUdpRelay();
  expect(relay.sdpFor(SDP).split("\r\n")).toEqual([
    "v=0",
    "c=IN IP4 0.0.0.0",
    "m=audio 9 UDP/TLS/RTP/SAVPF 111",
    "a=rtcp:9 IN IP4 0.0.0.0",
    `a=candidate:1 1 UDP 2122317823 127.0.0.1 ${relay.front.port} typ host`,
    "a=end-of-candidates",
    "m=video 0 UDP/TLS/RTP/SAVPF 96",
    "",
  ]);
});

test("the client's SDP goes to the server without any address", () => {
  expect(withoutCandidates(SDP)).not.toMatch(/candidate|192\.0\.2|127\.0\.0|5012/);
});
