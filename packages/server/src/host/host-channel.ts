// The contract between the gateway and a host: orders one way, reports the other, each in order.

import type { ErrorBody, JsonObject, JsonValue } from "@kurento-ts/protocol";

/** Gateway → host. Every order is answered by exactly one `answer` or `failure` report with the same `seq`. */
export type HostOrder =
  /** Makes an object. The gateway has minted the id, checked `params` and resolved the class; `parent` is absent for a pipeline. */
  | {
      readonly kind: "create";
      readonly seq: number;
      readonly id: string;
      readonly className: string;
      readonly parent?: string;
      readonly params: JsonObject;
    }
  /** Calls an operation. `params` are checked against the definition; references are object ids. */
  | {
      readonly kind: "invoke";
      readonly seq: number;
      readonly id: string;
      readonly operation: string;
      readonly params: JsonObject;
    }
  /** Ends an object and its children. Answered when they hold nothing any more; ending what is not there succeeds. */
  | { readonly kind: "release"; readonly seq: number; readonly id: string }
  /** Asks what the host's process has used so far. Answered with a {@link HostUsage}. */
  | { readonly kind: "usage"; readonly seq: number };

/** What the process of a host has used. All zero when it is the gateway's own process, which counts itself. */
export interface HostUsage extends JsonObject {
  /** CPU time since the process started, user and system, in microseconds. */
  readonly cpuUs: number;
  /** Resident memory, in bytes. */
  readonly rssBytes: number;
}

/** Host → gateway. */
export type HostReport =
  | { readonly kind: "answer"; readonly seq: number; readonly value: JsonValue }
  | { readonly kind: "failure"; readonly seq: number; readonly error: ErrorBody }
  /** An event of an object; `data` is complete (source, type, timestampMillis, tags and the event's own properties). */
  | { readonly kind: "event"; readonly object: string; readonly type: string; readonly data: JsonObject }
  /** Something for the log: background work of an object that failed. */
  | { readonly kind: "warning"; readonly object: string; readonly message: string };

/** Why a host is gone: undefined when it was closed by its owner. */
export interface HostExit {
  readonly error: Error | undefined;
}

/**
 * One host as the gateway sees it, whatever process it runs in. Reports arrive in the order in which the host
 * made them, and a report is handled synchronously: an event that follows an answer leaves after that answer.
 */
export interface HostChannel {
  /** The classes whose objects the host can make. */
  readonly classNames: ReadonlySet<string>;
  /** The process the host runs in; undefined when that is the owner's own. */
  readonly pid: number | undefined;
  /** Hands an order to the host. Never throws: an order to a host that is gone is answered by `onExit`, not by a report. */
  send(order: HostOrder): void;
  /** Ends the host, its objects and its process. Idempotent; resolves when all is gone, within a limit. */
  close(): Promise<void>;
}

/** What the owner of a host listens to; handed over when the host is made. */
export interface HostListener {
  onReport(report: HostReport): void;
  /** Called once, last. Orders without an answer will not be answered any more. */
  onExit(exit: HostExit): void;
}

/** Makes a host. Rejects when it does not come up within its limit. */
export type HostFactory = (listener: HostListener) => Promise<HostChannel>;
