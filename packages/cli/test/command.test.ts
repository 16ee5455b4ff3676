// The command as users run it: a process with arguments, signals and an exit code.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { connect } from "@kurento-ts/client";
import { describe, expect, test } from "vitest";

const COMMAND = fileURLToPath(new URL("../bin/kurento-ts.mjs", import.meta.url));

/** A run of the command with what it wrote so far. */
class Run {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  stdout = "";
  stderr = "";

  constructor(args: readonly string[], nodeArgs: readonly string[] = []) {
    const child = spawn(process.execPath, [...nodeArgs, COMMAND, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      // A process group of its own, so that a signal can be sent to all of it.
      detached: true,
    });
    this.child = child;
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
    this.ended = new Promise((resolve) => {
      child.on("close", (code) => resolve(code));
    });
  }

  /** The address that the server prints when it is ready. */
  async address(): Promise<string> {
    for (;;) {
      const address = /ws:\/\/\S+/.exec(this.stdout)?.[0];
      if (address !== undefined) return address;
      const gone = this.ended.then((code) => {
        throw new Error(`it ended with ${code}: ${this.stderr}`);
      });
      await Promise.race([once(this.child.stdout ?? process.stdin, "data"), gone]);
    }
  }

  /** Ends the process when the test is over. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended;
  }
}

/** Runs the command to its end. */
async function output(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  await using run = new Run(args);
  const code = await run.ended;
  return { code, stdout: run.stdout, stderr: run.stderr };
}

/** Makes an object on the server and gives its class. */
async function pipelineOn(url: string): Promise<string> {
  await using client = await connect(url);
  const pipeline = await client.create("MediaPipeline");
  return pipeline.id.replace(/^.*_/, "");
}

describe.each([[["--in-process"]], [[]]])("serve %s", (more) => {
  test.each(["SIGINT", "SIGTERM"] as const)(
    "prints its address, serves, and %s ends it with exit code 0",
    async (signal) => {
      await using run = new Run(["serve", "--port", "0", "--path", "/k", ...more]);
      const url = await run.address();
      expect(url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/k$/);
      expect(await pipelineOn(url)).toBe("kurento.MediaPipeline");
      run.child.kill(signal);
      expect(await run.ended).toBe(0);
      expect(run.stdout).toBe(`Kurento media server: ${url}\n`);
      await expect(connect(url)).rejects.toThrow();
    },
  );
});

test("a signal to the whole process group ends server and host in order", async () => {
  await using run = new Run(["serve", "--port", "0"]);
  await run.address();
  process.kill(-(run.child.pid ?? 0), "SIGTERM");
  expect(await run.ended).toBe(0);
  expect(run.stderr).not.toContain("unexpectedly");
});

test("a port that is taken is the reason why serve fails, with exit code 1", async () => {
  await using run = new Run(["serve", "--port", "0", "--in-process"]);
  const { port } = new URL(await run.address());
  for (const more of [["--in-process"], []]) {
    expect(await output("serve", "--port", port, ...more)).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining(`cannot listen on 127.0.0.1 port ${port}: the port is in use`) as unknown,
    });
  }
});

test.each([
  [["serve", "--port", "x"], "option '--port <number>' argument 'x' is invalid. Expected a port from 0 to 65535."],
  [["serve", "--port", "65536"], "Expected a port from 0 to 65535."],
  [["serve", "--path", "kurento"], "Expected a path that begins with /."],
  [["serve", "--log-level", "loud"], "Allowed choices are debug, info, warn, error."],
  [["serve", "--nope"], "unknown option '--nope'"],
  [["serve", "extra"], "too many arguments"],
  [["sevre"], "unknown command 'sevre'"],
  [[], "Usage: kurento-ts"],
])("%j ends with exit code 2 and says what is wrong", async (args, message) => {
  const { code, stdout, stderr } = await output(...args);
  expect(stderr).toContain(message);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
});

test("help and version go to standard output with exit code 0", async () => {
  expect(await output("--version")).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as unknown,
  });
  for (const args of [["--help"], ["serve", "--help"], ["help", "serve"]]) {
    expect(await output(...args)).toMatchObject({ code: 0, stdout: expect.stringContaining("Usage:") as unknown });
  }
});

test("an old Node is told plainly, before anything else is loaded", async () => {
  const old =
    "data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'18.20.4'}})";
  await using run = new Run(["serve"], ["--import", old]);
  expect(await run.ended).toBe(1);
  expect(run.stderr).toMatch(/^kurento-ts needs Node\.js 20\.19 or newer; this is Node\.js 18\.20\.4\.\n/);
});
