// The built client in real browsers, without a bundler: what is published is loaded as it is and used on a live server.

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { fileURLToPath } from "node:url";
import { type KurentoServer, startServer } from "@kurento-ts/server";
import type { Page } from "puppeteer-core";
import { afterAll, beforeAll, expect } from "vitest";
import { type LaunchedBrowser, launchChromium, launchFirefox } from "../support/browser.ts";
import { browsersIt as test } from "../support/peers.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";

const PACKAGES = fileURLToPath(new URL("../../packages", import.meta.url));

/** What a page needs to use the packages as they are published. */
const IMPORT_MAP = {
  imports: {
    "@kurento-ts/client": "/client/dist/index.js",
    "@kurento-ts/protocol": "/protocol/dist/index.js",
    "#socket": "/client/dist/rpc/socket-browser.js",
  },
};

/** Hands the client to the functions that the tests run in the page. */
const SCRIPT = `<script type="module">
  import * as client from "@kurento-ts/client";
  window.client = client;
</script>`;

declare global {
  interface Window {
    client: typeof import("@kurento-ts/client");
  }
}

let server: KurentoServer;
let chromium: LaunchedBrowser;
let firefox: LaunchedBrowser;
let web: Awaited<ReturnType<typeof serveBuiltPackages>>;

beforeAll(async () => {
  [server, web, chromium, firefox] = await Promise.all([
    startServer({ port: 0 }),
    serveBuiltPackages(),
    launchChromium(),
    launchFirefox(),
  ]);
}, 60_000);

afterAll(async () => {
  await Promise.all([server?.close(), web?.close(), chromium?.close(), firefox?.close()]);
});

/** Serves the built files and a page with the import map; remembers what was asked for. */
async function serveBuiltPackages(): Promise<{ url: string; requested: string[]; close(): Promise<void> }> {
  const requested: string[] = [];
  const http = createServer((request, response) => {
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    requested.push(path);
    void (async () => {
      if (path === "/") {
        const page = `<!doctype html><script type="importmap">${JSON.stringify(IMPORT_MAP)}</script>${SCRIPT}`;
        response.writeHead(200, { "content-type": "text/html" }).end(page);
      } else if (/^\/(client|protocol)\/dist\/[\w./-]+\.js$/.test(path) && !path.includes("..")) {
        response.writeHead(200, { "content-type": "text/javascript" }).end(await readFile(PACKAGES + path));
      } else response.writeHead(path === "/favicon.ico" ? 204 : 404).end();
    })().catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/`,
    requested,
    close: () => new Promise((resolve) => http.close(() => resolve())),
  };
}

/** A page that has loaded the client. */
async function openPage(browser: LaunchedBrowser = chromium): Promise<Page> {
  const page = await browser.open(web.url);
  await page.waitForFunction(() => window.client !== undefined);
  return page;
}

/** Runs in the page: the whole life of two elements. */
async function useTheClient(url: string): Promise<unknown> {
  const { connect, MediaElement, WebRtcEndpoint } = window.client;
  const problems: string[] = [];
  const kurento = await connect(url);
  kurento.on("error", (error) => problems.push(String(error)));
  const pipeline = await kurento.create("MediaPipeline");
  const source = await pipeline.create("PassThrough");
  const sink = await pipeline.create("PassThrough");
  const connected = source.once("ElementConnected", { filter: ({ mediaType }) => mediaType === "VIDEO" });
  await source.connect(sink);
  const event = await connected;
  const refused: unknown = await source.getTag("none").catch((error: unknown) => error);
  const endpoint = await pipeline.create("WebRtcEndpoint");
  const peer = new RTCPeerConnection();
  peer.addTransceiver("video");
  await peer.setLocalDescription();
  const sdp = await endpoint.answerComplete(peer.localDescription?.sdp ?? "");
  await peer.setRemoteDescription({ type: "answer", sdp });
  peer.close();
  await pipeline.release();
  await kurento.close();
  return {
    problems,
    sameSink: event.sink === sink,
    classes: sink instanceof MediaElement && endpoint instanceof WebRtcEndpoint,
    released: [source.released, endpoint.released],
    code: refused instanceof Error && Reflect.get(refused, "code"),
    candidates: sdp.includes("a=candidate:"),
    closed: await kurento.closed,
  };
}

test.each(["Chromium", "Firefox"])(
  "a page in %s connects, creates, hears, answers an offer, releases and closes, and never asks for ws",
  async (name) => {
    const browser = name === "Firefox" ? firefox : chromium;
    const page = await openPage(browser);
    const result = await page.evaluate(useTheClient, server.url);
    expect(result).toEqual({
      problems: [],
      sameSink: true,
      classes: true,
      released: [true, true],
      code: 40110,
      candidates: true,
      closed: { reason: "closed" },
    });
    expect(web.requested).toContain("/client/dist/rpc/socket-browser.js");
    expect(web.requested.filter((path) => /socket-node|\/ws/.test(path))).toEqual([]);
    expect(browser.pageErrors).toEqual([]);
    await expect.poll(() => server.snapshot()).toMatchObject({ objects: 0, connections: 0 });
  },
);

/** Runs in the page: every way not to connect. */
async function failToConnect(urls: readonly string[]): Promise<readonly unknown[]> {
  const { connect } = window.client;
  return await Promise.all(
    urls.map(async (url) => {
      try {
        const kurento = await connect(url, { connectTimeoutMs: 1_000 });
        await kurento.close();
        return "connected";
      } catch (error) {
        return error instanceof Error ? [error.name, Reflect.get(error, "type")] : error;
      }
    }),
  );
}

test("a page is told of a closed port, a wrong path, a silent port, and an address that is none", async () => {
  const silent = createTcpServer().listen(0, "127.0.0.1");
  await once(silent, "listening");
  const page = await openPage();
  const failures = await page.evaluate(failToConnect, [
    "ws://127.0.0.1:1/kurento",
    server.url.replace("/kurento", "/nope"),
    web.url.replace("http", "ws"),
    `ws://127.0.0.1:${(silent.address() as AddressInfo).port}/kurento`,
    "127.0.0.1",
  ]);
  expect(failures).toEqual([
    ["ConnectionError", "CONNECT_FAILED"],
    ["ConnectionError", "INVALID_PATH"],
    ["ConnectionError", "CONNECT_FAILED"],
    ["ConnectionError", "CONNECT_TIMEOUT"],
    ["TypeError", null],
  ]);
  silent.close();
});

test("a page that asks for headers, TLS options or an agent is told that a browser has none", async () => {
  const page = await openPage();
  const failure = page.evaluate(async (url) => {
    return await window.client.connect(url, { headers: { authorization: "Bearer x" } }).then(String, String);
  }, server.url);
  expect(await failure).toContain("TypeError: headers: a browser cannot send any, got authorization");
  for (const options of [{ tls: {} }, { agent: {} }]) {
    const refused = page.evaluate(
      (url, given) => window.client.connect(url, given).then(String, String),
      server.url,
      options,
    );
    expect(await refused).toContain(`TypeError: ${Object.keys(options).join()}: a browser decides on it itself`);
  }
});

/** Runs in the page: calls in flight when the server ends. */
async function loseTheConnection(url: string): Promise<unknown> {
  const { connect } = window.client;
  const kurento = await connect(url, { reconnect: false });
  const calls = Array.from({ length: 10 }, () =>
    kurento.serverManager.getUsedCpu(10_000).catch((error: unknown) => error instanceof Error && error.name),
  );
  document.title = "waiting";
  return { ends: await Promise.all(calls), closed: (await kurento.closed).reason };
}

test("a page whose server ends is told at once, for every call in flight", async () => {
  await using short = await startServer({ port: 0, host: "in-process" });
  const page = await openPage();
  const lost = page.evaluate(loseTheConnection, short.url);
  await page.waitForFunction(() => document.title === "waiting");
  await short.close();
  expect(await lost).toEqual({
    ends: Array.from({ length: 10 }, () => "OutcomeUnknownError"),
    closed: "connectionLost",
  });
});

/** Runs in the page: works over losses of the connection, as the test brings them about. */
async function workOverLosses(url: string): Promise<unknown> {
  const { connect } = window.client;
  const kurento = await connect(url, {
    reconnect: { minDelayMs: 5, maxDelayMs: 50 },
    keepAlive: { intervalMs: 100, timeoutMs: 200 },
  });
  const pipeline = await kurento.create("MediaPipeline");
  await pipeline.setName("kept");
  const names: string[] = [];
  const reasons: string[] = [];
  for (const step of ["cut", "silent"]) {
    const lost = kurento.until("reconnecting");
    document.title = step;
    reasons.push((await lost).error.type);
    names.push(await pipeline.getName());
  }
  const state = kurento.state.status;
  await kurento.close();
  return { names, reasons, state };
}

test("a page's connection comes back after a cut and after a silence, in its session", async () => {
  await using proxy = await TcpProxy.start(server.port);
  const page = await openPage();
  const worked = page.evaluate(workOverLosses, proxy.url);
  await page.waitForFunction(() => document.title === "cut");
  proxy.cut();
  await page.waitForFunction(() => document.title === "silent");
  proxy.fallSilent();
  // The page tries again when nothing comes of its first attempt.
  await expect.poll(() => proxy.accepted, { timeout: 10_000 }).toBeGreaterThan(2);
  proxy.speak();
  proxy.cut();
  expect(await worked).toEqual({
    names: ["kept", "kept"],
    reasons: ["CONNECTION_LOST", "CONNECTION_LOST"],
    state: "connected",
  });
});
