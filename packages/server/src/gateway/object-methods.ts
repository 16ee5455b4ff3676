// The methods that are about objects: create, invoke, describe, subscribe, unsubscribe, release, ref, unref.

import { randomUUID } from "node:crypto";
import { type JsonObject, type JsonValue, KurentoError } from "@kurento-ts/protocol";
import {
  type ApiClass,
  type ApiOperation,
  decodeConstructorParams,
  decodeOperationParams,
  encodeResult,
  eventNotSupported,
  factoryNotFound,
  operationNotFound,
} from "@kurento-ts/protocol/api";
import { textParam } from "./call-params.ts";
import type { Turn } from "./connection.ts";
import type { DirectoryEntry } from "./directory-entry.ts";
import type { Gateway } from "./gateway.ts";
import type { HostLink } from "./host-link.ts";
import type { Outcome } from "./json-frame.ts";
import { ServerManagerObject } from "./server-manager.ts";
import { requiredSession, sessionFor, withinSession } from "./session-methods.ts";

/** `create {type, constructorParams?}`: makes an object and answers its id. */
export function create(gateway: Gateway, turn: Turn): void {
  const type = textParam(turn.params, "type");
  const sessionId = sessionFor(gateway, turn.connection, turn.params);
  withinSession(gateway, turn, sessionId, (answer, fail) => {
    const apiClass = gateway.api.findClass(type);
    if (
      apiClass?.constructorParams === undefined ||
      apiClass.abstract ||
      !gateway.hosts.classNames.has(apiClass.name)
    ) {
      throw factoryNotFound(type);
    }
    const given = turn.params.constructorParams;
    const params = decodeConstructorParams(gateway.api, apiClass, given, gateway.checkId).named;
    const parent = parentIn(gateway, apiClass, params);
    const make = (host: HostLink): void =>
      createIn(
        gateway,
        { host, apiClass, params, parent, sessionId },
        (entry) => {
          answer({ value: entry.id });
          gateway.announceCreated(entry);
        },
        fail,
      );
    if (parent !== undefined) make(parent.host);
    else if (gateway.hosts.running !== undefined) make(gateway.hosts.running);
    else gateway.hosts.acquire().then(make).catch(fail);
  });
}

/** The object that a new one stands under: the first object among its constructor's parameters, a pipeline or a hub. */
function parentIn(gateway: Gateway, apiClass: ApiClass, params: JsonObject): DirectoryEntry | undefined {
  const param = apiClass.constructorParams?.find(({ type }) => type.kind === "class");
  const id = param === undefined ? undefined : params[param.name];
  return typeof id === "string" ? gateway.find(id) : undefined;
}

interface Creation {
  readonly host: HostLink;
  readonly apiClass: ApiClass;
  readonly params: JsonObject;
  readonly parent: DirectoryEntry | undefined;
  readonly sessionId: string;
}

/** Writes the directory's entry, then asks the host. The entry goes again when the host refuses. */
function createIn(
  gateway: Gateway,
  { host, apiClass, params, parent, sessionId }: Creation,
  done: (entry: DirectoryEntry) => void,
  fail: (error: unknown) => void,
): void {
  const own = `${randomUUID()}_${apiClass.qualifiedName}`;
  const id = parent === undefined ? own : `${parent.id}/${own}`;
  const entry = gateway.directory.add({ id, className: apiClass.name, parent, host });
  gateway.sessions.refNew(gateway.sessions.getOrCreate(sessionId), entry);
  const order = { kind: "create", id, className: apiClass.name, params } as const;
  host.send(parent === undefined ? order : { ...order, parent: parent.id }, (outcome) => {
    if ("error" in outcome) {
      gateway.forget(entry);
      fail(KurentoError.fromBody(outcome.error));
    } else if (!gateway.directory.has(entry)) {
      fail(new KurentoError("MEDIA_OBJECT_NOT_FOUND", `Object '${id}' not found: it was released while it was made`));
    } else {
      entry.state = "ready";
      done(entry);
    }
  });
}

/** `invoke {object, operation, operationParams?}`: calls an operation and answers what it returns, null for nothing. */
export function invoke(gateway: Gateway, turn: Turn): void {
  const name = textParam(turn.params, "operation");
  const id = textParam(turn.params, "object");
  const sessionId = sessionFor(gateway, turn.connection, turn.params);
  withinSession(gateway, turn, sessionId, (answer, fail) => {
    const object = gateway.use(sessionId, id);
    const operation = gateway.classOf(object).operations.get(name);
    const given = turn.params.operationParams;
    if (operation === undefined) throw operationNotFound(name, given);
    const params = decodeOperationParams(gateway.api, operation, given, gateway.checkId);
    const settle = (outcome: Outcome): void => {
      if ("error" in outcome) fail(KurentoError.fromBody(outcome.error));
      else answer({ value: outcome.value });
    };
    if (stepsOut(operation)) turn.stepOut();
    if (!(object instanceof ServerManagerObject)) {
      object.host.send({ kind: "invoke", id, operation: name, params: params.named }, settle);
      return;
    }
    const result = callManager(object, operation, params.positional);
    if (result instanceof Promise) result.then((value) => answer({ value })).catch(fail);
    else answer({ value: result });
  });
}

/** The operations that wait on purpose do not hold up the requests behind them. */
function stepsOut(operation: ApiOperation): boolean {
  return operation.name === "getUsedCpu" || operation.name === "stopAndWait";
}

function callManager(
  manager: ServerManagerObject,
  operation: ApiOperation,
  args: readonly unknown[],
): JsonValue | Promise<JsonValue> {
  const method: unknown = Reflect.get(manager, operation.name);
  if (typeof method !== "function") {
    throw new KurentoError("NOT_IMPLEMENTED", `ServerManager.${operation.name} is not built yet`);
  }
  // The manager refers to objects by their ids. Null stands for a number that cannot be told.
  const encode = (value: unknown): JsonValue => (value === null ? null : encodeResult(operation, value, String));
  const result: unknown = Reflect.apply(method, manager, args);
  return result instanceof Promise ? result.then(encode) : encode(result);
}

/** `describe {object}`: the class of an object and its ancestors. */
export function describe(gateway: Gateway, turn: Turn): void {
  const id = textParam(turn.params, "object");
  onObject(gateway, turn, id, (object, _sessionId, answer) => {
    const { name, qualifiedName, hierarchy } = gateway.classOf(object);
    answer({ hierarchy: [...hierarchy], qualifiedType: qualifiedName, type: name });
  });
}

/** `subscribe {object, type}`: answers the id of a subscription to one event type of an object. */
export function subscribe(gateway: Gateway, turn: Turn): void {
  const type = textParam(turn.params, "type");
  const id = textParam(turn.params, "object");
  onObject(gateway, turn, id, (object, sessionId, answer) => {
    if (!gateway.classOf(object).allEvents.has(type)) {
      throw eventNotSupported(type);
    }
    answer({ value: gateway.subscriptions.subscribe(sessionId, id, type) });
  });
}

/** `unsubscribe {object, subscription, sessionId}`: ends a subscription; unknown ones are accepted. */
export function unsubscribe(gateway: Gateway, turn: Turn): void {
  const id = textParam(turn.params, "object");
  const subscription = textParam(turn.params, "subscription");
  const sessionId = requiredSession(gateway, turn.connection, turn.params);
  withinSession(gateway, turn, sessionId, (answer) => {
    gateway.subscriptions.unsubscribe(sessionId, id, subscription);
    answer({});
  });
}

/** `release {object}`: ends an object and what is below it for every session; always succeeds. */
export function release(gateway: Gateway, turn: Turn): void {
  const id = textParam(turn.params, "object");
  const sessionId = sessionFor(gateway, turn.connection, turn.params);
  withinSession(gateway, turn, sessionId, (answer) => {
    const entry = gateway.directory.get(id);
    if (entry === undefined) answer({});
    else gateway.destroy(entry, () => answer({}));
  });
}

/** `ref {object, sessionId}`: the session refers to the object from now on; a set, not a counter. */
export function ref(gateway: Gateway, turn: Turn): void {
  const id = textParam(turn.params, "object");
  requiredSession(gateway, turn.connection, turn.params);
  onObject(gateway, turn, id, (_object, _sessionId, answer) => answer({}));
}

/** `unref {object, sessionId}`: the session gives up the object and what is below it; always succeeds. */
export function unref(gateway: Gateway, turn: Turn): void {
  const id = textParam(turn.params, "object");
  const sessionId = requiredSession(gateway, turn.connection, turn.params);
  withinSession(gateway, turn, sessionId, (answer) => {
    const entry = gateway.directory.get(id);
    const session = gateway.sessions.get(sessionId);
    if (entry !== undefined && session !== undefined) gateway.sessions.unref(session, entry);
    answer({});
  });
}

/** Runs a method on an existing object, which its session refers to from then on. */
function onObject(
  gateway: Gateway,
  turn: Turn,
  id: string,
  run: (object: DirectoryEntry | ServerManagerObject, sessionId: string, answer: (result: JsonObject) => void) => void,
): void {
  const sessionId = sessionFor(gateway, turn.connection, turn.params);
  withinSession(gateway, turn, sessionId, (answer) => {
    run(gateway.use(sessionId, id), sessionId, answer);
  });
}
