// Keeps the events that an order causes back until its answer has been reported.

import type { JsonValue } from "@kurento-ts/protocol";
import { failureOf } from "./failure.ts";
import type { HostReport } from "./host-channel.ts";

type EventReport = Extract<HostReport, { kind: "event" }>;

/** How long an order that takes its time may keep events back, in milliseconds. */
const MAX_HOLD_MS = 2_000;

/** One order that runs, with the events it keeps back. */
interface Running {
  readonly held: EventReport[];
  readonly objects: Set<string>;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Runs orders and reports their answers. Events raised while an order runs synchronously, and events of the object
 * that it is about for as long as it runs, follow its answer; so do later events of an object that already has some
 * held back. An order that runs for longer than two seconds lets them go before it.
 */
export class EventHold {
  readonly #report: (report: HostReport) => void;
  /** Which order holds the events of an object. */
  readonly #holders = new Map<string, Running>();
  #synchronous: Running | undefined;

  constructor(report: (report: HostReport) => void) {
    this.#report = report;
  }

  /** Runs an order on an object and reports what it returns or throws. */
  run(seq: number, objectId: string, order: () => JsonValue | Promise<JsonValue>): void {
    const running: Running = { held: [], objects: new Set(), timer: undefined };
    const outer = this.#synchronous;
    this.#synchronous = running;
    let result: JsonValue | Promise<JsonValue>;
    try {
      result = order();
    } catch (error) {
      this.#synchronous = outer;
      this.#settle(running, { kind: "failure", seq, error: failureOf(error) });
      return;
    }
    this.#synchronous = outer;
    if (!(result instanceof Promise)) {
      this.#settle(running, { kind: "answer", seq, value: result });
      return;
    }
    if (!this.#holders.has(objectId)) this.#holdFor(objectId, running);
    running.timer = setTimeout(() => this.#letGo(running), MAX_HOLD_MS);
    result.then(
      (value) => this.#settle(running, { kind: "answer", seq, value }),
      (error: unknown) => this.#settle(running, { kind: "failure", seq, error: failureOf(error) }),
    );
  }

  /** Reports an event now, or when the order that holds it back is answered. */
  event(report: EventReport): void {
    const holder = this.#holders.get(report.object) ?? this.#synchronous;
    if (holder === undefined) {
      this.#report(report);
      return;
    }
    this.#holdFor(report.object, holder);
    holder.held.push(report);
  }

  #holdFor(objectId: string, running: Running): void {
    this.#holders.set(objectId, running);
    running.objects.add(objectId);
  }

  #settle(running: Running, answer: HostReport): void {
    this.#report(answer);
    this.#letGo(running);
  }

  #letGo(running: Running): void {
    clearTimeout(running.timer);
    for (const objectId of running.objects) {
      if (this.#holders.get(objectId) === running) this.#holders.delete(objectId);
    }
    running.objects.clear();
    for (const report of running.held.splice(0)) this.#report(report);
  }
}
