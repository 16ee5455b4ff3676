// Tells the events that classes raise from the bases of events, which only lend their properties.

import type { ApiEvent, ApiParameter } from "../api-elements.ts";
import type { ApiModel } from "../api-model.ts";

/** The events that some class raises, without the bases of events. */
export function raisedEvents(model: ApiModel): readonly ApiEvent[] {
  const raised = new Set(model.classes.flatMap((one) => one.events));
  return model.events.filter((event) => raised.has(event));
}

/** The properties that an event does not have from a base of events: what the class that raises it hands over. */
export function handedOver(event: ApiEvent, raised: ReadonlySet<ApiEvent>): readonly ApiParameter[] {
  const inherited = event.parent !== undefined && raised.has(event.parent) ? handedOver(event.parent, raised) : [];
  return [...inherited, ...event.ownProperties];
}
