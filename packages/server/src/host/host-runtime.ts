// Carries out a gateway's orders on the objects of a host, and reports answers and events in one order.

import { type JsonValue, KurentoError } from "@kurento-ts/protocol";
import {
  type ApiClass,
  type ApiModel,
  checkReference,
  decodeConstructorParams,
  decodeOperationParams,
  encodeEvent,
  encodeResult,
  objectNotFound,
} from "@kurento-ts/protocol/api";
import { EventHold } from "./event-hold.ts";
import type { HostOrder, HostReport, HostUsage } from "./host-channel.ts";
import type { HostedClasses, HostedObject, ObjectContext } from "./hosted-object.ts";

/** What a runtime works with. */
export interface HostRuntimeOptions {
  readonly api: ApiModel;
  readonly classes: HostedClasses;
  readonly report: (report: HostReport) => void;
  readonly usage: () => HostUsage;
}

/** How long a release waits for what ends slowly; after that it goes on without waiting. */
const RELEASE_LIMIT_MS = 4_000;

/** An object with what the host knows of it. */
interface Slot {
  readonly object: HostedObject;
  readonly apiClass: ApiClass;
  readonly children: Set<Slot>;
  readonly parent: Slot | undefined;
}

/**
 * The objects of one host. Nothing here throws into its caller: what an object throws becomes a failure report, a
 * KurentoError as it is and anything else as 40003. Events that an order causes are reported after its answer.
 */
export class HostRuntime {
  readonly #options: HostRuntimeOptions;
  readonly #slots = new Map<string, Slot>();
  readonly #hold: EventHold;

  constructor(options: HostRuntimeOptions) {
    this.#options = options;
    this.#hold = new EventHold(options.report);
  }

  /** Carries out an order; its report may come before this returns, or later. */
  handle(order: HostOrder): void {
    switch (order.kind) {
      case "create":
        this.#hold.run(order.seq, order.id, () => this.#create(order));
        return;
      case "invoke":
        this.#hold.run(order.seq, order.id, () => this.#invoke(order));
        return;
      case "release":
        this.#hold.run(order.seq, order.id, () => this.#release(order.id));
        return;
      case "usage":
        this.#options.report({ kind: "answer", seq: order.seq, value: this.#options.usage() });
    }
  }

  /** Ends every object. */
  async close(): Promise<void> {
    const roots = [...this.#slots.values()].filter((slot) => slot.parent === undefined);
    await Promise.all(roots.map((slot) => this.#end(slot)));
  }

  #create(order: Extract<HostOrder, { kind: "create" }>): JsonValue {
    const apiClass = this.#options.api.class(order.className);
    const make = this.#options.classes.get(apiClass.name);
    if (make === undefined)
      throw new KurentoError("MEDIA_OBJECT_NOT_AVAILABLE", `Factory '${order.className}' not found`);
    const parent = order.parent === undefined ? undefined : this.#slot(order.parent);
    const context: ObjectContext = {
      id: order.id,
      className: order.className,
      parent: parent?.object,
      emit: (type, properties) => this.#emit(order.id, apiClass, type, properties),
      warn: (message, error) => this.#warn(order.id, message, error),
    };
    const { named } = decodeConstructorParams(this.#options.api, apiClass, order.params, this.#resolve);
    const slot: Slot = { object: make(context, named), apiClass, children: new Set(), parent };
    this.#slots.set(order.id, slot);
    parent?.children.add(slot);
    return null;
  }

  #invoke(order: Extract<HostOrder, { kind: "invoke" }>): JsonValue | Promise<JsonValue> {
    const slot = this.#slot(order.id);
    const operation = slot.apiClass.operations.get(order.operation);
    const method: unknown = operation && Reflect.get(slot.object, operation.name);
    if (operation === undefined || typeof method !== "function") {
      throw new KurentoError("NOT_IMPLEMENTED", `${slot.apiClass.name}.${order.operation} is not built yet`);
    }
    const { positional } = decodeOperationParams(this.#options.api, operation, order.params, this.#resolve);
    const result: unknown = Reflect.apply(method, slot.object, positional);
    if (isPromise(result)) return result.then((value) => encodeResult(operation, value, idOf));
    return encodeResult(operation, result, idOf);
  }

  #release(id: string): JsonValue | Promise<JsonValue> {
    const slot = this.#slots.get(id);
    return slot === undefined ? null : this.#end(slot).then(() => null);
  }

  /** Takes an object and its children out of the host at once, then ends them, children first. */
  async #end(slot: Slot): Promise<void> {
    slot.parent?.children.delete(slot);
    const ending: Slot[] = [];
    const take = (each: Slot): void => {
      for (const child of each.children) take(child);
      this.#slots.delete(each.object.id);
      ending.push(each);
    };
    take(slot);
    const deadlineMs = performance.now() + RELEASE_LIMIT_MS;
    for (const each of ending) {
      try {
        const ended = each.object.release();
        if (isPromise(ended)) await before(deadlineMs, ended);
      } catch (error) {
        this.#warn(each.object.id, "its release failed", error);
      }
    }
  }

  #slot(id: string): Slot {
    const slot = this.#slots.get(id);
    if (slot === undefined) throw objectNotFound(id);
    return slot;
  }

  readonly #resolve = (id: string, expected: ApiClass): HostedObject => {
    const slot = this.#slots.get(id);
    checkReference(id, slot?.apiClass, expected);
    return this.#slot(id).object;
  };

  #emit(id: string, apiClass: ApiClass, type: string, properties: Readonly<Record<string, unknown>>): void {
    try {
      const event = apiClass.allEvents.get(type);
      if (event === undefined) throw new TypeError(`${apiClass.name} has no event ${type}`);
      const base = { source: id, tags: this.#eventTags(id), timestampMillis: String(Date.now()) };
      const data = encodeEvent(event, { ...base, ...properties }, idOf);
      this.#hold.event({ kind: "event", object: id, type, data });
    } catch (error) {
      this.#warn(id, `its event ${type} was lost`, error);
    }
  }

  /** The tags of an object, when it wants them in its events. */
  #eventTags(id: string): readonly unknown[] {
    const object = this.#slots.get(id)?.object;
    if (object?.getSendTagsInEvents?.() !== true) return [];
    return object.getTags?.() ?? [];
  }

  #warn(id: string, message: string, error?: unknown): void {
    const reason =
      error === undefined ? "" : `: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    this.#options.report({ kind: "warning", object: id, message: `${message}${reason}` });
  }
}

/** The id of an object that an operation gave back or an event carries; an id stands for itself. */
function idOf(object: unknown): string {
  if (typeof object === "string") return object;
  if (typeof object === "object" && object !== null && "id" in object && typeof object.id === "string")
    return object.id;
  throw new TypeError(`expected an object of the host, got ${typeof object}`);
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

/** Waits for a promise, until a deadline. */
function before(deadlineMs: number, promise: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((_, reject) => {
    const waitMs = Math.max(0, deadlineMs - performance.now());
    timer = setTimeout(() => reject(new Error(`it did not end within ${RELEASE_LIMIT_MS} ms`)), waitMs);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
