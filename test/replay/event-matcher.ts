// Finds to each recorded event the one of ours: Kurento's come in no order, so the best that is unclaimed is taken.

import { type Identities, UUID } from "./identities.ts";
import { candidateKey, eventOf, eventText, type LooseEvent, readMessage } from "./recorded-message.ts";
import type { RecordedFrame } from "./recording.ts";
import type { Arrived, ReplayConnection } from "./replay-connection.ts";

/** An event that was recorded, and the one of ours that stands for it. */
export interface MatchedEvent {
  readonly frame: RecordedFrame;
  readonly recorded: LooseEvent;
  /** Undefined: none came. */
  readonly own: Arrived | undefined;
}

interface Pending {
  readonly frame: RecordedFrame;
  readonly recorded: LooseEvent;
  readonly connection: ReplayConnection;
}

/** Matches the events of one scenario. */
export class EventMatcher {
  readonly #identities: Identities;
  readonly #pending: Pending[] = [];

  constructor(identities: Identities) {
    this.#identities = identities;
  }

  /** Waits for the event of ours that equals a recorded one; what does not come in time is put off to {@link rest}. */
  async match(frame: RecordedFrame, connection: ReplayConnection, limitMs: number): Promise<MatchedEvent | undefined> {
    const recorded = eventOf(readMessage(frame.raw)) ?? {};
    const pending: Pending = { frame, recorded, connection };
    const event = await connection.until(() => this.#claim(pending), limitMs);
    if (event === undefined) this.#pending.push(pending);
    return event === undefined ? undefined : { frame, recorded, own: event };
  }

  /** After the last frame: what was put off, each with an equal event, else with one of its kind, else with none. */
  async *rest(limitMs: number): AsyncGenerator<MatchedEvent> {
    const untilMs = performance.now() + limitMs;
    const unequal: Pending[] = [];
    for (const pending of this.#pending) {
      const leftMs = Math.max(0, untilMs - performance.now());
      const own = await pending.connection.until(() => this.#claim(pending), leftMs);
      if (own === undefined) unequal.push(pending);
      else yield { ...pending, own };
    }
    for (const { frame, recorded, connection } of unequal) {
      const own = connection.events.find((event) => this.#sameKind(recorded, event));
      if (own !== undefined) connection.events.splice(connection.events.indexOf(own), 1);
      yield { frame, recorded, own };
    }
  }

  #claim({ recorded, connection }: Pending): Arrived | undefined {
    const index = connection.events.findIndex(
      (event) => this.#sameKind(recorded, event) && this.#equal(recorded, event),
    );
    return index === -1 ? undefined : connection.events.splice(index, 1)[0];
  }

  #sameKind(recorded: LooseEvent, event: Arrived): boolean {
    const value = eventOf(event.parsed);
    return value?.type === recorded.type && value?.object === this.#identities.toActual(recorded.object ?? "");
  }

  /** Whether an event has the values of the recorded one, before anything is learnt from it. */
  #equal(recorded: LooseEvent, event: Arrived): boolean {
    const own = eventOf(event.parsed) ?? {};
    if (recorded.type === "IceCandidateFound")
      return candidateKey(recorded) === this.#identities.toRecorded(candidateKey(own));
    const [one, other] = [eventText(recorded), this.#identities.toRecorded(eventText(own))];
    if (one === other) return true;
    // Names that have no counterpart yet (ObjectCreated comes before the answer that tells the name).
    const fresh = (one.match(UUID) ?? []).some((uuid) => !this.#identities.knows(uuid));
    return fresh && one.replace(UUID, "#") === other.replace(UUID, "#");
  }
}
