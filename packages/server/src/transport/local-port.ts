// Chooses where a connection binds, and proves beforehand that it can: the native library ends the process when it cannot.

import { createSocket, type Socket } from "node:dgram";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";

/** UDP ports to choose from, both ends included. */
export interface PortRange {
  readonly min: number;
  readonly max: number;
}

/** Where the native library may bind. */
export interface LocalPort {
  /** Undefined for every interface. */
  readonly bindAddress: string | undefined;
  /** The one port to use; undefined when the system chooses. */
  readonly port: number | undefined;
  /** Gives the port back for other connections of this process. Idempotent. */
  release(): void;
}

/** How many ports of a range are tried before giving up: a try costs 0.1 ms. */
const MAX_TRIES = 1_000;

const WILDCARDS: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);
const taken = new Set<number>();
let cursor = 0;

/**
 * The address to bind to. Without a wish: every interface; on a machine that has only loopback, 127.0.0.1, because the
 * library offers no loopback address unless it is bound to one.
 */
export function effectiveBindAddress(wanted: string | undefined): string | undefined {
  if (wanted !== undefined && !WILDCARDS.has(wanted)) return wanted;
  return hasOutsideAddress() ? wanted : "127.0.0.1";
}

function hasOutsideAddress(): boolean {
  for (const addresses of Object.values(networkInterfaces())) {
    for (const { internal, address } of addresses ?? []) {
      if (!internal && !/^fe[89ab]/i.test(address)) return true;
    }
  }
  return false;
}

/**
 * Finds an address and a port that can be bound now.
 *
 * @throws Error when the address is not one of this machine, every port of the range is taken, or no socket can be made.
 */
export async function takeLocalPort(
  wantedAddress: string | undefined,
  range: PortRange | undefined,
): Promise<LocalPort> {
  const bindAddress = effectiveBindAddress(wantedAddress);
  if (bindAddress !== undefined && isIP(bindAddress) === 0) {
    throw new Error(`bindAddress: expected an IP address of this machine, got ${JSON.stringify(bindAddress)}`);
  }
  if (range === undefined) {
    await probe(bindAddress, 0);
    return { bindAddress, port: undefined, release: () => {} };
  }
  const size = range.max - range.min + 1;
  let tries = 0;
  for (let step = 0; step < size && tries < MAX_TRIES; step += 1) {
    const port = range.min + (cursor++ % size);
    if (taken.has(port)) continue;
    taken.add(port);
    tries += 1;
    try {
      await probe(bindAddress, port);
      return { bindAddress, port, release: () => void taken.delete(port) };
    } catch (error) {
      taken.delete(port);
      if (!isAddressInUse(error)) throw error;
    }
  }
  throw new Error(`no free UDP port between ${range.min} and ${range.max} on ${bindAddress ?? "any address"}`);
}

/** Binds and closes again. Without an address as the library does: on IPv6 with IPv4 inside, else on IPv4. */
async function probe(address: string | undefined, port: number): Promise<void> {
  if (address !== undefined) return bindOnce(isIP(address) === 6 ? "udp6" : "udp4", address, port);
  try {
    await bindOnce("udp6", "::", port);
  } catch (error) {
    if (isAddressInUse(error)) throw error;
    await bindOnce("udp4", "0.0.0.0", port);
  }
}

function bindOnce(family: "udp4" | "udp6", address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let socket: Socket;
    try {
      socket = createSocket({ type: family });
    } catch (error) {
      reject(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    socket.once("error", (error) => {
      socket.close();
      reject(new Error(`cannot bind UDP ${address} port ${port}: ${error.message}`, { cause: error }));
    });
    socket.bind({ address, port, exclusive: true }, () => socket.close(() => resolve()));
  });
}

function isAddressInUse(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE";
}
