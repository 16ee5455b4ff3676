// The candidates of one connection: the remote ones that are tried, and the local ones that are offered.

import { networkInterfaces } from "node:os";
import { readRemoteCandidate } from "./remote-candidate.ts";

/** Remote candidates, each once, up to a limit; kept until the connection can take them. */
export class RemoteCandidates {
  readonly #lines = new Set<string>();
  readonly #warn: (message: string) => void;
  #warned = false;

  constructor(warn: (message: string) => void) {
    this.#warn = warn;
  }

  get count(): number {
    return this.#lines.size;
  }

  /** Takes a candidate; the line to try, or undefined when it is of no use, known already, or one too many. */
  take(text: string, limit: number): string | undefined {
    const read = readRemoteCandidate(text);
    if (!read.usable || this.#lines.has(read.line)) return undefined;
    if (this.#lines.size >= limit) {
      if (!this.#warned) this.#warn(`more than ${limit} remote candidates: the others are ignored`);
      this.#warned = true;
      return undefined;
    }
    this.#lines.add(read.line);
    return read.line;
  }

  [Symbol.iterator](): Iterator<string> {
    return this.#lines.values();
  }
}

/** Local candidates, each once, of the chosen network interfaces. */
export class LocalCandidates {
  readonly #lines = new Set<string>();
  #allowed: ReadonlySet<string> | undefined;

  get lines(): readonly string[] {
    return [...this.#lines];
  }

  /** From now on takes host candidates of these interfaces alone; names that are not there count for nothing. */
  restrictTo(names: readonly string[]): void {
    const interfaces = networkInterfaces();
    this.#allowed = new Set(names.flatMap((name) => (interfaces[name] ?? []).map(({ address }) => address)));
  }

  /** Takes a candidate, with or without `a=`; the line to offer, or undefined when it is not to be offered. */
  take(text: string): string | undefined {
    const line = text.replace(/^a=/, "").trim();
    const [, , , , address = "", , , type] = line.split(" ");
    if (this.#lines.has(line) || (type === "host" && this.#allowed?.has(address) === false)) return undefined;
    this.#lines.add(line);
    return line;
  }
}
