// Makes objects without a gateway: contexts that record the events, references as objects.

import { randomUUID } from "node:crypto";
import { createHostedClasses } from "../../src/elements/registry.ts";
import type { WebRtcEndpoint } from "../../src/elements/web-rtc-endpoint.ts";
import type { HostedClasses, HostedObject } from "../../src/host/hosted-object.ts";

/** An event as the object raised it. */
export interface RaisedEvent {
  readonly source: HostedObject;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** In ms since 1970. */
  readonly atMs: number;
}

/** A host of objects for one test; ends what it made. */
export class ObjectFixture {
  readonly events: RaisedEvent[] = [];
  readonly warnings: string[] = [];
  readonly #classes: HostedClasses;
  readonly #roots: HostedObject[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(classes: HostedClasses = createHostedClasses()) {
    this.#classes = classes;
  }

  /** Makes an object of a class; `params` as the host would hand them over. */
  create<T extends HostedObject>(className: string, parent?: HostedObject, params: Record<string, unknown> = {}): T {
    const make = this.#classes.get(className);
    if (make === undefined) throw new Error(`no class ${className}`);
    const id = `${parent === undefined ? "" : `${parent.id}/`}${randomUUID()}_kurento.${className}`;
    const object: HostedObject = make(
      {
        id,
        className,
        parent,
        emit: (type, properties) => {
          this.events.push({ source: object, type, properties, atMs: Date.now() });
          for (const check of [...this.#waiting]) check();
        },
        warn: (message, error) => this.warnings.push(error === undefined ? message : `${message}: ${String(error)}`),
      },
      { mediaPipeline: parent, ...params },
    );
    if (parent === undefined) this.#roots.push(object);
    return object as T;
  }

  /** Makes a WebRtcEndpoint with the defaults of its constructor. */
  endpoint(pipeline: HostedObject, params: Record<string, unknown> = {}): WebRtcEndpoint {
    return this.create<WebRtcEndpoint>("WebRtcEndpoint", pipeline, {
      recvonly: false,
      sendonly: false,
      useDataChannels: false,
      certificateKeyType: "ECDSA",
      qosDscp: "NO_VALUE",
      ...params,
    });
  }

  /** The events of an object so far, of one type or of all. */
  of(source: HostedObject, type?: string): RaisedEvent[] {
    return this.events.filter((event) => event.source === source && (type === undefined || event.type === type));
  }

  /** Waits until an event has come that fits; also one that came before. */
  waitFor(fits: (event: RaisedEvent) => boolean, timeoutMs = 10_000): Promise<RaisedEvent> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(`no such event within ${timeoutMs} ms; had ${this.events.map((e) => e.type).join(", ")}`));
      }, timeoutMs);
      const check = (): void => {
        const found = this.events.find(fits);
        if (found === undefined) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve(found);
      };
      this.#waiting.add(check);
      check();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const root of this.#roots) await root.release();
  }
}
