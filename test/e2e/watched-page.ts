// Opens the example's page in a real browser with its peer connections and first pictures observed from outside.

import type { Page } from "puppeteer-core";
import type { LaunchedBrowser } from "../support/browser.ts";

/** What a page has received or sent so far, from the browser's own statistics. */
export interface MediaFigures {
  readonly connectionState: string;
  readonly framesDecoded: number;
  readonly framesSent: number;
  readonly freezeCount: number;
  readonly frameWidth: number;
  readonly frameHeight: number;
  readonly totalAudioEnergy: number;
  readonly audioSamples: number;
  readonly packetsLost: number;
  readonly videoBytesSent: number;
  readonly videoBytesReceived: number;
  /** What the encoder aims at, in bit/s, and what holds it down (`none`, `cpu`, `bandwidth`). */
  readonly targetBps: number;
  readonly limitedBy: string;
  readonly framesPerSecond: number;
  /** Milliseconds since the page was loaded; NaN before the first. */
  readonly answeredAtMs: number;
  readonly firstPictureAtMs: number;
  /** How far audio and video play apart, in milliseconds; NaN while the browser does not tell. */
  readonly lipSkewMs: number;
}

declare global {
  interface Window {
    observed: { peers: RTCPeerConnection[]; answeredAtMs: number; firstPictureAtMs: number };
  }
}

/** Opens the page; scripts of the page see nothing of the observation. */
export async function openWatchedPage(browser: LaunchedBrowser, url: string): Promise<Page> {
  const page = await browser.open();
  await page.evaluateOnNewDocument(observe);
  await page.goto(url);
  return page;
}

/** Runs in the page before its scripts: remembers every peer connection, the first answer and the first picture after it. */
function observe(): void {
  const observed = { peers: [] as RTCPeerConnection[], answeredAtMs: Number.NaN, firstPictureAtMs: Number.NaN };
  window.observed = observed;
  const Original = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Original {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      observed.peers.push(this);
      observed.answeredAtMs = Number.NaN;
      observed.firstPictureAtMs = Number.NaN;
    }

    override async setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
      observed.answeredAtMs = performance.now();
      const video = document.querySelector("video");
      video?.requestVideoFrameCallback(() => {
        observed.firstPictureAtMs = performance.now();
      });
      await super.setRemoteDescription(description);
    }
  };
}

/** Reads the figures of the page's newest peer connection. */
export async function readFigures(page: Page): Promise<MediaFigures> {
  return await page.evaluate(async () => {
    const { peers, answeredAtMs, firstPictureAtMs } = window.observed;
    const peer = peers.at(-1);
    let audio: Record<string, number> = {};
    let video: Record<string, number> = {};
    let sent: Record<string, number> = {};
    const reports = peer === undefined || peer.connectionState === "closed" ? [] : (await peer.getStats()).values();
    for (const report of reports) {
      if (report.type === "inbound-rtp" && report.kind === "audio") audio = report;
      if (report.type === "inbound-rtp" && report.kind === "video") video = report;
      if (report.type === "outbound-rtp" && report.kind === "video") sent = report;
    }
    return {
      connectionState: peer?.connectionState ?? "none",
      framesDecoded: video.framesDecoded ?? 0,
      framesSent: sent.framesSent ?? sent.framesEncoded ?? 0,
      freezeCount: video.freezeCount ?? 0,
      frameWidth: video.frameWidth ?? sent.frameWidth ?? 0,
      frameHeight: video.frameHeight ?? sent.frameHeight ?? 0,
      totalAudioEnergy: audio.totalAudioEnergy ?? 0,
      audioSamples: audio.totalSamplesReceived ?? audio.packetsReceived ?? 0,
      packetsLost: (video.packetsLost ?? 0) + (audio.packetsLost ?? 0),
      videoBytesSent: sent.bytesSent ?? 0,
      videoBytesReceived: video.bytesReceived ?? 0,
      targetBps: sent.targetBitrate ?? 0,
      limitedBy: String(sent.qualityLimitationReason ?? ""),
      framesPerSecond: sent.framesPerSecond ?? video.framesPerSecond ?? 0,
      answeredAtMs,
      firstPictureAtMs,
      lipSkewMs: Math.abs(
        (video.estimatedPlayoutTimestamp ?? Number.NaN) - (audio.estimatedPlayoutTimestamp ?? Number.NaN),
      ),
    };
  });
}

/** The text of the page's element with this id. */
export async function readText(page: Page, id: string): Promise<string> {
  return await page.$eval(`#${id}`, (element) => element.textContent ?? "");
}

/** Waits until a button can be pressed, and presses it. */
export async function press(page: Page, id: string): Promise<void> {
  await page.waitForSelector(`#${id}:not([disabled])`, { timeout: 15_000 });
  await page.evaluate((buttonId) => document.getElementById(buttonId)?.click(), id);
}
