// The objects that the client knows, by id, as the tree that they form on the server.

import { ObjectLostError, ObjectReleasedError } from "../client-errors.ts";
import type { ModuleTable } from "./client-module.ts";
import { ObjectNode, type ObjectSession } from "./object-node.ts";
import { RemoteObject } from "./remote-object.ts";

/**
 * How many released objects are remembered: events which were under way then are not taken for nonsense, and what still
 * names the object gives the one that the application has.
 */
const REMEMBERED_RELEASES = 1_000;

/** Every known object once. */
export class ObjectTable {
  readonly #session: ObjectSession;
  readonly #modules: ModuleTable;
  readonly #nodes = new Map<string, ObjectNode>();
  readonly #released = new Map<string, ObjectNode>();
  readonly #collected = new FinalizationRegistry<ObjectNode>((node) => this.prune(node));

  constructor(session: ObjectSession, modules: ModuleTable) {
    this.#session = session;
    this.#modules = modules;
  }

  /** The node of an id, when it is known. */
  find(id: string): ObjectNode | undefined {
    return this.#nodes.get(id);
  }

  /** How many ids are known. */
  get size(): number {
    return this.#nodes.size;
  }

  /**
   * The client object of an id: the one that the application already holds, otherwise a new one. Its class is the one
   * that the id names when that is known and extends `className`, otherwise `className`.
   */
  resolve(id: string, className: string): RemoteObject {
    const node = this.#node(id);
    const known = node.object?.deref();
    if (known !== undefined) return known;
    const declared = this.#modules.class(className) ?? RemoteObject;
    const named = this.#modules.class(node.type);
    const fits = named !== undefined && (named === declared || named.prototype instanceof declared);
    const object = new (fits ? named : declared)(node);
    node.object = new WeakRef(object);
    this.#collected.register(object, node);
    return object;
  }

  /** Forgets an object and its children: they take no call any more, and who waits for their events is told. */
  release(node: ObjectNode): void {
    if (node.released) return;
    node.released = true;
    for (const child of [...node.children]) this.release(child);
    for (const [event, channel] of node.channels) channel.end(new ObjectReleasedError(event, node.id));
    node.channels.clear();
    this.#forget(node);
    this.#released.set(node.id, node);
    for (const oldest of this.#released.keys()) {
      if (this.#released.size <= REMEMBERED_RELEASES) break;
      this.#released.delete(oldest);
    }
  }

  /** True when the object, or one that it belongs to, was released not long ago. */
  wasReleased(id: string): boolean {
    for (let end = id.length; end > 0; end = id.lastIndexOf("/", end - 1)) {
      if (this.#released.has(id.slice(0, end))) return true;
    }
    return false;
  }

  /**
   * The session is gone, and with it every object but the one with the id `except`. Tells the ids, and the objects that
   * the application holds or listens to.
   */
  loseAll(except: string): { readonly ids: ReadonlySet<string>; readonly objects: readonly RemoteObject[] } {
    const nodes = [...this.#nodes.values()].filter(({ id }) => id !== except);
    const objects: RemoteObject[] = [];
    for (const node of nodes) {
      const held = node.object?.deref();
      if (held !== undefined || node.channels.size > 0) objects.push(held ?? this.resolve(node.id, node.type));
    }
    for (const node of nodes) {
      node.lost = true;
      this.#forget(node);
      for (const [event, channel] of node.channels) channel.end(new ObjectLostError(event, node.id));
      node.channels.clear();
    }
    return { ids: new Set(nodes.map(({ id }) => id)), objects };
  }

  /** Ends every wait and listener, and takes no call for any object any more. */
  endAll(error: Error): void {
    for (const node of [...this.#nodes.values()]) {
      for (const channel of node.channels.values()) channel.end(error);
      node.channels.clear();
    }
  }

  /** Forgets a node that nobody needs: no object, no listener, no child. */
  prune(node: ObjectNode): void {
    if (node.object?.deref() !== undefined || node.channels.size > 0 || node.children.size > 0) return;
    if (this.#nodes.get(node.id) !== node) return;
    this.#forget(node);
    if (node.parent !== undefined) this.prune(node.parent);
  }

  #forget(node: ObjectNode): void {
    this.#nodes.delete(node.id);
    node.parent?.children.delete(node);
  }

  #node(id: string): ObjectNode {
    const known = this.#nodes.get(id) ?? this.#released.get(id);
    if (known !== undefined) return known;
    // Kurento's ids: a child's is its parent's, a slash, and its own.
    const slash = id.lastIndexOf("/");
    const parent = slash > 0 ? this.#node(id.slice(0, slash)) : undefined;
    const node = new ObjectNode(this.#session, id, typeOfId(id.slice(slash + 1)), parent);
    if (parent?.released === true) {
      // It went with its parent, before this client knew it.
      this.release(node);
      return node;
    }
    parent?.children.add(node);
    this.#nodes.set(id, node);
    return node;
  }
}

/** The class in an id: `WebRtcEndpoint` in `<uuid>_kurento.WebRtcEndpoint`. */
function typeOfId(ownId: string): string {
  const qualified = ownId.slice(ownId.indexOf("_") + 1);
  return qualified.slice(qualified.lastIndexOf(".") + 1);
}
