// Kurento's ServerManager: the one object that is always there and tells about the server itself.

import { availableParallelism } from "node:os";
import { type JsonObject, KurentoError, SERVER_MANAGER_ID, type ServerInfo, type Tag } from "@kurento-ts/protocol";
import { type ApiModel, kmdText } from "@kurento-ts/protocol/api";
import { cpuPercent, serverUsage } from "./cpu-usage.ts";
import type { HostLink } from "./host-link.ts";

/** The version of Kurento whose protocol this server speaks. */
const KURENTO_VERSION = "7.3.0";

/** What marks a tag on the wire. */
const KURENTO_TAG = { __module__: "kurento", __type__: "Tag" };

/** What the manager tells about. */
export interface ServerManagerOptions {
  readonly api: ApiModel;
  readonly metadata: string;
  readonly pipelines: () => readonly string[];
  readonly sessions: () => readonly string[];
  readonly hosts: () => readonly HostLink[];
}

/** The ServerManager. Its operations have the names and positional parameters of the definition; references are ids. */
export class ServerManagerObject {
  readonly id: typeof SERVER_MANAGER_ID = SERVER_MANAGER_ID;
  readonly className = "ServerManager";
  readonly #options: ServerManagerOptions;
  readonly #tags = new Map<string, string>();
  readonly #creationTimeS = Math.floor(Date.now() / 1000);
  #name: string = SERVER_MANAGER_ID;
  #sendTagsInEvents = false;

  constructor(options: ServerManagerOptions) {
    this.#options = options;
  }

  /** What official clients look at: they want the modules core, elements and filters and the capability "transactions". */
  getInfo(): ServerInfo {
    const modules = this.#options.api.modules.map(({ name, version }) => ({
      name,
      version,
      generationTime: "",
      factories: this.#options.api.classes
        .filter((each) => each.module === name && each.constructorParams !== undefined && !each.abstract)
        .map((each) => each.name)
        .sort(),
    }));
    return { version: KURENTO_VERSION, modules, type: "KMS", capabilities: ["transactions"] };
  }

  /** The ids of all pipelines. Unlike on Kurento, asking does not keep them alive. */
  getPipelines(): readonly string[] {
    return this.#options.pipelines();
  }

  getSessions(): readonly string[] {
    return this.#options.sessions();
  }

  getMetadata(): string {
    return this.#options.metadata;
  }

  /** The definition of a module as JSON. Throws 40500 for one that is not loaded. */
  getKmd(moduleName: string): string {
    const text = kmdText(moduleName);
    if (text === undefined) {
      throw new KurentoError("SERVER_MANAGER_ERROR_KMD_NOT_FOUND", "Requested kmd module doesn't exist");
    }
    return text;
  }

  getCpuCount(): number {
    return availableParallelism();
  }

  /** Percent of one core over the next `interval` milliseconds; null for an interval that is not positive, as on Kurento. */
  getUsedCpu(interval: number): Promise<number | null> {
    return cpuPercent(interval, this.#options.hosts).then((percent) => (Number.isNaN(percent) ? null : percent));
  }

  /** Resident memory of the server's processes, in KiB. */
  getUsedMemory(): Promise<number> {
    return serverUsage(this.#options.hosts()).then(({ rssBytes }) => Math.round(rssBytes / 1024));
  }

  getMediaPipeline(): undefined {}

  getParent(): undefined {}

  getId(): string {
    return this.id;
  }

  getChildren(): readonly string[] {
    return [];
  }

  getName(): string {
    return this.#name;
  }

  /** Gives it a name; the empty one means its id. */
  setName(name: string): void {
    this.#name = name || this.id;
  }

  getSendTagsInEvents(): boolean {
    return this.#sendTagsInEvents;
  }

  setSendTagsInEvents(sendTagsInEvents: boolean): void {
    this.#sendTagsInEvents = sendTagsInEvents;
  }

  getCreationTime(): number {
    return this.#creationTimeS;
  }

  addTag(key: string, value: string): void {
    this.#tags.set(key, value);
  }

  /** Takes a tag away; an unknown key is no error. */
  removeTag(key: string): void {
    this.#tags.delete(key);
  }

  /** Throws 40110 when there is no tag with that key. */
  getTag(key: string): string {
    const value = this.#tags.get(key);
    if (value === undefined) throw new KurentoError("MEDIA_OBJECT_TAG_KEY_NOT_FOUND", "Tag key not found");
    return value;
  }

  getTags(): readonly Tag[] {
    return [...this.#tags].map(([key, value]) => ({ key, value }));
  }

  /** The data of an event of the manager: it has no `type`, as recorded. */
  eventData(properties: JsonObject): JsonObject {
    const tags = this.#sendTagsInEvents ? this.getTags().map((tag) => ({ ...KURENTO_TAG, ...tag })) : [];
    return { source: this.id, tags, timestampMillis: String(Date.now()), ...properties };
  }
}
