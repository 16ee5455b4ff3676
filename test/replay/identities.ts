// Maps what the recorded server made up (ids, sessions, descriptions, candidates) to what the replayed server made up.

/** A uuid, as the recordings and our server write it. */
export const UUID: RegExp = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** One-to-one pairs of recorded and actual names, learnt from answers and used in requests. */
export class Identities {
  readonly #toActual = new Map<string, string>();
  readonly #toRecorded = new Map<string, string>();
  /** Whole texts (an SDP, a candidate) that later requests repeat. */
  readonly #texts = new Map<string, string>();

  /** Whether a recorded uuid has its counterpart. */
  knows(recordedUuid: string): boolean {
    return this.#toActual.has(recordedUuid);
  }

  /** Whether our server's uuid has its counterpart. */
  knowsActual(actualUuid: string): boolean {
    return this.#toRecorded.has(actualUuid);
  }

  /** A recorded text in our names; unknown uuids stay as they are. */
  toActual(recorded: string): string {
    return recorded.replace(UUID, (uuid) => this.#toActual.get(uuid) ?? uuid);
  }

  /** A text of ours in the recording's names. */
  toRecorded(actual: string): string {
    return actual.replace(UUID, (uuid) => this.#toRecorded.get(uuid) ?? uuid);
  }

  /** Remembers that ours stands for the recorded one; false when either is already paired with another. */
  pair(recordedUuid: string, actualUuid: string): boolean {
    const known = this.#toActual.get(recordedUuid);
    const back = this.#toRecorded.get(actualUuid);
    if (known !== undefined || back !== undefined) return known === actualUuid && back === recordedUuid;
    this.#toActual.set(recordedUuid, actualUuid);
    this.#toRecorded.set(actualUuid, recordedUuid);
    return true;
  }

  /** Remembers a whole text, if it has no counterpart yet. */
  pairText(recorded: string, actual: string): void {
    if (recorded !== "" && !this.#texts.has(recorded)) this.#texts.set(recorded, actual);
  }

  /** Whether two strings are equal up to uuids, which are paired on the way. */
  matches(recorded: string, actual: string): boolean {
    const recordedUuids = recorded.match(UUID) ?? [];
    const actualUuids = actual.match(UUID) ?? [];
    if (recorded.replace(UUID, "#") !== actual.replace(UUID, "#")) return false;
    const pairs = recordedUuids.map((uuid, index) => [uuid, actualUuids[index] ?? ""] as const);
    // Nothing is learnt from a pair that does not fit.
    const fits = pairs.every(([one, other]) =>
      this.knows(one) || this.knowsActual(other) ? this.#toActual.get(one) === other : true,
    );
    return fits && pairs.every(([one, other]) => this.pair(one, other));
  }

  /**
   * A recorded request as it is to be sent: our names in place of the recorded ones. A uuid that nobody gave (the
   * recording made it up, or it comes from another scenario) is sent as it is and stands for itself from then on.
   */
  request(raw: string): string {
    const withTexts = this.#texts.size === 0 ? raw : this.#replaceTexts(raw);
    return withTexts.replace(UUID, (uuid) => {
      if (!this.knows(uuid) && !this.knowsActual(uuid)) this.pair(uuid, uuid);
      return this.#toActual.get(uuid) ?? uuid;
    });
  }

  #replaceTexts(raw: string): string {
    let parsed: unknown;
    try {
      parsed = JSON.parse(raw);
    } catch {
      return raw;
    }
    let replaced = false;
    const walk = (value: unknown): unknown => {
      if (typeof value === "string") {
        const text = this.#texts.get(value);
        if (text !== undefined) replaced = true;
        return text ?? value;
      }
      if (Array.isArray(value)) return value.map(walk);
      if (typeof value === "object" && value !== null)
        return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner)]));
      return value;
    };
    const walked = walk(parsed);
    // What holds no such text goes out to the letter: how it is written is part of what is tested.
    return replaced ? JSON.stringify(walked) : raw;
  }
}
