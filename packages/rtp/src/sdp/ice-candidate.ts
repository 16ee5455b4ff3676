// ICE candidate lines, read and written (RFC 8839, section 5.1; RFC 6544 for TCP).

/** The kinds of candidate (RFC 8445, section 4). */
export type IceCandidateType = "host" | "srflx" | "prflx" | "relay";

/** One ICE candidate. */
export interface IceCandidate {
  readonly foundation: string;
  /** 1 for RTP, 2 for RTCP; with rtcp-mux there is only 1. */
  readonly component: number;
  /** In lower case; `tcp` has a {@link tcpType}. */
  readonly transport: "udp" | "tcp";
  /** 0 to 2^32 − 1; the greater the better. */
  readonly priority: number;
  /** An IPv4 or IPv6 address, or a name that ends in `.local` (mDNS). */
  readonly address: string;
  readonly port: number;
  readonly type: IceCandidateType;
  readonly relatedAddress?: string;
  readonly relatedPort?: number;
  readonly tcpType?: "active" | "passive" | "so";
  /** What follows in pairs of name and value: `generation`, `ufrag`, `network-id`, … */
  readonly extensions: readonly { readonly name: string; readonly value: string }[];
}

const TOKEN = /^[^\s]{1,256}$/;
const ADDRESS = /^[0-9A-Za-z.:%_-]{1,255}$/;
const TYPES: readonly string[] = ["host", "srflx", "prflx", "relay"] satisfies IceCandidateType[];
const TCP_TYPES: readonly string[] = ["active", "passive", "so"];

/**
 * Reads `candidate:…`, with or without `a=` before it; undefined for anything else. What is not a candidate is no
 * error: Kurento ignores it, and an empty one marks the end of the candidates.
 */
export function parseCandidate(line: string): IceCandidate | undefined {
  if (line.length > 2048) return undefined;
  const match = /^(?:a=)?candidate:(.*)$/i.exec(line.trim());
  const words = match?.[1]?.trim().split(/\s+/) ?? [];
  const [foundation = "", component, transport, priority, address = "", port, typ, type = ""] = words;
  const transportName = transport?.toLowerCase();
  if (!TOKEN.test(foundation) || foundation.length > 32 || typ !== "typ" || !TYPES.includes(type)) return undefined;
  if (transportName !== "udp" && transportName !== "tcp") return undefined;
  const numbers = [wholeNumber(component, 256), wholeNumber(priority, 0xffff_ffff), wholeNumber(port, 65535)];
  const [componentNumber, priorityNumber, portNumber] = numbers;
  if (!componentNumber || priorityNumber === undefined || portNumber === undefined) return undefined;
  if (!ADDRESS.test(address) || words.length % 2 !== 0) return undefined;
  return {
    foundation,
    component: componentNumber,
    transport: transportName,
    priority: priorityNumber,
    address,
    port: portNumber,
    type: type as IceCandidateType,
    ...attributesOf(words.slice(8)),
  };
}

/** Writes `candidate:…` without `a=`, as `IceCandidateFound` and `addIceCandidate` carry it. */
export function writeCandidate(candidate: IceCandidate): string {
  const { foundation, component, transport, priority, address, port, type } = candidate;
  const words = [`candidate:${foundation}`, component, transport.toUpperCase(), priority, address, port, "typ", type];
  if (candidate.relatedAddress !== undefined) words.push("raddr", candidate.relatedAddress);
  if (candidate.relatedPort !== undefined) words.push("rport", candidate.relatedPort);
  if (candidate.tcpType !== undefined) words.push("tcptype", candidate.tcpType);
  for (const { name, value } of candidate.extensions) words.push(name, value);
  return words.join(" ");
}

/** True for a candidate that names its host by multicast DNS instead of an address (RFC 8828). */
export function isMdnsCandidate(candidate: IceCandidate): boolean {
  return candidate.address.toLowerCase().endsWith(".local");
}

function attributesOf(
  words: readonly string[],
): Pick<IceCandidate, "extensions" | "relatedAddress" | "relatedPort" | "tcpType"> {
  const extensions: { name: string; value: string }[] = [];
  let known: Pick<IceCandidate, "relatedAddress" | "relatedPort" | "tcpType"> = {};
  for (let index = 0; index + 1 < words.length; index += 2) {
    const name = words[index] ?? "";
    const value = words[index + 1] ?? "";
    const port = wholeNumber(value, 65535);
    if (name === "raddr" && ADDRESS.test(value)) known = { ...known, relatedAddress: value };
    else if (name === "rport" && port !== undefined) known = { ...known, relatedPort: port };
    else if (name === "tcptype" && TCP_TYPES.includes(value)) {
      known = { ...known, tcpType: value as "active" | "passive" | "so" };
    } else extensions.push({ name, value });
  }
  return { ...known, extensions };
}

function wholeNumber(word: string | undefined, max: number): number | undefined {
  if (word === undefined || !/^\d{1,10}$/.test(word)) return undefined;
  const value = Number(word);
  return value <= max ? value : undefined;
}
