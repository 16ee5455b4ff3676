// Where a transport binds: default, one address, a range of ports, chosen interfaces; what cannot be bound fails and says so.
import { spawnSync } from "node:child_process";
import { networkInterfaces } from "node:os";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { makePair, makeSide, parametersOf } from "./transport-pair.ts";

const port = (candidate: string): number => Number(candidate.split(" ")[5]);
const address = (candidate: string): string => candidate.split(" ")[4] ?? "";

test.each([
  ["192.0.2.250", /cannot bind UDP 192\.0\.2\.250/],
  ["not an address", /expected an IP address of this machine, got "not an address"/],
])("an address that is not of this machine (%s) fails the transport and says why", async (bindAddress, reason) => {
  const { transport, heard } = await makeSide();
  heard.onWarning = (message, error?: unknown) => void heard.warnings.push(`${message}: ${String(error)}`);
  transport.open({ bindAddress });
  await heard.untilState("failed");
  expect(heard.warnings[0]).toMatch(reason);
  transport.close();
  expect(heard.states).toEqual(["failed", "closed"]);
});

test("ports come from the range; when all are taken the next transport fails, and a closed one gives its port back", async () => {
  const sides = await Promise.all([makeSide(), makeSide(), makeSide()]);
  const [first, second, third] = sides;
  const range = { bindAddress: "127.0.0.1", portRange: { min: 21_310, max: 21_311 } };
  for (const side of [first, second]) side.transport.open(range);
  await Promise.all([first, second].map(({ heard }) => heard.until("gathered", () => heard.gatheringDone)));
  const ports = [first, second].flatMap(({ heard }) => heard.candidates.map(port));
  expect(ports.sort()).toEqual([21_310, 21_311]);
  third.transport.open(range);
  await third.heard.untilState("failed");
  first.transport.close();
  const fourth = await makeSide();
  fourth.transport.open(range);
  await fourth.heard.until("gathered or failed", (heard) => heard.gatheringDone || heard.states.includes("failed"));
  expect(fourth.heard.candidates.map(port)).toEqual([...first.heard.candidates.map(port)]);
  for (const side of [...sides, fourth]) side.transport.close();
});

test("a bound address is the only one that is offered", async () => {
  const { transport, heard } = await makeSide();
  transport.open({ bindAddress: "127.0.0.1" });
  await heard.until("gathered", () => heard.gatheringDone);
  expect(heard.candidates.map(address)).toEqual(["127.0.0.1"]);
  transport.close();
});

test("only the addresses of the chosen interfaces are offered", async () => {
  const all = await makeSide();
  all.transport.open();
  await all.heard.until("gathered", (heard) => heard.gatheringDone);
  all.transport.close();
  const { transport, heard } = await makeSide();
  const name = Object.keys(networkInterfaces()).find((key) =>
    networkInterfaces()[key]?.some((entry) => all.heard.candidates.map(address).includes(entry.address)),
  );
  transport.open({ interfaces: [name ?? "lo"] });
  await heard.until("gathered", () => heard.gatheringDone);
  expect(heard.candidates.length).toBeGreaterThan(0);
  const of = (networkInterfaces()[name ?? "lo"] ?? []).map((entry) => entry.address);
  for (const candidate of heard.candidates) expect(of).toContain(address(candidate));
  transport.close();

  const none = await makeSide();
  none.transport.open({ interfaces: ["no such interface"] });
  await none.heard.until("gathered", (heard) => heard.gatheringDone);
  expect(none.heard.candidates).toEqual([]);
  none.transport.close();
});

test("servers that cannot be used are left out with a warning, and gathering ends nevertheless", async () => {
  const { transport, heard } = await makeSide();
  transport.open({
    iceServers: [
      { type: "turn", host: "127.0.0.1", port: 3478, username: "u", password: "p", transport: "tcp" },
      { type: "turn", host: "127.0.0.1", port: 3478 },
      { type: "stun", host: "not a host", port: 3478 },
      { type: "stun", host: "127.0.0.1", port: 70_000 },
    ],
  });
  await heard.until("gathered", () => heard.gatheringDone);
  expect(heard.warnings).toHaveLength(4);
  expect(heard.candidates.length).toBeGreaterThan(0);
  transport.close();
});

const fixture = fileURLToPath(new URL("./two-transports.mjs", import.meta.url));
const namespaces = spawnSync("unshare", ["-rn", "true"]).status === 0;

test.skipIf(!namespaces)("on a machine that has only loopback two transports connect without any option", () => {
  const done = spawnSync("unshare", ["-rn", "sh", "-c", `ip link set lo up && exec ${process.execPath} ${fixture}`], {
    encoding: "utf8",
    timeout: 15_000,
  });
  expect(done.stdout + done.stderr).toContain("connected by 127.0.0.1");
  expect(done.status).toBe(0);
});

test("a process whose transports are closed ends by itself", () => {
  const started = performance.now();
  const done = spawnSync(process.execPath, [fixture], { encoding: "utf8", timeout: 15_000 });
  expect(done.stdout).toMatch(/connected by/);
  expect(done.stderr).toBe("");
  expect(done.status).toBe(0);
  expect(performance.now() - started).toBeLessThan(5_000);
});

test("more remote candidates than the limit are ignored with one warning", async () => {
  await using pair = await makePair();
  const { offerer, answerer } = pair;
  offerer.transport.setRemote(parametersOf(answerer, "answer"));
  const taken = Array.from({ length: 70 }, (_unused, index) =>
    offerer.transport.addRemoteCandidate(`candidate:1 1 udp 1 192.0.2.9 ${1000 + index} typ host`),
  );
  expect(taken.filter(Boolean)).toHaveLength(64);
  expect(offerer.transport.addRemoteCandidate("candidate:1 1 udp 1 192.0.2.9 1000 typ host")).toBe(false);
  expect(offerer.heard.warnings).toHaveLength(1);
});
