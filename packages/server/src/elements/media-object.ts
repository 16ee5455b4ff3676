// The root of all classes: what every object of a pipeline has (name, tags, parent, children, creation time).

import { KurentoError, type Tag } from "@kurento-ts/protocol";
import type {
  EventProperties,
  MediaObject as MediaObjectContract,
  MediaPipeline as MediaPipelineContract,
} from "../generated/contract.gen.ts";
import type { HostedObject, ObjectContext } from "../host/hosted-object.ts";

/** The pipeline as the objects in it see it. */
export interface OwningPipeline extends MediaPipelineContract {
  getLatencyStats(): boolean;
}

/** Kurento's `MediaObject`: an object with a name, tags and a place in the tree of its pipeline. */
export abstract class MediaObject implements HostedObject, MediaObjectContract {
  readonly id: string;
  readonly className: string;
  readonly parent: MediaObject | undefined;
  protected readonly context: ObjectContext;
  readonly #creationTimeS = Math.floor(Date.now() / 1000);
  readonly #children = new Set<MediaObject>();
  readonly #tags = new Map<string, string>();
  #name: string;
  #sendTagsInEvents = false;
  #released: Promise<void> | undefined;

  protected constructor(context: ObjectContext) {
    this.context = context;
    this.id = context.id;
    this.className = context.className;
    this.#name = context.id;
    if (context.parent !== undefined && !(context.parent instanceof MediaObject)) {
      throw new KurentoError("MEDIA_OBJECT_ILLEGAL_PARAM_ERROR", `${context.className}: its parent is no MediaObject`);
    }
    this.parent = context.parent;
    if (this.parent !== undefined) this.parent.#children.add(this);
  }

  abstract getMediaPipeline(): OwningPipeline;

  /** The object it stands under; undefined for a pipeline. */
  getParent(): MediaObject | undefined {
    return this.parent;
  }

  getId(): string {
    return this.id;
  }

  /** What stands directly under it, in the order of creation. */
  getChildren(): MediaObject[] {
    return [...this.#children];
  }

  /** The name that a client gave it; its id by default, and again when the name is emptied, as on Kurento. */
  getName(): string {
    return this.#name === "" ? this.id : this.#name;
  }

  setName(name: string): void {
    this.#name = name;
  }

  getSendTagsInEvents(): boolean {
    return this.#sendTagsInEvents;
  }

  /** Whether events carry the object's tags from now on. */
  setSendTagsInEvents(sendTagsInEvents: boolean): void {
    this.#sendTagsInEvents = sendTagsInEvents;
  }

  /** When it was made, in seconds since 1970. */
  getCreationTime(): number {
    return this.#creationTimeS;
  }

  /** Puts a tag on the object, or replaces the one with the same key. */
  addTag(key: string, value: string): void {
    this.#tags.set(key, value);
  }

  /** Takes a tag away; an unknown key is no error. */
  removeTag(key: string): void {
    this.#tags.delete(key);
  }

  /** The value of a tag. Throws 40110 when there is none with that key. */
  getTag(key: string): string {
    const value = this.#tags.get(key);
    if (value === undefined) throw new KurentoError("MEDIA_OBJECT_TAG_KEY_NOT_FOUND", "Tag key not found");
    return value;
  }

  getTags(): Tag[] {
    return [...this.#tags].map(([key, value]) => ({ key, value }));
  }

  /** Whether the object has ended: it raises no event and takes no call any more. */
  get released(): boolean {
    return this.#released !== undefined;
  }

  /** Ends the object and what stands under it. Every caller gets the same promise. */
  release(): Promise<void> {
    this.#released ??= this.#end();
    return this.#released;
  }

  async #end(): Promise<void> {
    await Promise.all(this.getChildren().map((child) => child.release()));
    if (this.parent !== undefined) this.parent.#children.delete(this);
    await this.close();
  }

  /** Gives back what the object holds; called once. */
  protected abstract close(): void | Promise<void>;

  /** Raises an event, unless the object has ended. */
  protected emit<Name extends keyof EventProperties>(type: Name, properties: EventProperties[Name]): void {
    if (!this.released) this.context.emit(type, { ...properties });
  }

  /** Raises the `Error` event: something failed that no call waits for. */
  protected emitError(type: string, description: string, errorCode = 0): void {
    this.emit("Error", { type, description, errorCode });
  }
}
