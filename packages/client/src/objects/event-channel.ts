// The listeners that one event of one object has, and the one subscription on the server that they share.

import { BoundedStream } from "../bounded-stream.ts";
import { asError, ConnectionError, ObjectReleasedError } from "../client-errors.ts";
import { type Listener, Listeners, type ListenOptions, type ReportProblem } from "../listeners.ts";
import type { CallOptions } from "../rpc/call-limit.ts";

/** What `on` returns: call it to remove the listener. */
export interface Subscription extends Disposable {
  (): void;
  /**
   * Resolves when the server has accepted the subscription, and rejects with its error when it refused. There is no
   * need to wait for it: the subscription is written before any call made after `on`, and a refusal is also an
   * `error` event of the client.
   */
  readonly ready: Promise<void>;
}

/** How to wait for an event. */
export interface WaitOptions<T> {
  /** Stops waiting when it aborts: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Waits for an event for which this returns true. Default: the next one. */
  readonly filter?: ((event: T) => boolean) | undefined;
}

/** How to follow events. */
export interface StreamOptions<T> extends WaitOptions<T> {
  /** How many events wait for a consumer that is slower than they come; the oldest are dropped. Default 1,000. */
  readonly maxBuffered?: number | undefined;
}

/** Events for one `for await`. */
export interface EventStream<T> extends AsyncIterableIterator<T, undefined> {
  /** How many events were dropped because the consumer was too slow. */
  readonly dropped: number;
  /** Takes no further event; those that wait are dropped too. Leaving the loop does the same. */
  return(): Promise<IteratorResult<T, undefined>>;
}

/** How many events wait for a consumer by default. */
const MAX_BUFFERED = 1_000;

/** Throws the signal's reason when it has aborted, and a `RangeError` for a number that cannot be. */
export function checkStreamOptions({ signal, maxBuffered = MAX_BUFFERED }: StreamOptions<unknown>): void {
  signal?.throwIfAborted();
  if (!(typeof maxBuffered === "number" && maxBuffered >= 1)) {
    throw new RangeError(`maxBuffered: expected at least 1, got ${String(maxBuffered)}`);
  }
}

/** How a channel subscribes. */
export interface SubscriptionPort {
  /**
   * Writes the subscription, `ahead` of other calls that wait, and returns its id; `onLateResult` receives an id that
   * came after the call was given up.
   */
  subscribe(options: {
    readonly onLateResult: (subscription: string) => void;
    readonly ahead: boolean;
  }): Promise<string>;
  /** Ends a subscription. */
  unsubscribe(subscription: string, options?: CallOptions): void;
  /** Receives refused subscriptions and what listeners threw. */
  readonly report: ReportProblem;
  /** The channel has no listener and no subscription any more. */
  idle(): void;
}

/** One event of one object. Subscribed while it has listeners. */
export class EventChannel {
  readonly #port: SubscriptionPort;
  readonly #listeners: Listeners<unknown>;
  readonly #onEnd = new Set<(error: Error) => void>();
  #state: "idle" | "subscribing" | "subscribed" | "ended" = "idle";
  #subscription: string | undefined;
  #ready: Promise<void> = Promise.resolve();
  #backlog: unknown[] = [];

  constructor(port: SubscriptionPort) {
    this.#port = port;
    this.#listeners = new Listeners(() => this.#onEmpty());
  }

  /** Adds a listener; the first one subscribes. */
  add(listener: Listener<unknown>, options?: ListenOptions): Subscription {
    const remove = this.#listeners.add(listener, options);
    if (this.#state === "idle" && this.#listeners.size > 0) this.#subscribe();
    return asSubscription(remove, this.#ready);
  }

  /** Waits for an event. Rejects when the signal aborts, the subscription is refused or the object ends. */
  wait(options: WaitOptions<unknown>): Promise<unknown> {
    const { signal, filter } = options;
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const stop = (): void => {
        remove();
        this.#onEnd.delete(fail);
        signal?.removeEventListener("abort", onAbort);
      };
      const fail = (error: unknown): void => {
        stop();
        reject(error);
      };
      const onAbort = (): void => fail(signal?.reason);
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#onEnd.add(fail);
      const remove = this.add((event) => {
        try {
          if (filter !== undefined && !filter(event)) return;
        } catch (error) {
          return fail(error);
        }
        stop();
        resolve(event);
      });
    });
  }

  /**
   * Events from now on. Ends when the object is released or the client closed, and fails when the signal aborts, the
   * subscription is refused or the object or the connection is lost.
   */
  stream({ signal, filter, maxBuffered = MAX_BUFFERED }: StreamOptions<unknown>): EventStream<unknown> {
    const stream: BoundedStream<unknown> = new BoundedStream(maxBuffered, () => {
      remove();
      this.#onEnd.delete(onEnd);
      signal?.removeEventListener("abort", onAbort);
    });
    const onAbort = (): void => stream.fail(signal?.reason);
    const onEnd = (error: Error): void => {
      if (isRegularEnd(error)) stream.end();
      else stream.fail(error);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#onEnd.add(onEnd);
    const remove = this.add((event) => {
      try {
        if (filter === undefined || filter(event)) stream.push(event);
      } catch (error) {
        stream.fail(error);
      }
    });
    return stream;
  }

  /** Passes an event to the listeners, after those that were held. */
  deliver(event: unknown): void {
    if (this.#backlog.length > 0) this.#backlog.push(event);
    else this.#listeners.emit(event, this.#port.report);
  }

  /** Passes events that came before there was a listener, once the code that adds the first one has returned. */
  deliverLater(events: readonly unknown[]): void {
    if (events.length === 0) return;
    this.#backlog.push(...events);
    queueMicrotask(() => {
      const backlog = this.#backlog;
      this.#backlog = [];
      for (const event of backlog) this.#listeners.emit(event, this.#port.report);
    });
  }

  /** The subscription went with its session, and the object is there in the next one too. */
  resubscribe(): void {
    if (this.#state === "subscribed") this.#subscribe(true);
  }

  /** The object or the connection is gone: nothing more will come, and who waits is told. */
  end(error: Error): void {
    this.#state = "ended";
    for (const fail of [...this.#onEnd]) fail(error);
    this.#listeners.clear();
  }

  #subscribe(ahead = false): void {
    this.#state = "subscribing";
    const port = this.#port;
    this.#ready = port.subscribe({ onLateResult: (late) => port.unsubscribe(late), ahead }).then(
      (subscription) => this.#onSubscribed(subscription),
      (error: unknown) => {
        this.#onRefused(asError(error));
        throw error;
      },
    );
    // Nobody has to wait for it: a refusal is reported.
    this.#ready.catch(() => undefined);
  }

  #onSubscribed(subscription: string): void {
    if (this.#state === "ended") return;
    this.#subscription = subscription;
    this.#state = "subscribed";
    if (this.#listeners.size === 0) this.#onEmpty();
  }

  #onRefused(error: Error): void {
    if (this.#state === "ended") return;
    // Waits fail with the error, so only listeners leave it to the report.
    const onlyWaits = this.#onEnd.size > 0 && this.#onEnd.size === this.#listeners.size;
    this.end(error);
    if (!onlyWaits) this.#port.report(error);
    this.#port.idle();
  }

  #onEmpty(): void {
    // While the first answer is awaited a listener may come back: then the subscription is kept.
    if (this.#state !== "subscribed") return;
    this.#state = "ended";
    const subscription = this.#subscription;
    if (subscription !== undefined) this.#port.unsubscribe(subscription);
    this.#port.idle();
  }
}

/** An end that the program brought about itself. */
function isRegularEnd(error: Error): boolean {
  return error instanceof ObjectReleasedError || (error instanceof ConnectionError && error.type === "CLIENT_CLOSED");
}

/** A remover that also tells when the server has accepted. */
export function asSubscription(remove: () => void, ready: Promise<void>): Subscription {
  return Object.assign(() => remove(), { ready, [Symbol.dispose]: remove });
}
