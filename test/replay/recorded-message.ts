// The parts of a recorded or received message that the replay looks at.

/** A message, as far as the replay cares. */
export interface LooseMessage {
  readonly id?: unknown;
  readonly method?: string;
  readonly error?: { readonly code?: number };
  readonly params?: {
    readonly type?: unknown;
    readonly object?: unknown;
    readonly operation?: unknown;
    readonly value?: LooseEvent;
  };
}

/** What an event says. */
export interface LooseEvent {
  readonly type?: string;
  readonly object?: string;
  readonly data?: { readonly candidate?: { readonly sdpMLineIndex?: number } };
}

/** Reads a message; undefined for what is no JSON object. */
export function readMessage(raw: string): LooseMessage | undefined {
  try {
    const value: unknown = JSON.parse(raw);
    return isPlain(value) ? (value as LooseMessage) : undefined;
  } catch {
    return undefined;
  }
}

/** The event that a message carries, or undefined. */
export function eventOf(message: unknown): LooseEvent | undefined {
  return isPlain(message) && message.method === "onEvent" ? (message as LooseMessage).params?.value : undefined;
}

/** The m-line of the object whose candidate an event brings. */
export function candidateKey(event: LooseEvent): string {
  return `${event.object} ${event.data?.candidate?.sdpMLineIndex}`;
}

/** An event as text, without what is different every time: equal texts (up to ids) are equal events. */
export function eventText(event: LooseEvent): string {
  return JSON.stringify(event, (key, value: unknown) => {
    if (key === "timestampMillis" || key === "binName" || key === "connectionId") return undefined;
    // Of ICE it is a number; of DTLS it names a part of GStreamer.
    if (key === "componentId" && typeof value === "string") return undefined;
    if (typeof value === "string" && value.startsWith("candidate:")) return "candidate";
    return isPlain(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;
  });
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
