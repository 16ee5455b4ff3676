// A host in the gateway's own process: nothing to start, but a crash in native code ends the whole program.

import { kurentoApi } from "@kurento-ts/protocol/api";
import type { HostChannel, HostFactory, HostListener, HostOrder } from "./host-channel.ts";
import { HostRuntime } from "./host-runtime.ts";
import { loadHostedClasses } from "./hosted-classes.ts";
import type { HostedClasses } from "./hosted-object.ts";

/** Makes hosts that live in this process. `classesModule` as for a child host. */
export function inProcessHost(options: { readonly classesModule?: string | undefined } = {}): HostFactory {
  return async (listener) => new InProcessHost(await loadHostedClasses(options.classesModule), listener);
}

class InProcessHost implements HostChannel {
  readonly classNames: ReadonlySet<string>;
  readonly pid: undefined;
  readonly #runtime: HostRuntime;
  readonly #listener: HostListener;
  #closing: Promise<void> | undefined;

  constructor(classes: HostedClasses, listener: HostListener) {
    this.classNames = new Set(classes.keys());
    this.#listener = listener;
    this.#runtime = new HostRuntime({
      api: kurentoApi(),
      classes,
      report: (report) => listener.onReport(report),
      usage: () => ({ cpuUs: 0, rssBytes: 0 }),
    });
  }

  send(order: HostOrder): void {
    this.#runtime.handle(order);
  }

  close(): Promise<void> {
    this.#closing ??= this.#runtime.close().then(() => this.#listener.onExit({ error: undefined }));
    return this.#closing;
  }
}
