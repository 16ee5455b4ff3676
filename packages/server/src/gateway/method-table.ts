// Finds the method that a request asks for and runs it; whatever goes wrong becomes its answer.

import { KurentoError, type MethodName } from "@kurento-ts/protocol";
import type { Turn } from "./connection.ts";
import { failed, type Gateway } from "./gateway.ts";
import type { Outcome } from "./json-frame.ts";
import { create, describe, invoke, ref, release, subscribe, unref, unsubscribe } from "./object-methods.ts";
import { firstOfItsKind } from "./repeated-requests.ts";
import { closeSession, connect, keepAlive, ping } from "./session-methods.ts";
import { transaction } from "./transaction.ts";

const UNKNOWN_METHOD: Outcome = failed(new KurentoError("METHOD_NOT_FOUND", "Method not found."));

/** One method of the protocol. It may throw; the error becomes the answer. */
type Method = (gateway: Gateway, turn: Turn) => void;

const METHOD_TABLE: ReadonlyMap<string, Method> = new Map<MethodName, Method>([
  ["connect", connect],
  ["ping", ping],
  ["create", create],
  ["invoke", invoke],
  ["subscribe", subscribe],
  ["unsubscribe", unsubscribe],
  ["release", release],
  ["ref", ref],
  ["unref", unref],
  ["keepAlive", keepAlive],
  ["describe", describe],
  ["transaction", (gateway, turn) => transaction(gateway, turn, runOperation)],
  ["closeSession", closeSession],
]);

/** Runs a request, or answers it from before when it repeats another one. The answer comes at once or later; never throws. */
export function runMethod(gateway: Gateway, turn: Turn): void {
  const method = METHOD_TABLE.get(turn.method);
  if (method === undefined) {
    // Before anything else, as on Kurento: this answer is not kept, and the id can be used again.
    turn.answer(UNKNOWN_METHOD);
    return;
  }
  const first = firstOfItsKind(gateway, turn);
  if (first !== undefined) run(gateway, first, method);
}

/** Runs an operation of a transaction; the transaction as a whole is what can repeat. Never throws. */
function runOperation(gateway: Gateway, turn: Turn): void {
  const method = METHOD_TABLE.get(turn.method);
  if (method === undefined) turn.answer(UNKNOWN_METHOD);
  else run(gateway, turn, method);
}

function run(gateway: Gateway, turn: Turn, method: Method): void {
  try {
    method(gateway, turn);
  } catch (error) {
    if (!(error instanceof KurentoError)) {
      gateway.log.error("a method failed unexpectedly", { method: turn.method, reason: String(error) });
    }
    turn.answer(failed(error));
  }
}
