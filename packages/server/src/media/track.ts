// One media of one codec that flows out of an element, to any number of takers.

/** Somebody who wants to know when media begins to flow. */
export interface TrackObserver {
  /** The first packet since the observer joined, or since {@link Track.announceNextPacket} was called. */
  onFirstPacket(): void;
}

/** One media flowing. */
export class Track {
  readonly #observers: TrackObserver[] = [];
  #announce = false;
  #lastPacketMs = 0;

  /** When the last packet came, in the host's clock; 0 before the first. */
  get lastPacketMs(): number {
    return this.#lastPacketMs;
  }

  /** Adds an observer; it is told at the next packet. */
  addObserver(observer: TrackObserver): void {
    this.#observers.push(observer);
    this.#announce = true;
  }

  removeObserver(observer: TrackObserver): void {
    const index = this.#observers.indexOf(observer);
    if (index >= 0) this.#observers.splice(index, 1);
  }

  /** Tells all observers again when the next packet comes. */
  announceNextPacket(): void {
    this.#announce = true;
  }

  /** A packet has come. */
  push(nowMs: number): void {
    this.#lastPacketMs = nowMs;
    if (this.#announce) {
      this.#announce = false;
      for (const observer of [...this.#observers]) observer.onFirstPacket();
    }
  }
}
