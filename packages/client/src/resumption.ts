// Takes up a session on a new line: whether it still exists, and which of the unanswered calls may be sent again.

import { isJsonObject, type JsonValue, KurentoError, SERVER_MANAGER_ID } from "@kurento-ts/protocol";
import { ConnectionError, ObjectLostError, unexpectedMessage } from "./client-errors.ts";
import { outcomeUnknown, sentence } from "./rpc/call-description.ts";
import type { Decision, RpcConnection, WaitingCall } from "./rpc/rpc-connection.ts";

/** What a session is told when it begins. */
export interface SessionIdentity {
  readonly sessionId: string;
  readonly serverId: string;
}

/** Kurento's code for a session that it does not know. */
const INVALID_SESSION = 40007;

/**
 * How long after a call was written first it is written again under its id. Kurento answers a repeated id for 20 s from
 * its memory; the second in between is for the way there.
 */
const RESEND_WITHIN_MS = 19_000;

/** Asks for a session: for a new one, or for one that exists. */
export async function beginSession(
  rpc: RpcConnection,
  signal: AbortSignal,
  sessionId?: string,
): Promise<SessionIdentity> {
  const answer = await rpc.call("connect", sessionId === undefined ? {} : { sessionId }, { signal, first: true });
  if (!isJsonObject(answer) || typeof answer.sessionId !== "string") {
    throw unexpectedMessage(`the answer of ${rpc.url} to connect has no sessionId`);
  }
  return { sessionId: answer.sessionId, serverId: typeof answer.serverId === "string" ? answer.serverId : "" };
}

/** Asks for a session that was there before, and for a new one when it is gone. */
export async function resumeSession(
  rpc: RpcConnection,
  previous: SessionIdentity,
  signal: AbortSignal,
): Promise<SessionIdentity & { readonly resumed: boolean }> {
  try {
    const identity = await beginSession(rpc, signal, previous.sessionId);
    return { ...identity, resumed: identity.serverId === previous.serverId };
  } catch (error) {
    if (!(error instanceof KurentoError) || error.code !== INVALID_SESSION) throw error;
  }
  return { ...(await beginSession(rpc, signal)), resumed: false };
}

/**
 * Finds out whether the server answers a repeated id from its memory, as Kurento does unless its `disableRequestCache`
 * is set: two subscriptions under one id get the same subscription exactly then. Both are ended again.
 */
export async function remembersRequests(rpc: RpcConnection, sessionId: string, signal: AbortSignal): Promise<boolean> {
  const params = { object: SERVER_MANAGER_ID, type: "ObjectDestroyed", sessionId };
  const id = Math.floor(Math.random() * 2 ** 30) + 2 ** 30;
  const options = { id, signal, first: true };
  const subscriptions = new Set<JsonValue | undefined>();
  try {
    for (let time = 0; time < 2; time++) {
      const answer = await rpc.call("subscribe", params, options);
      subscriptions.add(isJsonObject(answer) ? answer.value : undefined);
    }
    for (const subscription of subscriptions) {
      const { object } = params;
      await rpc.call("unsubscribe", { object, subscription, sessionId }, { signal, first: true });
    }
  } catch (error) {
    if (signal.aborted || error instanceof ConnectionError) throw error;
    return false;
  }
  return subscriptions.size === 1;
}

/** True for a call that was written and would do something a second time if it were written again. */
export function needsMemory({ what, sentAtMs }: WaitingCall): boolean {
  return sentAtMs !== undefined && !isRepeatable(what);
}

/** Decides about calls in a session that goes on. */
export function decideResumed(loss: ConnectionError, serverRemembers: boolean): (call: WaitingCall) => Decision {
  return (call) => {
    if (!needsMemory(call)) return { send: call.text };
    const ageMs = performance.now() - (call.sentAtMs ?? 0);
    if (serverRemembers && ageMs < RESEND_WITHIN_MS) return { send: call.text };
    return { fail: outcomeUnknown(loss, call.what) };
  };
}

/** Decides about calls when their session is gone, with the objects of these ids, and another one has begun. */
export function decideLost(
  loss: ConnectionError,
  lost: ReadonlySet<string>,
  sessionId: string,
): (call: WaitingCall) => Decision {
  return (call) => {
    const request = JSON.parse(call.text) as { readonly params: Readonly<Record<string, JsonValue>> };
    const object = findText(request.params, lost);
    if (object !== undefined) return { fail: new ObjectLostError(sentence(call.what), object) };
    if (needsMemory(call)) return { fail: outcomeUnknown(loss, call.what) };
    return { send: JSON.stringify({ ...request, params: { ...request.params, sessionId } }) };
  };
}

/** Calls that may run twice without harm: they only read, or end in the same state. */
function isRepeatable({ method, operation }: WaitingCall["what"]): boolean {
  if (method === "invoke") return typeof operation === "string" && /^get[A-Z]/.test(operation);
  return method !== "create" && method !== "transaction";
}

function findText(value: JsonValue, wanted: ReadonlySet<string>): string | undefined {
  if (typeof value === "string") return wanted.has(value) ? value : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  for (const item of Object.values(value)) {
    const found = findText(item as JsonValue, wanted);
    if (found !== undefined) return found;
  }
  return undefined;
}
