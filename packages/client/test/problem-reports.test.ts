// Problems that no call can report: they reach the client's `error` event, and nothing that handles them can wedge the client.

import { connect } from "@kurento-ts/client";
import { expect, test, vi } from "vitest";
import { setScene } from "./scene.ts";
import { StandInServer } from "./stand-in-server.ts";

test("a listener for errors that throws itself is written to the console, once, and the client goes on", async () => {
  await using it = await setScene();
  const written = vi.spyOn(console, "error").mockImplementation(() => undefined);
  try {
    let calls = 0;
    it.kurento.on("error", () => {
      calls++;
      throw new Error("the listener itself");
    });
    it.server.send("nonsense");
    await it.endpoint.gatherCandidates();
    expect(calls).toBe(1);
    expect(it.reported).toHaveLength(1);
    expect(written).toHaveBeenCalledTimes(1);
    expect(String(written.mock.calls[0]?.[1])).toContain("the listener itself");
  } finally {
    written.mockRestore();
  }
});

test("a listener for errors whose promise rejects does not call itself for ever", async () => {
  await using it = await setScene();
  const written = vi.spyOn(console, "error").mockImplementation(() => undefined);
  try {
    let calls = 0;
    it.kurento.on("error", async () => {
      calls++;
      if (calls < 100) throw new Error("rejected");
    });
    it.server.send("nonsense");
    for (let round = 0; round < 5; round++) await it.endpoint.gatherCandidates();
    expect(calls).toBe(1);
    expect(written).toHaveBeenCalledTimes(1);
  } finally {
    written.mockRestore();
  }
});

test("without a listener a problem is written to the console", async () => {
  await using server = await StandInServer.start();
  await using kurento = await connect(server.url);
  const written = vi.spyOn(console, "error").mockImplementation(() => undefined);
  try {
    server.send("nonsense");
    await kurento.serverManager.getInfo().catch(() => undefined);
    expect(written).toHaveBeenCalledTimes(1);
  } finally {
    written.mockRestore();
  }
});

test("a held event of a wrong shape is reported, and the listener still hears the next one", async () => {
  await using it = await setScene();
  const id = `${it.pipeline.id}/2c0ff8de_kurento.WebRtcEndpoint`;
  it.server.script = (request, server) => {
    if (request.method !== "create") return undefined;
    server.event(id, "IceGatheringDone", { source: 5 });
    return { result: { sessionId: server.sessionId, value: id } };
  };
  const endpoint = await it.pipeline.create("WebRtcEndpoint");
  let heard = 0;
  endpoint.on("IceGatheringDone", () => heard++);
  it.server.event(id, "IceGatheringDone");
  await endpoint.gatherCandidates();
  expect(heard).toBe(1);
  expect(it.reported.map(String)).toEqual([expect.stringContaining("IceGatheringDone.source")]);
});

test("an error of the server is thrown with a stack that leads to the line that made the call", async () => {
  await using it = await setScene();
  it.server.script = () => ({ error: { code: 40101, message: "Object 'x' not found" } });
  async function theCaller(): Promise<unknown> {
    return await it.endpoint.getName();
  }
  async function theCreator(): Promise<unknown> {
    return await it.pipeline.create("PassThrough");
  }
  for (const [name, run] of Object.entries({ theCaller, theCreator })) {
    const failure: unknown = await run().catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 40101 });
    expect(failure instanceof Error && failure.stack).toContain(name);
  }
});
