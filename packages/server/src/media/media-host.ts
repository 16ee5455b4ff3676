// What all elements of one host share: the timer, the flow monitor and the way to make transports.

import { type DtlsCertificate, processCertificate } from "../transport/certificate.ts";
import { FlowMonitor } from "./flow-monitor.ts";
import { Ticker } from "./ticker.ts";

/** Settings of a host's media; each has a default. */
export interface MediaHostOptions {
  /** Gets what fails in the background; the process's warnings by default. */
  readonly onError?: (message: string, error: unknown) => void;
}

/** The things of which a host has one. */
export class MediaHost {
  readonly ticker: Ticker;
  readonly flows: FlowMonitor;
  readonly #withoutEffect = new Set<string>();

  constructor(options: MediaHostOptions = {}) {
    const onError =
      options.onError ??
      ((message: string, error: unknown): void => {
        process.emitWarning(`${message}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      });
    this.ticker = new Ticker((error) => onError("a periodic task failed", error));
    this.flows = new FlowMonitor(this.ticker);
  }

  /** Whether a member of the API that has no effect here is used for the first time: then it is to be warned of. */
  isFirstUse(member: string): boolean {
    const isFirst = !this.#withoutEffect.has(member);
    this.#withoutEffect.add(member);
    return isFirst;
  }

  /** The certificate of this process for a kind of key. */
  certificate(keyType: "RSA" | "ECDSA"): Promise<DtlsCertificate> {
    return processCertificate(keyType === "RSA" ? "rsa" : "ecdsa");
  }
}
