// A request that a client sends again gets the answer of the first one; nothing is done twice.

import { isJsonObject } from "@kurento-ts/protocol";
import { optionalText } from "./call-params.ts";
import type { Turn } from "./connection.ts";
import type { Gateway } from "./gateway.ts";
import type { Outcome } from "./json-frame.ts";
import { type RequestCache, type RunningRequest, requestKey } from "./request-cache.ts";

/**
 * Answers a request that repeats another one of its session, at once or when that one is answered, and returns
 * undefined; else returns the turn to run it with, which keeps the answer. Two requests are the same when their session
 * (the named one, else that of the connection) and their id as a text are, whatever they ask for: Kurento's rule.
 * What belongs to no session yet is never a repeat; its answer is kept for the session that it names.
 */
export function firstOfItsKind(gateway: Gateway, turn: Turn): Turn | undefined {
  const { requestCache: cache } = gateway;
  if (cache === undefined || turn.id === undefined) return turn;
  const id = String(turn.id);
  const sessionId = optionalText(turn.params, "sessionId") ?? gateway.bindings.sessionOf(turn.connection);
  if (sessionId === undefined) return keepingTurn(gateway, cache, turn, id);
  const key = requestKey(sessionId, id);
  const known = cache.find(key, performance.now());
  if (known !== undefined) {
    answerAgain(gateway, turn, known);
    return undefined;
  }
  const running = cache.running(key);
  // A ping is answered at once, and again the same: keeping that would only cost.
  if (running === undefined && turn.method === "ping") return turn;
  if (running === undefined) return keepingTurn(gateway, cache, turn, id, key);
  running.repeats.push(turn);
  if (running.steppedOut) turn.stepOut();
  return undefined;
}

/** A turn whose answer is kept, and goes to the repeats that came meanwhile. `key`: unless it belongs to no session yet. */
function keepingTurn(gateway: Gateway, cache: RequestCache, turn: Turn, id: string, key?: string): Turn {
  const running: RunningRequest | undefined = key === undefined ? undefined : cache.begin(key);
  let answered = false;
  return {
    connection: turn.connection,
    id: turn.id,
    method: turn.method,
    params: turn.params,
    answer: (outcome) => {
      if (answered) return;
      answered = true;
      if (key !== undefined) cache.end(key);
      const keptAs = key ?? keyNamedIn(outcome, id);
      if (keptAs !== undefined) cache.keep(keptAs, outcome, performance.now());
      turn.answer(outcome);
      for (const repeat of running?.repeats ?? []) answerAgain(gateway, repeat, outcome);
    },
    stepOut: () => {
      turn.stepOut();
      if (running === undefined) return;
      running.steppedOut = true;
      for (const repeat of running.repeats) repeat.stepOut();
    },
  };
}

/** As the first answer did, the repeated one binds its connection to the session that it names. */
function answerAgain(gateway: Gateway, turn: Turn, outcome: Outcome): void {
  const sessionId = sessionNamedIn(outcome);
  if (sessionId !== undefined) gateway.bindings.bind(turn.connection, sessionId);
  turn.answer(outcome);
}

function keyNamedIn(outcome: Outcome, id: string): string | undefined {
  const sessionId = sessionNamedIn(outcome);
  return sessionId === undefined ? undefined : requestKey(sessionId, id);
}

function sessionNamedIn(outcome: Outcome): string | undefined {
  if ("error" in outcome || !isJsonObject(outcome.value)) return undefined;
  const { sessionId } = outcome.value;
  return typeof sessionId === "string" ? sessionId : undefined;
}
