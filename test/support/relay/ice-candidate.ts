// Rewrites ICE candidates (RFC 8839, section 5.1) so that a peer's packets go to a relay.

import type { UdpAddress } from "./udp-address.ts";

/** The relay that candidates are rewritten to. */
export interface CandidateRewriter {
  /** What the rewritten candidates name. */
  readonly relay: UdpAddress;
  /** The endpoint behind the relay, once known. */
  target(): UdpAddress | undefined;
  /** Takes the endpoint of the first candidate that can be relayed. */
  setTarget(target: UdpAddress): void;
}

// candidate:<foundation> <component> <transport> <priority> <address> <port> typ <type> …
const CANDIDATE = /^(a=)?candidate:(\S+) (\d+) (\S+) (\d+) (\S+) (\d+) typ (\S+)(.*)$/i;

/**
 * The candidate with the relay's address in place of its own, or undefined when it must be withheld from the peer:
 * TCP, other than host, a component other than 1 (rtcp-mux is taken for granted), IPv6, or another endpoint than
 * the one behind the relay. A `.local` name (mDNS) is taken for this machine. An empty candidate (the end mark) passes.
 */
export function rewriteCandidate(line: string, rewriter: CandidateRewriter): string | undefined {
  if (line === "") return line;
  const match = CANDIDATE.exec(line.trim());
  if (match === null) return undefined;
  const [, prefix = "", foundation, component, transport = "", priority, named = "", port, type = "", rest = ""] =
    match;
  const address = named.endsWith(".local") ? "127.0.0.1" : named;
  if (transport.toLowerCase() !== "udp" || type.toLowerCase() !== "host" || component !== "1") return undefined;
  if (!/^\d+(\.\d+){3}$/.test(address)) return undefined;
  const endpoint: UdpAddress = { address, port: Number(port) };
  const target = rewriter.target();
  if (target === undefined) rewriter.setTarget(endpoint);
  else if (target.address !== endpoint.address || target.port !== endpoint.port) return undefined;
  const { relay } = rewriter;
  return `${prefix}candidate:${foundation} 1 ${transport} ${priority} ${relay.address} ${relay.port} typ host${rest}`;
}

/**
 * The SDP with every candidate passed through `rewrite`. The default addresses (`m=` port, `c=`, `a=rtcp:`) become the
 * ones that say nothing (RFC 8840, 4.1.1: port 9, 0.0.0.0), for they would name a way around the relay.
 */
export function rewriteSdpCandidates(sdp: string, rewrite: (line: string) => string | undefined): string {
  const lines: string[] = [];
  for (const line of sdp.split(/\r?\n/)) {
    if (line.startsWith("a=candidate:")) {
      const rewritten = rewrite(line);
      if (rewritten !== undefined) lines.push(rewritten);
    } else if (line.startsWith("m=")) {
      // A port of 0 rejects the m-line and stays.
      lines.push(line.replace(/^(m=\S+) [1-9]\d*/, "$1 9"));
    } else if (line.startsWith("c=IN ")) {
      lines.push("c=IN IP4 0.0.0.0");
    } else if (line.startsWith("a=rtcp:")) {
      lines.push("a=rtcp:9 IN IP4 0.0.0.0");
    } else {
      lines.push(line);
    }
  }
  return lines.join("\r\n");
}

/** The SDP without any candidate, for the server: it then learns the client's address from the relay's packets alone. */
export function withoutCandidates(sdp: string): string {
  return rewriteSdpCandidates(sdp, () => undefined).replace(/a=end-of-candidates\r\n/g, "");
}
