// The network settings of a WebRtcEndpoint, in Kurento's words, and what they mean for its transport.

import type { WebRtcNetworkOptions } from "../transport/webrtc-transport.ts";

/** What a client can set until candidates are gathered. Empty texts mean unset. */
export class WebRtcNetwork {
  networkInterfaces = "";
  iceTcp = true;
  stunServerAddress = "";
  stunServerPort = 3478;
  turnUrl = "";
  externalIPv4 = "";
  externalIPv6 = "";

  /** The options of the transport. */
  toOptions(): WebRtcNetworkOptions {
    const interfaces = this.networkInterfaces
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "");
    const turn = parseTurnUrl(this.turnUrl);
    const stun = { type: "stun", host: this.stunServerAddress, port: this.stunServerPort } as const;
    return {
      ...(interfaces.length === 0 ? {} : { interfaces }),
      iceServers: [...(stun.host === "" ? [] : [stun]), ...(turn === undefined ? [] : [turn])],
    };
  }

  /** A local candidate as the peer is told of it: with the external address in place of a host's own. */
  announce(candidate: string): string {
    const words = candidate.split(" ");
    const address = words[4];
    if (address === undefined || words[7] !== "host") return candidate;
    const external = address.includes(":") ? this.externalIPv6 : this.externalIPv4;
    if (external !== "") words[4] = external;
    return words.join(" ");
  }
}

/** `user:password@address:port(?transport=udp|tcp|tls)`; undefined for anything else. */
export function parseTurnUrl(
  url: string,
):
  | { type: "turn"; host: string; port: number; username: string; password: string; transport: "udp" | "tcp" | "tls" }
  | undefined {
  const match = /^([^:@\s]+):([^@\s]+)@(\[[0-9A-Fa-f:]+\]|[^:\s?]+):(\d{1,5})(?:\?transport=(udp|tcp|tls))?$/.exec(url);
  const [, username, password, host, port, transport = "udp"] = match ?? [];
  if (username === undefined || password === undefined || host === undefined) return undefined;
  if (transport !== "udp" && transport !== "tcp" && transport !== "tls") return undefined;
  return { type: "turn", host: host.replace(/^\[|\]$/g, ""), port: Number(port), username, password, transport };
}
