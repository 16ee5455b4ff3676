// Which remote candidates reach the native library, and that nothing else does.
import fc from "fast-check";
import { expect, test } from "vitest";
import { readRemoteCandidate } from "../../src/transport/remote-candidate.ts";

test.each([
  [
    "candidate:842163049 1 udp 1677729535 203.0.113.7 46154 typ srflx raddr 10.0.0.2 rport 46154 generation 0 ufrag EsAw",
    "candidate:842163049 1 UDP 1677729535 203.0.113.7 46154 typ srflx",
  ],
  ["a=candidate:1 1 UDP 2122252543 fd00::2 50000 typ host", "candidate:1 1 UDP 2122252543 fd00::2 50000 typ host"],
  ["candidate:+/aZ09 1 UDP 0 10.0.0.1 1 typ relay\r\n", "candidate:+/aZ09 1 UDP 0 10.0.0.1 1 typ relay"],
])("%s is usable", (text, line) => {
  expect(readRemoteCandidate(text)).toEqual({ usable: true, line });
});

test.each([
  ["", "end of candidates"],
  ["a=end-of-candidates", "end of candidates"],
  ["candidate:1 1 tcp 2122252543 192.0.2.1 9 typ host tcptype active", "transport other than UDP"],
  ["candidate:1 2 udp 2122252543 192.0.2.1 9000 typ host", "component other than 1"],
  [
    "candidate:1 1 udp 2122252543 6f1d7f3c-1a2b-4c3d-8e9f-0a1b2c3d4e5f.local 50000 typ host",
    "address is not an IP address in numbers",
  ],
  ["candidate:1 1 udp 2122252543 fe80::1%eth0 50000 typ host", "address is not an IP address in numbers"],
  ["candidate:1 1 udp 2122252543 192.0.2.1 0 typ host", "malformed port"],
  ["candidate:1 1 udp 2122252543 192.0.2.1 65536 typ host", "malformed port"],
  ["candidate:1 1 udp 4294967296 192.0.2.1 9000 typ host", "malformed priority"],
  ["candidate:1 1 udp -1 192.0.2.1 9000 typ host", "malformed priority"],
  ["candidate:ä 1 udp 1 192.0.2.1 9000 typ host", "malformed foundation"],
  ["candidate:1 1 udp 1 192.0.2.1 9000 typ moon", "unknown type"],
  ["candidate:1 1 udp", "malformed priority"],
  [`candidate:1 1 udp 1 192.0.2.1 9000 typ host ${"x".repeat(2000)}`, "longer than 1000 characters"],
  ["I am not a candidate", "expected candidate:…"],
])("%s is not usable", (text, reason) => {
  expect(readRemoteCandidate(text)).toEqual({ usable: false, reason });
});

test("any text is either refused or rewritten into a line that reads the same again", () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom("1", "udp", "UDP", "10.0.0.1", "::1", "9", "typ", "host", "a=candidate:1"),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(word).map((words) => `candidate:${words.join(" ")}`),
      ),
      (text) => {
        const read = readRemoteCandidate(text);
        if (!read.usable) return;
        expect(read.line).toMatch(/^candidate:[\w+/-]+ 1 UDP \d+ [\da-fA-F:.]+ \d+ typ [a-z]+$/);
        expect(readRemoteCandidate(read.line)).toEqual(read);
      },
    ),
    { numRuns: 2_000 },
  );
});
