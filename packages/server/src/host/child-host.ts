// A host in a child process: what crashes in it ends that process and nothing else.

import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { HostChannel, HostFactory, HostListener, HostOrder, HostReport } from "./host-channel.ts";
import type { ChildMessage, ParentMessage } from "./host-process-messages.ts";

/** Settings of a child host. */
export interface ChildHostOptions {
  /** A module that exports `createHostedClasses()`; the built-in elements by default. */
  readonly classesModule?: string | undefined;
  /** How long the process may take until it is ready. Default 20,000 ms: a first native load on a busy machine is slow. */
  readonly startTimeoutMs?: number;
  /** How long its objects may take to end on {@link HostChannel.close} before the process is killed. Default 5,000 ms. */
  readonly closeTimeoutMs?: number;
  /** Takes what the process writes to its standard output and error, line by line. */
  readonly onOutput?: (line: string) => void;
}

/** After the process is gone, how long reports that it still sent may take to arrive. */
const LAST_REPORTS_MS = 1_000;

/** Makes hosts that live in a child process, reached over Node's own channel between processes: no port is opened. */
export function childHost(options: ChildHostOptions = {}): HostFactory {
  return async (listener) => {
    const host = new ChildHost(options, listener);
    await host.ready();
    return host;
  };
}

class ChildHost implements HostChannel {
  classNames: ReadonlySet<string> = new Set();
  readonly #options: ChildHostOptions;
  readonly #listener: HostListener;
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;
  #exitError: Error | undefined;
  #closing: Promise<void> | undefined;
  #startFailure: string | undefined;
  #isUp = false;

  constructor(options: ChildHostOptions, listener: HostListener) {
    this.#options = options;
    this.#listener = listener;
    const main = fileURLToPath(new URL("./host-main.js", import.meta.url));
    this.#child = fork(main, options.classesModule === undefined ? [] : [options.classesModule], {
      // None of the parent's: with -e or --inspect among them the child would run something else or miss its port.
      execArgv: [],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) forwardLines(stream, options.onOutput);
    this.#gone = this.#watchEnd();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Resolves when the process has said that it is ready; otherwise ends it and rejects. */
  async ready(): Promise<void> {
    const limitMs = this.#options.startTimeoutMs ?? 20_000;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`it was not ready within ${limitMs} ms`)), limitMs);
    });
    const ready = new Promise<void>((resolve) => {
      this.#child.on("message", (message) => this.#onMessage(message as ChildMessage, resolve));
    });
    const ended = this.#gone.then(() => {
      throw this.#startFailure === undefined
        ? (this.#exitError ?? new Error("it ended while it started"))
        : new Error(this.#startFailure);
    });
    ended.catch(() => {});
    try {
      await Promise.race([ready, ended, late]);
    } catch (error) {
      this.#child.kill("SIGKILL");
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  send(order: HostOrder): void {
    this.#post({ kind: "order", order });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#post({ kind: "close" });
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), this.#options.closeTimeoutMs ?? 5_000);
    await this.#gone;
    clearTimeout(timer);
  }

  #post(message: ParentMessage): void {
    // A failure to send means that the process is gone, which #watchEnd reports.
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  #onMessage(message: ChildMessage, onReady: () => void): void {
    switch (message.kind) {
      case "ready":
        this.classNames = new Set(message.classNames);
        this.#isUp = true;
        onReady();
        return;
      case "failed":
        this.#startFailure = message.reason;
        return;
      case "report":
        this.#listener.onReport(message.report as HostReport);
    }
  }

  async #watchEnd(): Promise<void> {
    const child = this.#child;
    const disconnected = new Promise<void>((resolve) => child.once("disconnect", resolve));
    await new Promise<void>((resolve) => {
      child.once("error", (error) => {
        this.#exitError ??= error;
        if (child.pid === undefined) resolve();
      });
      child.once("exit", (code, signal) => {
        if (this.#closing === undefined) {
          this.#exitError ??= new Error(signal === null ? `it exited with code ${code}` : `it was ended by ${signal}`);
        }
        resolve();
      });
    });
    // Reports that were sent before the end are read before "disconnect".
    if (child.connected) await Promise.race([disconnected, afterMs(LAST_REPORTS_MS)]);
    if (this.#isUp) this.#listener.onExit({ error: this.#closing === undefined ? this.#exitError : undefined });
  }
}

function afterMs(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs).unref();
  });
}

/** Hands over a stream line by line; a line that never ends is cut. */
function forwardLines(stream: NodeJS.ReadableStream | null, onLine: ((line: string) => void) | undefined): void {
  let rest = "";
  stream?.setEncoding("utf8");
  stream?.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = (lines.pop() ?? "").slice(-10_000);
    for (const line of lines) if (line !== "") onLine?.(line);
  });
  stream?.on("end", () => {
    if (rest !== "") onLine?.(rest);
  });
}
