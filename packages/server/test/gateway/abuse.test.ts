// Many clients doing everything at once, rubbish at random, and clients that read nothing: the server ends up empty.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readFrame } from "../../src/gateway/json-frame.ts";
import { RawClient } from "./support/raw-client.ts";
import { STAND_IN_CLASSES, testServer, until } from "./support/test-server.ts";

describe.each(["in-process", "child-process"] as const)("with media in the %s host", (host) => {
  test("whatever clients do to each other's objects, every request is answered and nothing is left in the end", async () => {
    await using server = await testServer({ host, classesModule: STAND_IN_CLASSES, garbageCollectorPeriodMs: 50 });
    const random = seeded(20_260_131);
    const ids: string[] = ["nope"];
    const known = (): string => ids[Math.floor(random() * ids.length)] ?? "nope";
    const sessions = ["a", "b", "c", undefined];
    const clients = await Promise.all(Array.from({ length: 6 }, () => RawClient.open(server.url)));
    let asked = 0;
    const act = (client: RawClient): void => {
      const sessionId = sessions[Math.floor(random() * sessions.length)];
      const more = sessionId === undefined ? {} : { sessionId };
      const object = known();
      const actions: [string, object][] = [
        ["create", { type: "MediaPipeline" }],
        ["create", { type: "PassThrough", constructorParams: { mediaPipeline: object } }],
        ["create", { type: "Dispatcher", constructorParams: { mediaPipeline: object } }],
        ["create", { type: "HubPort", constructorParams: { hub: object } }],
        ["create", { type: "ZBarFilter", constructorParams: { mediaPipeline: object } }],
        [
          "invoke",
          { object, operation: "setName", operationParams: { name: random() < 0.5 ? "raise" : "slow-release" } },
        ],
        ["invoke", { object, operation: "connect", operationParams: { sink: known() } }],
        ["invoke", { object, operation: "getChildren" }],
        ["subscribe", { object, type: "Error" }],
        ["unsubscribe", { object, subscription: "x" }],
        ["describe", { object }],
        ["ref", { object }],
        ["unref", { object }],
        ["release", { object }],
        ["connect", {}],
        ["closeSession", random() < 0.7 ? { sessionId: "nobody" } : { release: random() < 0.5 }],
      ];
      const [method, params] = actions[Math.floor(random() * actions.length)] ?? ["ping", {}];
      asked++;
      client.request(method, { ...more, ...params });
    };
    for (let round = 0; round < 300; round++) {
      for (const client of clients) act(client);
      if (round % 3 === 0) {
        await Promise.all(clients.map((client) => client.call("ping")));
        ids.splice(1, ids.length, ...clients.flatMap(createdIds).slice(-40));
      }
    }
    await Promise.all(clients.map((client) => client.call("ping")));
    const answers = clients.flatMap(({ received }) => received.filter(({ id }) => id !== undefined));
    expect(answers).toHaveLength(asked + clients.length * 101);
    const codes = new Set(
      answers.flatMap(({ error }) => (error?.message === "cannot be made" ? [] : [error?.code ?? 0])),
    );
    // No session named, one or an object not there, of the wrong class, no such operation or parameter on that class.
    const meant = [0, -32000, 40001, 40007, 40008, 40101, 40107];
    expect([...codes].filter((code) => !meant.includes(code))).toEqual([]);
    expect(clients.flatMap(createdIds).length).toBeGreaterThan(100);
    for (const client of clients) await client.close();
    await until(() => server.snapshot().sessions === 0 && server.snapshot().objects === 0, "all has ended");
    expect(server.snapshot().connections).toBe(0);
  });
});

/** The ids that a client has been told. */
function createdIds({ received }: RawClient): string[] {
  return received.flatMap(({ result }) =>
    typeof result?.value === "string" && result.value.includes("_kurento.") ? [result.value] : [],
  );
}

test("no message makes the reader throw, and what it takes for a request is one", () => {
  const id = fc.oneof(fc.integer(), fc.string({ minLength: 1 }), fc.boolean());
  const params = fc.dictionary(fc.string(), fc.jsonValue());
  fc.assert(
    fc.property(id, fc.string(), params, (anyId, method, anyParams) => {
      const frame = readFrame(JSON.stringify({ jsonrpc: "2.0", id: anyId, method, params: anyParams }));
      expect(frame).toEqual({
        kind: "request",
        id: anyId,
        method,
        params: JSON.parse(JSON.stringify(anyParams)) as object,
      });
    }),
  );
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), (text) => {
      const frame = readFrame(text);
      if (frame.kind === "refused") expect([-32700, -32600, -32602]).toContain(frame.error.code);
    }),
  );
});

test("how deep a message is nested is measured outside of its texts alone", () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.integer({ min: 1, max: 98 }), (texts, levels) => {
      const nested = "[".repeat(levels) + "]".repeat(levels);
      const text = `{"jsonrpc":"2.0","id":1,"method":"m","params":{"t":${JSON.stringify([...texts, "[".repeat(300), '\\"{'])},"n":${nested}}}`;
      expect(readFrame(text).kind).toBe("request");
      const deeper = text.replace(nested, `${"[".repeat(99)}${"]".repeat(99)}`);
      expect(readFrame(deeper).kind).toBe("refused");
    }),
  );
});

test("a client that reads nothing is cut off before its events fill the memory; others notice nothing", async () => {
  await using server = await testServer({ maxBufferedBytes: 200_000, classesModule: STAND_IN_CLASSES });
  await using maker = await RawClient.open(server.url);
  const pipeline = await maker.create("MediaPipeline");
  const deaf = await RawClient.open(server.url);
  await deaf.result("subscribe", { object: pipeline, type: "Error" });
  deaf.socket.pause();
  await until(
    () => {
      for (let i = 0; i < 200; i++) {
        maker.request("invoke", { object: pipeline, operation: "setName", operationParams: { name: "raise" } });
      }
      return server.snapshot().connections === 1;
    },
    "the deaf client was cut off",
    20_000,
  );
  expect(await maker.invoke(pipeline, "getId")).toBe(pipeline);
  deaf.socket.resume();
  expect((await deaf.closed).code).toBe(1006);
});

/** A small generator of the same numbers every time (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
