// Photographs the example at the width of a phone and of a desktop: nothing scrolls sideways, nothing is cut, no error.
// PHOTOS=folder keeps the pictures; `PHOTOS=docs/images` renews the one in the README.

import { mkdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type KurentoServer, startServer } from "@kurento-ts/server";
import type { Page } from "puppeteer-core";
import { afterAll, beforeAll, expect } from "vitest";
import { type App, startApp } from "../../examples/one-to-many/src/app.ts";
import { type LaunchedBrowser, launchChromium } from "../support/browser.ts";
import { chromiumIt as it } from "../support/peers.ts";
import { openWatchedPage, press, readFigures } from "./watched-page.ts";

let server: KurentoServer;
let app: App;
let browser: LaunchedBrowser;
let folder: string;

beforeAll(async () => {
  const kept = process.env.PHOTOS;
  folder = kept === undefined ? await mkdtemp(join(tmpdir(), "kurento-ts-photos-")) : resolve(kept);
  mkdirSync(folder, { recursive: true });
  server = await startServer({ port: 0 });
  app = await startApp({ kurentoUrl: server.url, port: 0 });
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  await app?.close();
  await server?.close();
  if (process.env.PHOTOS === undefined) await rm(folder, { recursive: true, force: true });
});

async function openAt(width: number, height: number): Promise<Page> {
  const page = await openWatchedPage(browser, app.url);
  await page.setViewport({ width, height });
  return page;
}

/** Takes the picture and returns how far the page and its buttons stick out to the right, in pixels. */
async function photograph(page: Page, name: string): Promise<number> {
  await page.screenshot({ path: join(folder, `${name}.png`) as `${string}.png` });
  return await page.evaluate(() => {
    const rights = [...document.querySelectorAll("body *")].map((element) => element.getBoundingClientRect().right);
    return Math.max(document.documentElement.scrollWidth, ...rights) - window.innerWidth;
  });
}

async function playing(
  page: Page,
  frames: (figures: Awaited<ReturnType<typeof readFigures>>) => number,
): Promise<void> {
  await expect
    .poll(async () => frames(await readFigures(page)), { timeout: 15_000, interval: 100 })
    .toBeGreaterThan(40);
  // The figures on the page are renewed once a second.
  await page.waitForFunction(() => document.getElementById("resolution")?.textContent?.includes("640"), {
    timeout: 5_000,
  });
}

it.each([
  ["phone", 360, 740],
  ["desktop", 1280, 900],
])("fits a %s before, during and after a show", async (name, width, height) => {
  const presenter = await openAt(width, height);
  const viewer = await openAt(width, height);
  await presenter.waitForSelector("#present:not([disabled])");
  expect(await photograph(presenter, `${name}-idle`)).toBeLessThanOrEqual(0);
  await press(presenter, "present");
  await viewer.waitForFunction(() => document.getElementById("show")?.textContent === "show is on");
  await press(viewer, "watch");
  await playing(presenter, ({ framesSent }) => framesSent);
  await playing(viewer, ({ framesDecoded }) => framesDecoded);
  expect(await photograph(presenter, `${name}-presenting`)).toBeLessThanOrEqual(0);
  expect(await photograph(viewer, `${name}-watching`)).toBeLessThanOrEqual(0);
  await press(presenter, "stop");
  await viewer.waitForFunction(() => !document.getElementById("notice")?.hidden);
  expect(await photograph(viewer, `${name}-ended`)).toBeLessThanOrEqual(0);
  await presenter.close();
  await viewer.close();
  expect(browser.pageErrors).toEqual([]);
});

it("shows a presenter and two viewers side by side", async () => {
  const presenter = await openAt(420, 640);
  await press(presenter, "present");
  await playing(presenter, ({ framesSent }) => framesSent);
  const viewers = [await openAt(420, 640), await openAt(420, 640)];
  for (const viewer of viewers) {
    await press(viewer, "watch");
    await playing(viewer, ({ framesDecoded }) => framesDecoded);
  }
  const pictures: string[] = [];
  for (const page of [presenter, ...viewers]) {
    await page.bringToFront();
    pictures.push(await page.screenshot({ encoding: "base64" }));
  }
  const sheet = await browser.open();
  await sheet.setViewport({ width: 1300, height: 660 });
  const images = pictures.map((data) => `<img src="data:image/png;base64,${data}">`).join("");
  await sheet.setContent(`<body style="margin:10px;display:flex;gap:10px;background:#c9ced6">${images}</body>`);
  await sheet.screenshot({ path: join(folder, "one-to-many.png") as `${string}.png` });
  expect(browser.pageErrors).toEqual([]);
});
