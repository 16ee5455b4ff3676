// How the packets of one source look to one receiver: payload types, extensions, and the source's time.
import { HeaderExtensionMap } from "../rtp/header-extension.ts";
import type { SourceClock } from "./source-clock.ts";

/** What a forward stream needs to know of its source's time. A `ReceiveStream` is one. */
export interface SourceTiming {
  /** Ticks per second of the source's timestamps. */
  readonly clockRate: number;
  readonly clock: SourceClock;
  /** True once the source sent a sender report; the fields below are then valid. */
  readonly hasSenderReport: boolean;
  /** Unix milliseconds of the sender's clock. */
  readonly senderReportMs: number;
  readonly senderReportTimestamp: number;
  readonly senderReportArrivalMs: number;
  readonly senderReportGeneration: number;
}

/** What a {@link ForwardRoute} is made of. */
export interface ForwardRouteOptions {
  readonly timing: SourceTiming;
  /** The source's payload type → the receiver's. Packets of others are dropped. */
  readonly payloadTypes: ReadonlyMap<number, number>;
  /** The receiver's payload type → its RTX payload type. Without one, lost packets are sent again as they were. */
  readonly rtxPayloadTypes?: ReadonlyMap<number, number>;
  /** Default: all extensions are stripped. */
  readonly extensions?: HeaderExtensionMap;
}

/** Made once per pair of source and receiver, and again when either side's negotiation changes. */
export class ForwardRoute {
  readonly timing: SourceTiming;
  readonly extensions: HeaderExtensionMap;
  readonly #payloadTypes: Int16Array = new Int16Array(128).fill(-1);
  readonly #rtxPayloadTypes: Int16Array = new Int16Array(128).fill(-1);

  /** Throws RangeError for payload types outside 0 to 127. */
  constructor(options: ForwardRouteOptions) {
    this.timing = options.timing;
    this.extensions = options.extensions ?? new HeaderExtensionMap(new Map());
    fillTable(this.#payloadTypes, options.payloadTypes);
    if (options.rtxPayloadTypes !== undefined) fillTable(this.#rtxPayloadTypes, options.rtxPayloadTypes);
  }

  /** The receiver's payload type for one of the source's, −1 when it does not take it. */
  payloadType(source: number): number {
    return this.#payloadTypes[source] ?? -1;
  }

  /** The receiver's RTX payload type for one of its own payload types, −1 without RTX. */
  rtxPayloadType(receiver: number): number {
    return this.#rtxPayloadTypes[receiver] ?? -1;
  }
}

function fillTable(table: Int16Array, entries: ReadonlyMap<number, number>): void {
  for (const [from, to] of entries) {
    if (from < 0 || from > 127 || to < 0 || to > 127) {
      throw new RangeError(`payload types: expected 0 to 127, got ${from} → ${to}`);
    }
    table[from] = to;
  }
}
