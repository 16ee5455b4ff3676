// The method `transaction`: runs its operations one after another, each with the results of those before it.

import { isJsonObject, type JsonObject, type JsonValue, KurentoError } from "@kurento-ts/protocol";
import type { Turn } from "./connection.ts";
import { failed, type Gateway } from "./gateway.ts";
import { answerOf, type Outcome, readRequest } from "./json-frame.ts";
import { OperationResults } from "./newref.ts";
import { sessionFor, withinSession } from "./session-methods.ts";

/** How many operations a transaction may have; more are answered 40009. */
const MAX_OPERATIONS = 1000;

/** Runs one operation. Its turn is answered exactly once; never throws. */
type RunOperation = (gateway: Gateway, turn: Turn) => void;

/**
 * `transaction {operations}`: answers the list of the operations' answers. The first that fails ends the list; what was
 * done before it stays done, as on Kurento. Operations are numbered by their ids from 0 on, belong to the session of the
 * transaction, and go where their objects are. Events that they cause come after the answer of the transaction.
 */
export function transaction(gateway: Gateway, turn: Turn, runOperation: RunOperation): void {
  const operations = operationsIn(turn.params);
  const sessionId = sessionFor(gateway, turn.connection, turn.params);
  const goOn = turn.connection.holdEvents();
  const answerLast: Turn = {
    ...turn,
    answer: (outcome) => {
      turn.answer(outcome);
      goOn();
    },
  };
  withinSession(gateway, answerLast, sessionId, (answer, fail) => {
    const answers: JsonObject[] = [];
    const results = new OperationResults();
    runEach(operations.length, {
      step: (index, next) => {
        runAt(gateway, { turn, sessionId, operation: operations[index], index, results }, runOperation, (outcome) => {
          answers.push(answerOf(index, outcome) ?? {});
          if ("error" in outcome) {
            answer({ value: answers });
            return;
          }
          results.add(isJsonObject(outcome.value) ? outcome.value.value : undefined);
          next();
        });
      },
      done: () => answer({ value: answers }),
      fail,
    });
  });
}

function operationsIn(params: JsonObject): readonly JsonValue[] {
  const { operations } = params;
  if (operations === undefined) throw new KurentoError("SERVER_ERROR", "'operations' parameter is required");
  if (!Array.isArray(operations)) throw new KurentoError("SERVER_ERROR", "'operations' parameter should be an array");
  if (operations.length > MAX_OPERATIONS) {
    const message = `A transaction may have ${MAX_OPERATIONS} operations; this one has ${operations.length}`;
    throw new KurentoError("NOT_ENOUGH_RESOURCES", message);
  }
  return operations as readonly JsonValue[];
}

interface Steps {
  /** Begins a step; `next` is called when it is done, at once or later. What it throws ends the row. */
  step(index: number, next: () => void): void;
  done(): void;
  fail(error: unknown): void;
}

/** Takes step after step. A loop, because a step may be done before it returns: a recursion would pile up. */
function runEach(count: number, { step, done, fail }: Steps): void {
  let index = 0;
  let looping = false;
  let ready = true;
  const loop = (): void => {
    ready = true;
    if (looping) return;
    looping = true;
    try {
      while (ready && index < count) {
        ready = false;
        step(index++, loop);
      }
      if (ready) done();
    } catch (error) {
      fail(error);
    }
    looping = false;
  };
  loop();
}

interface Operation {
  readonly turn: Turn;
  readonly sessionId: string;
  readonly operation: JsonValue | undefined;
  readonly index: number;
  readonly results: OperationResults;
}

/** Runs one operation. Throws what makes the whole transaction fail: 40008, or 40009. */
function runAt(
  gateway: Gateway,
  { turn, sessionId, operation, index, results }: Operation,
  runOperation: RunOperation,
  settle: (outcome: Outcome) => void,
): void {
  if (!isJsonObject(operation)) {
    throw new KurentoError("MALFORMED_TRANSACTION", `Operation '${index}' should be an object`);
  }
  if (operation.id !== index) {
    throw new KurentoError("MALFORMED_TRANSACTION", `Id of request '${index}' should be '${index}'`);
  }
  const request = readRequest(operation);
  if (request.kind === "refused") {
    settle({ error: request.error });
    return;
  }
  if (request.method === "transaction") {
    const message = "A transaction cannot be in a transaction: put its operations into the outer one";
    settle(failed(new KurentoError("MALFORMED_TRANSACTION", message)));
    return;
  }
  let settled = false;
  runOperation(gateway, {
    connection: turn.connection,
    id: index,
    method: request.method,
    params: { ...results.resolve(request.params), sessionId },
    answer: (outcome) => {
      if (settled) return;
      settled = true;
      settle(outcome);
    },
    // The operations behind it wait for it, and so do the requests behind the transaction.
    stepOut: () => {},
  });
}
