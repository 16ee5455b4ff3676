// One host as the gateway uses it: orders with their answers, events, and what happens when the host is gone.

import { type ErrorBody, KurentoError } from "@kurento-ts/protocol";
import type { HostChannel, HostExit, HostFactory, HostOrder, HostReport } from "../host/host-channel.ts";
import type { Logger } from "../logging.ts";
import type { Outcome } from "./json-frame.ts";

/** An order without the number that its answer will carry. */
export type UnnumberedOrder = HostOrder extends infer Order
  ? Order extends HostOrder
    ? Omit<Order, "seq">
    : never
  : never;

/** What a host tells the gateway besides answers. */
export interface HostLinkListener {
  onEvent(event: Extract<HostReport, { kind: "event" }>): void;
  /** Called once, after every pending order was answered with an error. */
  onExit(link: HostLink, exit: HostExit): void;
}

interface Pending {
  readonly answer: (outcome: Outcome) => void;
  readonly what: string;
  readonly sentAtMs: number;
}

/** A host with its unanswered orders. Answers are handed over synchronously, in the host's order. */
export class HostLink {
  readonly #listener: HostLinkListener;
  readonly #log: Logger;
  readonly #pending = new Map<number, Pending>();
  #channel: HostChannel | undefined;
  #exit: HostExit | undefined;
  #lastSeq = 0;

  private constructor(listener: HostLinkListener, log: Logger) {
    this.#listener = listener;
    this.#log = log;
  }

  /** Starts a host. Rejects when it does not come up. */
  static async start(factory: HostFactory, listener: HostLinkListener, log: Logger): Promise<HostLink> {
    const link = new HostLink(listener, log);
    link.#channel = await factory({
      onReport: (report) => link.#onReportSafely(report),
      onExit: (exit) => link.#onExit(exit),
    });
    return link;
  }

  /** The classes whose objects the host can make. */
  get classNames(): ReadonlySet<string> {
    return this.#channel?.classNames ?? new Set();
  }

  /** The process the host runs in; undefined when that is the gateway's own. */
  get pid(): number | undefined {
    return this.#channel?.pid;
  }

  get gone(): boolean {
    return this.#exit !== undefined;
  }

  /** Sends an order; `answer` is called exactly once, also when the host is gone. */
  send(order: UnnumberedOrder, answer: (outcome: Outcome) => void): void {
    if (this.#exit !== undefined || this.#channel === undefined) {
      answer({ error: hostGone(this.#exit) });
      return;
    }
    const seq = ++this.#lastSeq;
    const what = order.kind === "invoke" ? order.operation : order.kind;
    this.#pending.set(seq, { answer, what, sentAtMs: performance.now() });
    this.#channel.send({ ...order, seq });
  }

  /** Answers the orders that have waited for longer than `limitMs` with an error; what the host says later is dropped. */
  expire(limitMs: number): void {
    const before = performance.now() - limitMs;
    for (const [seq, { answer, what, sentAtMs }] of this.#pending) {
      // Orders are numbered in time order.
      if (sentAtMs > before) return;
      this.#pending.delete(seq);
      this.#log.error("a media host did not answer in time", { order: what, limitMs });
      const message = `${what}: the media host did not answer within ${limitMs} ms`;
      answer({ error: new KurentoError("UNEXPECTED_ERROR", message).toBody() });
    }
  }

  /** Ends the host. Idempotent. */
  async close(): Promise<void> {
    await this.#channel?.close();
  }

  /** A report is handled in an event of the process channel: what it throws would end the whole program. */
  #onReportSafely(report: HostReport): void {
    try {
      this.#onReport(report);
    } catch (error) {
      this.#log.error("a report of a media host could not be handled", { kind: report.kind, reason: String(error) });
    }
  }

  #onReport(report: HostReport): void {
    switch (report.kind) {
      case "event":
        this.#listener.onEvent(report);
        return;
      case "warning":
        this.#log.warn(report.message, { object: report.object });
        return;
      case "answer":
        this.#take(report.seq)?.({ value: report.value });
        return;
      case "failure":
        this.#take(report.seq)?.({ error: report.error });
    }
  }

  #take(seq: number): ((outcome: Outcome) => void) | undefined {
    const pending = this.#pending.get(seq);
    this.#pending.delete(seq);
    return pending?.answer;
  }

  #onExit(exit: HostExit): void {
    if (this.#exit !== undefined) return;
    this.#exit = exit;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { answer } of pending) answer({ error: hostGone(exit) });
    this.#listener.onExit(this, exit);
  }
}

function hostGone(exit: HostExit | undefined): ErrorBody {
  const why = exit?.error === undefined ? "it was closed" : exit.error.message;
  return new KurentoError("UNEXPECTED_ERROR", `The media host is gone, and its objects with it: ${why}`).toBody();
}
