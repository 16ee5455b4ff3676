// Starting, closing and watching a server as a library.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { lineLogger, startServer } from "@kurento-ts/server";
import { expect, test } from "vitest";
import { RawClient } from "./support/raw-client.ts";
import { testServer } from "./support/test-server.ts";

test.each(["in-process", "child-process"] as const)(
  "closing a server with the %s host ends connections, objects and processes, and gives the port back",
  async (host) => {
    const server = await testServer({ host });
    const client = await RawClient.open(server.url);
    await client.create("PassThrough", { mediaPipeline: await client.create("MediaPipeline") });
    expect(server.snapshot()).toMatchObject({ sessions: 1, objects: 2, connections: 1 });
    const pids = server.snapshot().hostPids;
    expect(pids).toHaveLength(host === "child-process" ? 1 : 0);
    const closing = server.close();
    expect(server.close()).toBe(closing);
    expect(await client.closed).toEqual({ code: 1001, reason: "The server is closing" });
    await closing;
    await server.closed;
    expect(server.snapshot()).toEqual({ sessions: 0, objects: 0, connections: 0, hostPids: [] });
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow();
    await using next = await testServer({ port: server.port });
    expect(next.url).toBe(server.url);
  },
);

test("a client that does not answer the goodbye does not keep the server from closing", async () => {
  const server = await testServer();
  const client = await RawClient.open(server.url);
  client.socket.pause();
  await server.close();
  client.socket.terminate();
});

test("nothing keeps the program alive after close, and importing the package loads nothing native", async () => {
  const program = `
    import { startServer } from "@kurento-ts/server";
    const server = await startServer({ port: 0 });
    await server.close();
    const native = process.report.getReport().sharedObjects.filter((name) => name.includes("datachannel"));
    console.log(JSON.stringify({ native, resources: process.getActiveResourcesInfo() }));
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
    cwd: import.meta.dirname,
  });
  const exit = once(child, "exit");
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const { native, resources } = JSON.parse(line) as { native: string[]; resources: string[] };
  expect(native).toEqual([]);
  expect(resources.filter((name) => /Timeout|TCP|Immediate/.test(name))).toEqual([]);
  expect(await exit).toEqual([0, null]);
});

test("a wrong option is named, with what was expected and what it was", async () => {
  await expect(startServer({ port: "80" as unknown as number })).rejects.toThrow(
    new TypeError('option port: expected a number, got "80"'),
  );
  await expect(startServer({ port: 70_000 })).rejects.toThrow(
    new RangeError("option port: expected an integer from 0 to 65535, got 70000"),
  );
  await expect(startServer({ path: "kurento" })).rejects.toThrow(/^option path: expected a path that begins with \//);
  await expect(startServer({ host: "127.0.0.1" as "in-process" })).rejects.toThrow(/^option host: .*address is where/);
  await expect(startServer({ logger: {} as Console })).rejects.toThrow(/^option logger: expected a method debug/);
  await expect(startServer({ adress: "x" } as object)).rejects.toThrow(/^option adress: there is no such option/);
  await expect(startServer({ garbageCollectorPeriodMs: 0 })).rejects.toThrow(/^option garbageCollectorPeriodMs/);
});

test("a port that is taken, and an address that this machine does not have, are said so", async () => {
  await using server = await testServer();
  await expect(testServer({ port: server.port, host: "child-process" })).rejects.toThrow(
    `cannot listen on 127.0.0.1 port ${server.port}: the port is in use`,
  );
  await expect(testServer({ address: "192.0.2.1" })).rejects.toThrow(
    "cannot listen on 192.0.2.1 port 0: this machine has no such address",
  );
});

test("an IPv6 address stands in brackets in the url", async (context) => {
  const server = await testServer({ address: "::1" }).catch(() => context.skip("this machine has no IPv6 loopback"));
  await using _ = server;
  expect(server.url).toMatch(/^ws:\/\/\[::1\]:\d+\/kurento$/);
  await using client = await RawClient.open(server.url);
  expect(await client.result("ping")).toEqual({ value: "pong" });
});

test("a log line holds its level, message and details, and no client can forge one", () => {
  const lines: string[] = [];
  const logger = lineLogger("info", (line) => lines.push(line));
  logger.debug("too fine");
  logger.warn("a client\nsays", { reason: "x\r\n2026 error forged", nothing: undefined, count: 3 });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^\d{4}-.*Z warn a client\\nsays reason=x\\r\\n2026 error forged count=3\n$/);
});
