// One connection of a replay: sends recorded texts, and keeps what comes until it is asked for.

import WebSocket from "ws";

/** A message of the server that has not been looked at yet. */
export interface Arrived {
  readonly raw: string;
  readonly parsed: unknown;
}

/** How a connection ended. */
export interface Ended {
  readonly code: number;
  readonly reason: string;
}

/** A WebSocket whose messages wait to be compared. */
export class ReplayConnection {
  readonly answers: Arrived[] = [];
  readonly events: Arrived[] = [];
  readonly pongs: string[] = [];
  ended: Ended | undefined;
  /** Why it could not be opened. */
  refused: string | undefined;
  readonly #socket: WebSocket;
  #open = false;
  readonly #watchers = new Set<() => void>();

  /** Begins to connect. */
  constructor(url: string, protocol?: string) {
    this.#socket = new WebSocket(url, protocol === undefined ? [] : [protocol], { maxPayload: 0 });
    this.#socket.on("open", () => {
      this.#open = true;
      this.#changed();
    });
    this.#socket.on("message", (data: Buffer) => this.#arrived(data.toString("utf8")));
    this.#socket.on("pong", (data) => {
      this.pongs.push(data.toString("utf8"));
      this.#changed();
    });
    this.#socket.on("error", (error) => {
      if (!this.#open) this.refused = error.message;
      this.#changed();
    });
    this.#socket.on("close", (code, reason) => {
      this.ended = { code, reason: reason.toString("utf8") };
      this.#changed();
    });
  }

  /** Resolves to what `look` finds as soon as it finds it, or to undefined after the limit. */
  async until<T>(look: () => T | undefined, limitMs: number): Promise<T | undefined> {
    const now = look();
    if (now !== undefined) return now;
    return new Promise((resolve) => {
      const finish = (value: T | undefined): void => {
        clearTimeout(timer);
        this.#watchers.delete(watcher);
        resolve(value);
      };
      const watcher = (): void => {
        const value = look();
        if (value !== undefined) finish(value);
      };
      const timer = setTimeout(() => finish(undefined), limitMs);
      this.#watchers.add(watcher);
    });
  }

  /** Resolves when it is open or refused; true when open. */
  async opened(limitMs: number): Promise<boolean> {
    await this.until(() => (this.#open || this.refused !== undefined ? true : undefined), limitMs);
    return this.#open;
  }

  /** Sends a text, in a binary frame where the recording did. */
  send(text: string, binary: boolean): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(text, { binary }, () => {});
  }

  /** Sends a WebSocket ping. */
  ping(data: string): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping(data);
  }

  /** Closes in the orderly way. */
  close(code: number | undefined, reason: string | undefined): void {
    this.#socket.close(code ?? 1000, reason);
  }

  /** Ends it, whatever its state; resolves when it has ended. */
  async terminate(): Promise<void> {
    this.#socket.terminate();
    await this.until(() => this.ended, 2000);
  }

  #arrived(raw: string): void {
    // Kurento answers a notification that has no result with an empty message, which says nothing.
    if (raw === "") return;
    let parsed: unknown;
    try {
      parsed = JSON.parse(raw);
    } catch {
      parsed = undefined;
    }
    const isEvent = typeof parsed === "object" && parsed !== null && "method" in parsed;
    (isEvent ? this.events : this.answers).push({ raw, parsed });
    this.#changed();
  }

  #changed(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}
