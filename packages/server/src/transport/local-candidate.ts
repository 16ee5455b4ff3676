// Which local candidates may be offered, when only some network interfaces are to be used.

import { networkInterfaces } from "node:os";

/** The address in a candidate line. */
export function candidateAddress(line: string): string {
  return line.split(" ")[4] ?? "";
}

/** All addresses of the interfaces with these names; names that are not there count for nothing. */
export function interfaceAddresses(names: readonly string[]): ReadonlySet<string> {
  const interfaces = networkInterfaces();
  return new Set(names.flatMap((name) => (interfaces[name] ?? []).map(({ address }) => address)));
}
