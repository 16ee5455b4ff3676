// A client that says whatever it is told to, one message at a time, right or wrong.

import { ReplayConnection } from "../replay/replay-connection.ts";

const LIMIT_MS = 10_000;

/** An answer as it came. */
export interface Answer {
  readonly id?: unknown;
  readonly result?: { readonly value?: unknown; readonly sessionId?: string };
  readonly error?: { readonly code: number; readonly message: string; readonly data?: { readonly type?: string } };
}

/** A connection without manners. */
export interface LooseClient extends AsyncDisposable {
  readonly connection: ReplayConnection;
  /** Sends a text and resolves to the next answer; rejects after 10 s. */
  say(text: string): Promise<Answer>;
  /** Sends a well-formed request and resolves to the answer with its id. */
  call(method: string, params?: object): Promise<Answer>;
  /** Creates an object and resolves to its id; rejects with the error. */
  create(type: string, constructorParams?: object): Promise<string>;
  /** Calls an operation of an object. */
  invoke(object: string, operation: string, operationParams?: object): Promise<Answer>;
}

/** Connects. */
export async function openLooseClient(url: string): Promise<LooseClient> {
  const connection = new ReplayConnection(url);
  if (!(await connection.opened(LIMIT_MS))) throw new Error(`no connection to ${url}: ${connection.refused}`);
  let lastId = 1000;
  /** Sends, and takes the first answer that fits out of those that have come. */
  const ask = async (text: string, fits: (answer: Answer) => boolean): Promise<Answer> => {
    connection.send(text, false);
    const answer = await connection.until(() => {
      const index = connection.answers.findIndex(({ parsed }) => fits(parsed as Answer));
      return index < 0 ? undefined : connection.answers.splice(index, 1)[0];
    }, LIMIT_MS);
    if (answer === undefined)
      throw new Error(`no answer to ${text.slice(0, 300)}; ${JSON.stringify(connection.ended ?? "still open")}`);
    return answer.parsed as Answer;
  };
  const say = (text: string): Promise<Answer> => ask(text, () => true);
  const call = (method: string, params?: object): Promise<Answer> => {
    const id = ++lastId;
    return ask(JSON.stringify({ jsonrpc: "2.0", id, method, params }), (answer) => answer.id === id);
  };
  return {
    connection,
    say,
    call,
    async create(type, constructorParams = {}) {
      const { result, error } = await call("create", { type, constructorParams });
      if (typeof result?.value !== "string") throw new Error(`create ${type}: ${JSON.stringify(error)}`);
      return result.value;
    },
    invoke: (object, operation, operationParams) => call("invoke", { object, operation, operationParams }),
    [Symbol.asyncDispose]: () => connection.terminate(),
  };
}
