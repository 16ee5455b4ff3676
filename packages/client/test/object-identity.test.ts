// The same server object is the same JavaScript object, before and after its release, and a release reaches its children.

import { WebRtcEndpoint } from "@kurento-ts/client";
import { expect, test } from "vitest";
import { setScene } from "./scene.ts";

test("references in results are the objects that the application holds", async () => {
  await using it = await setScene();
  it.server.script = ({ params }, server) => {
    const value =
      params.operation === "getChildren" ? [it.endpoint.id] : params.operation === "getParent" ? it.pipeline.id : null;
    return { result: { sessionId: server.sessionId, value } };
  };
  expect(await it.pipeline.getChildren()).toEqual([it.endpoint]);
  expect((await it.pipeline.getChildren())[0]).toBe(it.endpoint);
  expect(await it.endpoint.getParent()).toBe(it.pipeline);
});

test("an object that others made is given in the class that its id names, twice the same", async () => {
  await using it = await setScene();
  const foreign = `${it.pipeline.id}/1b12ec8d_kurento.WebRtcEndpoint`;
  it.server.script = (_request, server) => ({ result: { sessionId: server.sessionId, value: [foreign] } });
  const [first] = await it.pipeline.getChildren();
  const [second] = await it.pipeline.getChildren();
  expect(first).toBeInstanceOf(WebRtcEndpoint);
  expect(second).toBe(first);
});

test("an id of a class that the client does not know is given in the class that the definition names", async () => {
  await using it = await setScene();
  it.server.script = (_request, server) => ({
    result: { sessionId: server.sessionId, value: ["odd", `${it.pipeline.id}/1_custom.Thing`, "constructor"] },
  });
  const children = await it.pipeline.getChildren();
  expect(children.map(({ type }) => type)).toEqual(["odd", "Thing", "constructor"]);
  await expect(children[0]?.getName()).rejects.toThrow("expected a string");
});

test("a release marks children, ends their listeners and refuses calls without sending them", async () => {
  await using it = await setScene();
  const composite = await it.pipeline.create("Composite");
  const port = await composite.create("HubPort");
  await it.pipeline.release();
  const before = it.server.requests.length;
  for (const object of [it.pipeline, it.endpoint, composite, port]) {
    expect(object.released).toBe(true);
    await expect(object.getName()).rejects.toMatchObject({ name: "ObjectReleasedError", type: "OBJECT_RELEASED" });
    await object.release();
  }
  await expect(composite.create("HubPort")).rejects.toMatchObject({ type: "OBJECT_RELEASED" });
  expect(it.server.requests.length).toBe(before);
});

test("an event that names a released object gives the object that the application has, still released", async () => {
  await using it = await setScene();
  const passThrough = await it.pipeline.create("PassThrough");
  const sinks: unknown[] = [];
  it.endpoint.on("ElementDisconnected", ({ sink }) => sinks.push(sink));
  await passThrough.release();
  it.server.event(it.endpoint.id, "ElementDisconnected", { sink: passThrough.id });
  it.server.event(it.endpoint.id, "ElementDisconnected", { sink: `${passThrough.id}/1_kurento.PassThrough` });
  await it.endpoint.gatherCandidates();
  expect(sinks[0]).toBe(passThrough);
  expect(sinks[1]).toMatchObject({ type: "PassThrough", released: true });
});

test("a release that the server refuses leaves the object usable, and it can be released again", async () => {
  await using it = await setScene();
  let refusals = 0;
  it.server.script = ({ method }) =>
    method === "release" && refusals++ === 0 ? { error: { code: -32603, message: "busy" } } : undefined;
  await expect(it.endpoint.release()).rejects.toThrow("busy");
  expect(it.endpoint.released).toBe(false);
  await it.endpoint.gatherCandidates();
  await it.endpoint.release();
  expect(it.endpoint.released).toBe(true);
});

test("every caller of a release gets the same promise, and one request is sent", async () => {
  await using it = await setScene();
  const first = it.endpoint.release();
  expect(it.endpoint.release()).toBe(first);
  await first;
  expect(it.server.of("release")).toHaveLength(1);
});

test("an object is no promise, and JSON and text show what it is", async () => {
  await using it = await setScene();
  expect(await Promise.resolve(it.endpoint)).toBe(it.endpoint);
  expect(JSON.stringify({ sink: it.endpoint })).toBe(JSON.stringify({ sink: it.endpoint.id }));
  expect(String(it.endpoint)).toBe(`WebRtcEndpoint ${it.endpoint.id}`);
});
