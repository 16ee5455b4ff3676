// STUN and TURN servers, as we are told of them and as the native library takes them.

import type { IceServer as NativeIceServer } from "node-datachannel";

/** A server that helps ICE. */
export interface IceServer {
  readonly type: "stun" | "turn";
  /** A name or an address. */
  readonly host: string;
  readonly port: number;
  /** For TURN. */
  readonly username?: string;
  readonly password?: string;
  /** How TURN is spoken. Default: udp. */
  readonly transport?: "udp" | "tcp" | "tls";
}

/** The servers in the library's form; those that it cannot use are left out and `warn` says why. */
export function nativeIceServers(servers: readonly IceServer[], warn: (message: string) => void): NativeIceServer[] {
  const usable: NativeIceServer[] = [];
  for (const server of servers) {
    const { type, host: hostname, port, username = "", password = "", transport = "udp" } = server;
    const name = `${type} server ${hostname}:${port}`;
    if (!/^[A-Za-z0-9.:-]{1,255}$/.test(hostname) || !Number.isInteger(port) || port < 1 || port > 65_535) {
      warn(`${name} is left out: expected a host name or address and a port from 1 to 65535`);
    } else if (type === "turn" && transport !== "udp") {
      warn(`${name} is left out: TURN over ${transport} is not available, only over UDP`);
    } else if (type === "turn" && (username === "" || password === "")) {
      warn(`${name} is left out: TURN needs a user name and a password`);
    } else {
      usable.push(type === "stun" ? { hostname, port } : { hostname, port, username, password, relayType: "TurnUdp" });
    }
  }
  return usable;
}
