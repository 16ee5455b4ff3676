// The contract between a host and the objects that live in it: what a class is given, and what it must be.

/** What the host hands to an object that it makes. */
export interface ObjectContext {
  readonly id: string;
  readonly className: string;
  /** The object it stands under; undefined for a pipeline. */
  readonly parent: HostedObject | undefined;
  /**
   * Raises an event. `properties` are the event's own: the host adds `source`, `timestampMillis`, `tags` and `type`,
   * and writes references and value types as the definition says.
   */
  emit(type: string, properties: Readonly<Record<string, unknown>>): void;
  /** Reports the failure of background work, for the log; it never reaches a client by itself. */
  warn(message: string, error?: unknown): void;
}

/**
 * An object in a host. The operations of its class are methods of the same name, called with the parameters in the
 * definition's order, references resolved to objects; they return plain values, objects or promises of these.
 */
export interface HostedObject {
  readonly id: string;
  readonly className: string;
  readonly parent: HostedObject | undefined;
  /** Ends the object. Its children were ended before. Idempotent. */
  release(): void | Promise<void>;
  /** Whether its events carry its tags; Kurento's property `sendTagsInEvents`. */
  getSendTagsInEvents?(): boolean;
  /** Its tags, read only when its events carry them. */
  getTags?(): readonly unknown[];
}

/** Makes an object of one class; `params` hold the constructor parameters, checked, defaults filled in, references resolved. */
export type HostedClass = (context: ObjectContext, params: Readonly<Record<string, unknown>>) => HostedObject;

/** The classes that a host can make, by name. A class that is not listed answers 40108. */
export type HostedClasses = ReadonlyMap<string, HostedClass>;
