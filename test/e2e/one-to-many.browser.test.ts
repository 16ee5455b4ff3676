// The main job end to end: a presenter and three viewers in real browsers, through the example and a media server process.

import { connect } from "@kurento-ts/client";
import type { Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { type App, startApp } from "../../examples/one-to-many/src/app.ts";
import { type LaunchedBrowser, launchChromium, launchFirefox } from "../support/browser.ts";
import { type MediaServerProcess, startMediaServerProcess } from "../support/media-server-process.ts";
import { browsersIt as it } from "../support/peers.ts";
import { type MediaFigures, openWatchedPage, press, readFigures, readText } from "./watched-page.ts";

let mediaServer: MediaServerProcess;
let app: App;
let chromium: LaunchedBrowser;
let firefox: LaunchedBrowser;
let presenter: Page;
const viewers: Page[] = [];

beforeAll(async () => {
  mediaServer = await startMediaServerProcess();
  app = await startApp({ kurentoUrl: mediaServer.url, port: 0, heartbeatMs: 1_000 });
  [chromium, firefox] = await Promise.all([launchChromium(), launchFirefox()]);
}, 60_000);

afterAll(async () => {
  await Promise.all([chromium?.close(), firefox?.close()]);
  await app?.close();
  await mediaServer?.[Symbol.asyncDispose]();
});

/** Waits until the figures of a page satisfy the condition; fails with the last figures. */
async function figuresWhen(
  page: Page,
  what: string,
  condition: (figures: MediaFigures) => boolean,
  timeoutMs = 15_000,
): Promise<MediaFigures> {
  let last: MediaFigures | undefined;
  await expect
    .poll(
      async () => {
        last = await readFigures(page);
        return condition(last) ? "yes" : `${what}: ${JSON.stringify(last)}`;
      },
      { timeout: timeoutMs, interval: 100 },
    )
    .toBe("yes");
  return last as MediaFigures;
}

/**
 * Watches 60 frames and the sound with them go by without a freeze. A machine that has no time for the browsers for 200 ms
 * freezes pictures as well: of three looks, one must be without. Lost packets have no such excuse and stay in the figures.
 */
async function playsWithoutFreeze(page: Page): Promise<MediaFigures> {
  for (let look = 1; ; look += 1) {
    const before = await readFigures(page);
    const after = await figuresWhen(
      page,
      "frames and sound rise",
      (figures) =>
        figures.framesDecoded > before.framesDecoded + 60 && figures.audioSamples > before.audioSamples + 1_000,
    );
    if (after.freezeCount === before.freezeCount) return after;
    console.log(`look ${look}: ${after.freezeCount - before.freezeCount} freezes, ${after.packetsLost} packets lost`);
    if (look === 3) throw new Error(`freezes in each of three looks: ${JSON.stringify(after)}`);
  }
}

/** How many objects the media server holds. */
async function pipelinesOnServer(): Promise<number> {
  await using kurento = await connect(mediaServer.url);
  return (await kurento.serverManager.getPipelines()).length;
}

async function expectText(page: Page, id: string, text: string | RegExp, timeoutMs = 15_000): Promise<void> {
  await expect.poll(() => readText(page, id), { timeout: timeoutMs, interval: 100 }).toMatch(text);
}

describe("one presenter, many viewers", () => {
  it("tells a viewer that nobody is presenting, and goes on", async () => {
    const early = await openWatchedPage(chromium, app.url);
    await press(early, "watch");
    await expectText(early, "notice", "Nobody is presenting");
    await early.close();
  });

  it("lets a presenter send camera and microphone, and tells a second presenter so", async () => {
    presenter = await openWatchedPage(chromium, app.url);
    await press(presenter, "present");
    await figuresWhen(presenter, "frames sent", (figures) => figures.framesSent > 10);
    await expectText(presenter, "show", "show is on");

    const second = await openWatchedPage(chromium, app.url);
    await expectText(second, "show", "show is on");
    expect(await second.$eval("#present", (button) => (button as HTMLButtonElement).disabled)).toBe(true);
    // A page that asks all the same, as one that has not heard of the show yet would.
    const refusal = await second.evaluate(async () => {
      const peer = new RTCPeerConnection();
      peer.addTransceiver("video");
      await peer.setLocalDescription();
      const socket = new WebSocket(`ws://${location.host}/signalling`);
      await new Promise((resolve) => socket.addEventListener("open", resolve));
      const refused = new Promise<string>((resolve) => {
        socket.addEventListener("message", ({ data }) => {
          const message = JSON.parse(String(data)) as { type: string; reason?: string };
          if (message.type === "refused") resolve(message.reason ?? "");
        });
      });
      socket.send(JSON.stringify({ type: "present", offer: peer.localDescription?.sdp }));
      return await refused;
    });
    expect(refusal).toContain("Somebody else is presenting");
    await second.close();
  });

  it("shows the presenter's picture and sound to two Chromium viewers and a Firefox within 1.5 s of their answers", async () => {
    // All pages are open before anybody watches: a browser that starts takes the processor from those that play.
    for (const browser of [chromium, firefox, chromium]) viewers.push(await openWatchedPage(browser, app.url));
    const [first, second, late] = viewers as [Page, Page, Page];
    for (const page of [first, second]) {
      // A page in the background shows no pictures.
      await page.bringToFront();
      await press(page, "watch");
    }
    for (const page of [first, second]) {
      const figures = await figuresWhen(page, "first picture", ({ firstPictureAtMs }) => firstPictureAtMs > 0);
      expect(figures.firstPictureAtMs - figures.answeredAtMs).toBeLessThan(1_500);
    }
    // One joins when the show has been on for five seconds.
    await first.waitForFunction(() => (document.querySelector("video")?.currentTime ?? 0) > 5, { timeout: 15_000 });
    await late.bringToFront();
    await press(late, "watch");
    const joined = await figuresWhen(late, "first picture, late", ({ firstPictureAtMs }) => firstPictureAtMs > 0);
    expect(joined.firstPictureAtMs - joined.answeredAtMs).toBeLessThan(1_500);

    const sent = await readFigures(presenter);
    for (const page of viewers) {
      const after = await playsWithoutFreeze(page);
      expect([after.frameWidth, after.frameHeight]).toEqual([sent.frameWidth, sent.frameHeight]);
      expect(after.packetsLost).toBe(0);
    }
    await expectText(presenter, "viewers", "3 viewers");
  }, 60_000);

  it("lets Chromium aim at its full bitrate: at least 1 Mbit/s at 640 by 480", async () => {
    const figures = await figuresWhen(presenter, "target bitrate", ({ targetBps }) => targetBps >= 1_000_000);
    expect([figures.frameWidth, figures.frameHeight, figures.limitedBy]).toEqual([640, 480, "none"]);
    console.log(`presenter aims at ${(figures.targetBps / 1e6).toFixed(2)} Mbit/s of video`);
  });

  it("keeps lips in sync: audio and video play at most 80 ms apart", async () => {
    const page = viewers[0] as Page;
    const figures = await figuresWhen(page, "audio and video in sync", ({ lipSkewMs }) => lipSkewMs <= 80);
    console.log(`audio and video play ${figures.lipSkewMs.toFixed(1)} ms apart`);
  });

  it("takes a viewer back after a reload", async () => {
    const page = viewers[0] as Page;
    await page.reload();
    await expectText(presenter, "viewers", "2 viewers");
    await press(page, "watch");
    await figuresWhen(page, "frames after the reload", (figures) => figures.framesDecoded > 30);
    await expectText(presenter, "viewers", "3 viewers");
  });

  it("tells the viewers when the presenter's tab is closed, and holds nothing of the show any more", async () => {
    await presenter.close({ runBeforeUnload: false });
    for (const page of viewers) await expectText(page, "notice", "The presenter left");
    await expect.poll(pipelinesOnServer, { timeout: 10_000 }).toBe(0);
  });

  it("recovers from a restart of the media server, and a second show plays", async () => {
    presenter = await openWatchedPage(chromium, app.url);
    await press(presenter, "present");
    const page = viewers[0] as Page;
    await expectText(page, "show", "show is on");
    await press(page, "watch");
    await figuresWhen(page, "frames of the second show", (figures) => figures.framesDecoded > 30);

    const { port } = mediaServer;
    await mediaServer.kill();
    await expectText(page, "notice", "The media server went away");
    await expectText(page, "media-server", "media server not reachable");
    mediaServer = await startMediaServerProcess(port);
    await expectText(page, "media-server", "media server connected");

    await press(presenter, "present");
    await expectText(page, "show", "show is on");
    await press(page, "watch");
    await playsWithoutFreeze(page);
    await press(presenter, "stop");
    await expectText(page, "notice", "The presenter stopped");
    await expect.poll(pipelinesOnServer, { timeout: 10_000 }).toBe(0);
  }, 60_000);

  it("shows no error in any page", () => {
    expect([...chromium.pageErrors, ...firefox.pageErrors]).toEqual([]);
  });
});
