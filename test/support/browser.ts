// Launches real browsers with fake cameras for tests: Chromium and Firefox, without a screen, found on this machine.

import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import { findPeer } from "../../tools/peers.mjs";

/** A launched browser. It ends with `await using`, or by `close`. */
export interface LaunchedBrowser extends AsyncDisposable {
  readonly browser: Browser;
  /**
   * Opens a page: an empty one of this machine's own by default, where cameras may be used. Uncaught errors and console
   * errors land in `pageErrors`.
   */
  open(url?: string): Promise<Page>;
  /** What went wrong in any of the pages. */
  readonly pageErrors: string[];
  close(): Promise<void>;
}

/** Settings of a launch. */
export interface LaunchOptions {
  /** Further command line arguments. */
  readonly args?: readonly string[];
  /** How long the browser may take to come up. */
  readonly timeoutMs?: number;
}

/** Where Chromium, Chrome or Edge is: `CHROMIUM_PATH`, or the usual places. Undefined when there is none. */
function findChromium(): string | undefined {
  return findPeer("chromium");
}

/** Where Firefox is: `FIREFOX_PATH`, or the usual places. Undefined when there is none. */
function findFirefox(): string | undefined {
  return findPeer("firefox");
}

/** Starts Chromium with a fake camera and microphone that need no permission, able to connect to this machine alone. */
export async function launchChromium(options: LaunchOptions = {}): Promise<LaunchedBrowser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error("no Chromium found: install one, or set CHROMIUM_PATH");
  const browser = await puppeteer.launch({
    executablePath,
    headless: true,
    timeout: options.timeoutMs ?? 30_000,
    args: [
      "--no-sandbox",
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
      "--allow-loopback-in-peer-connection",
      "--autoplay-policy=no-user-gesture-required",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-background-timer-throttling",
      "--disable-renderer-backgrounding",
      "--disable-backgrounding-occluded-windows",
      "--disable-component-update",
      "--disable-sync",
      ...(options.args ?? []),
    ],
  });
  return launched(browser);
}

/** Starts Firefox with a fake camera and microphone that need no permission, able to connect to this machine alone. */
export async function launchFirefox(options: LaunchOptions = {}): Promise<LaunchedBrowser> {
  const executablePath = findFirefox();
  if (executablePath === undefined) throw new Error("no Firefox found: install one, or set FIREFOX_PATH");
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath,
    headless: true,
    timeout: options.timeoutMs ?? 60_000,
    args: [...(options.args ?? [])],
    extraPrefsFirefox: {
      "media.navigator.streams.fake": true,
      "media.navigator.permission.disabled": true,
      "media.peerconnection.ice.loopback": true,
      "media.peerconnection.ice.obfuscate_host_addresses": false,
      "media.autoplay.default": 0,
      "network.captive-portal-service.enabled": false,
      "network.connectivity-service.enabled": false,
    },
  });
  return launched(browser);
}

function launched(browser: Browser): LaunchedBrowser {
  const pageErrors: string[] = [];
  let closing: Promise<void> | undefined;
  let server: Promise<Server> | undefined;
  const close = (): Promise<void> => {
    closing ??= Promise.all([browser.close(), server?.then((each) => each.close())]).then(() => {});
    return closing;
  };
  return {
    browser,
    pageErrors,
    close,
    [Symbol.asyncDispose]: close,
    async open(url) {
      const page = await browser.newPage();
      page.on("pageerror", (error) => pageErrors.push(String(error)));
      page.on("console", (message) => {
        if (message.type() === "error") pageErrors.push(message.text());
      });
      server ??= serveEmptyPage();
      await page.goto(url ?? addressOf(await server));
      return page;
    },
  };
}

/** Cameras are given to pages of a secure origin alone: `http://127.0.0.1` is one, `about:blank` is not. */
async function serveEmptyPage(): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url !== "/") {
      response.writeHead(204).end();
      return;
    }
    response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>test</title>");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
