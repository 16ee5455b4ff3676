// Reads remote candidates and keeps only what the native library can use: nothing else reaches it.

import { isIP } from "node:net";

const MAX_LINE_CHARS = 1_000;
const MAX_PRIORITY = 0xffff_ffff;
const TYPES: ReadonlySet<string> = new Set(["host", "srflx", "prflx", "relay"]);

/** A candidate that can be tried, or why it cannot. */
export type RemoteCandidate =
  /** `line` is written anew from the parsed parts: `candidate:…`, nothing after the type. */
  { readonly usable: true; readonly line: string } | { readonly usable: false; readonly reason: string };

/**
 * Reads a candidate line (RFC 8839, section 5.1), with or without `a=`. Only UDP, component 1 (RTCP shares its port),
 * and addresses in numbers are usable: a `.local` name cannot be looked up here, and such peers are found by their own
 * connectivity checks.
 */
export function readRemoteCandidate(text: string): RemoteCandidate {
  if (text.length > MAX_LINE_CHARS) return unusable(`longer than ${MAX_LINE_CHARS} characters`);
  const line = text.trim().replace(/^a=/, "");
  if (line === "" || line === "end-of-candidates") return unusable("end of candidates");
  if (!line.startsWith("candidate:")) return unusable("expected candidate:…");
  const [foundation = "", component, transport = "", priority = "", address = "", port = "", typ, type = ""] = line
    .slice("candidate:".length)
    .split(/\s+/);
  if (!/^[A-Za-z0-9+/-]{1,32}$/.test(foundation)) return unusable("malformed foundation");
  if (component !== "1") return unusable("component other than 1");
  if (transport.toLowerCase() !== "udp") return unusable("transport other than UDP");
  if (!/^\d{1,10}$/.test(priority) || Number(priority) > MAX_PRIORITY) return unusable("malformed priority");
  if (isIP(address) === 0 || address.includes("%")) return unusable("address is not an IP address in numbers");
  if (!/^\d{1,5}$/.test(port) || Number(port) === 0 || Number(port) > 65_535) return unusable("malformed port");
  if (typ !== "typ" || !TYPES.has(type)) return unusable("unknown type");
  return { usable: true, line: `candidate:${foundation} 1 UDP ${priority} ${address} ${port} typ ${type}` };
}

function unusable(reason: string): RemoteCandidate {
  return { usable: false, reason };
}
