// A child process of the benchmark that speaks messages: requests are matched with their reports, and its death is an error.
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** How long a report may take. */
const REPORT_LIMIT_MS = 30_000;

/** A running child. */
export class Child<Order extends object, Report extends { readonly kind: string }> {
  readonly #process: ChildProcess;
  readonly #waiting = new Set<{ look(report: Report): void; fail(error: Error): void }>();
  #ending = false;

  /** @param file the module, relative to this folder; `.ts` is run by tsx. */
  constructor(file: string) {
    const path = fileURLToPath(new URL(file, import.meta.url));
    this.#process = fork(path, [], { execArgv: file.endsWith(".ts") ? ["--import", "tsx"] : [] });
    this.#process.on("message", (report) => {
      for (const entry of [...this.#waiting]) entry.look(report as Report);
    });
    this.#process.on("exit", (code, signal) => {
      if (!this.#ending) console.error(`${file} ended: ${signal ?? code}`);
      for (const entry of [...this.#waiting]) entry.fail(new Error(`${file} ended: ${signal ?? code}`));
    });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  send(order: Order): void {
    this.#process.send(order);
  }

  /** The next report for which `take` returns something; rejects when `take` throws, the child ends or it takes too long. */
  report<Value>(what: string, take: (report: Report) => Value | undefined): Promise<Value> {
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(entry);
      };
      const fail = (error: unknown): void => {
        finish();
        reject(error instanceof Error ? error : new Error(String(error)));
      };
      const entry = {
        fail,
        look: (report: Report) => {
          try {
            const value = take(report);
            if (value === undefined) return;
            finish();
            resolve(value);
          } catch (error) {
            fail(error);
          }
        },
      };
      const timer = setTimeout(
        () => fail(new Error(`no report within ${REPORT_LIMIT_MS} ms: ${what}`)),
        REPORT_LIMIT_MS,
      );
      this.#waiting.add(entry);
    });
  }

  /** Ends the process and waits until it is gone. */
  async end(): Promise<void> {
    this.#ending = true;
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#process.once("exit", resolve));
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), 5_000);
    this.#process.disconnect();
    await gone;
    clearTimeout(timer);
  }
}
