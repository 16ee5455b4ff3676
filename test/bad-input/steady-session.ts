// A client that does everything right while others do everything wrong: whatever they do, its calls and events go on.

import { ReplayConnection } from "../replay/replay-connection.ts";

const LIMIT_MS = 5000;

/** A session that works and can be asked to prove it. */
export interface SteadySession extends AsyncDisposable {
  /** Calls, and waits for the answers and the events; rejects when something is late, missing or wrong. */
  beat(): Promise<void>;
  /** How often it was asked. */
  readonly beats: number;
}

interface Message {
  readonly id?: number;
  readonly result?: { readonly value?: unknown };
  readonly params?: { readonly value?: { readonly type?: string } };
}

/** Connects, makes a pipeline with two elements and subscribes to an event of theirs. */
export async function openSteadySession(url: string): Promise<SteadySession> {
  const connection = new ReplayConnection(url);
  if (!(await connection.opened(LIMIT_MS))) throw new Error(`no connection to ${url}: ${connection.refused}`);
  let lastId = 0;
  const call = async (method: string, params: object): Promise<unknown> => {
    const id = ++lastId;
    connection.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }), false);
    const answer = await connection.until(() => connection.answers.shift(), LIMIT_MS);
    const message = answer?.parsed as Message | undefined;
    if (message?.id !== id || message.result === undefined)
      throw new Error(
        `${method}: expected a result, got ${answer?.raw ?? `nothing (${JSON.stringify(connection.ended)})`}`,
      );
    return message.result.value;
  };
  const pipeline = await call("create", { type: "MediaPipeline", constructorParams: {} });
  const element = { type: "PassThrough", constructorParams: { mediaPipeline: pipeline } };
  const [source, sink] = [await call("create", element), await call("create", element)];
  await call("subscribe", { object: source, type: "ElementConnected" });
  await call("subscribe", { object: source, type: "ElementDisconnected" });
  let beats = 0;
  const expectEvents = async (type: string, count: number): Promise<void> => {
    for (let number = 0; number < count; number++) {
      const event = await connection.until(() => connection.events.shift(), LIMIT_MS);
      const got = (event?.parsed as Message | undefined)?.params?.value?.type;
      if (got !== type) throw new Error(`expected the event ${type}, got ${event?.raw ?? "nothing"}`);
    }
  };
  return {
    get beats() {
      return beats;
    },
    async beat() {
      beats++;
      const pong = await call("ping", {});
      if (pong !== "pong") throw new Error(`ping: got ${String(pong)}`);
      await call("invoke", { object: source, operation: "connect", operationParams: { sink } });
      await expectEvents("ElementConnected", 3);
      await call("invoke", { object: source, operation: "disconnect", operationParams: { sink } });
      await expectEvents("ElementDisconnected", 3);
    },
    async [Symbol.asyncDispose]() {
      await call("release", { object: pipeline });
      await connection.terminate();
    },
  };
}
