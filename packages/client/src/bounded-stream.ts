// Values that one consumer takes with `for await`, kept in a bounded number until it does.

/** An asynchronous iterable for one consumer. When it holds too many values the oldest one is dropped. */
export class BoundedStream<T> implements AsyncIterableIterator<T, undefined> {
  readonly #maxValues: number;
  readonly #onStop: () => void;
  #values: T[] = [];
  #waiting: { resolve: (result: IteratorResult<T, undefined>) => void; reject: (error: unknown) => void }[] = [];
  #ended: { readonly error?: unknown } | undefined;
  #dropped = 0;

  /** `onStop` is called once when no further value is wanted or comes. */
  constructor(maxValues: number, onStop: () => void = () => undefined) {
    this.#maxValues = maxValues;
    this.#onStop = onStop;
  }

  /** How many values were dropped because the consumer was too slow. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Adds a value. */
  push(value: T): void {
    if (this.#ended !== undefined) return;
    const consumer = this.#waiting.shift();
    if (consumer !== undefined) {
      consumer.resolve({ done: false, value });
      return;
    }
    this.#values.push(value);
    if (this.#values.length <= this.#maxValues) return;
    this.#values.shift();
    this.#dropped++;
  }

  /** Ends the stream after the values that it still holds. */
  end(): void {
    this.#finish({});
  }

  /** Ends the stream, after the values that it still holds, with an error. */
  fail(error: unknown): void {
    this.#finish({ error });
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#values.length > 0) {
      const [value] = this.#values.splice(0, 1) as [T];
      return Promise.resolve({ done: false, value });
    }
    if (this.#ended === undefined) {
      return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
    }
    if (!("error" in this.#ended)) return Promise.resolve({ done: true, value: undefined });
    const { error } = this.#ended;
    this.#ended = {};
    return Promise.reject(error);
  }

  /** The consumer left its loop: what is held is dropped. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.#values = [];
    this.#finish({});
    this.#ended = {};
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #finish(ended: { readonly error?: unknown }): void {
    if (this.#ended !== undefined) return;
    this.#ended = ended;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const [index, { resolve, reject }] of waiting.entries()) {
      if (index > 0 || !("error" in ended)) resolve({ done: true, value: undefined });
      else {
        this.#ended = {};
        reject(ended.error);
      }
    }
    this.#onStop();
  }
}
