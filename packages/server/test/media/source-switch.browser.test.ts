// A viewer in a real Chromium that is connected to one presenter after the other goes on playing.

import type { Page } from "puppeteer-core";
import { afterAll, beforeAll, expect } from "vitest";
import { type LaunchedBrowser, launchChromium } from "../../../../test/support/browser.ts";
import { chromiumIt as it } from "../../../../test/support/peers.ts";
import type { MediaPipeline } from "../../src/elements/media-pipeline.ts";
import { joinPage, statsOf, until } from "./browser-peer.ts";
import { ObjectFixture } from "./object-fixture.ts";

let browser: LaunchedBrowser;

beforeAll(async () => {
  browser = await launchChromium();
});

afterAll(() => browser?.close());

/** A page whose offers have the dependency descriptor, a header extension that numbers the frames of a source. */
async function openWithFrameNumbers(): Promise<Page> {
  const page = await browser.open();
  await page.evaluate(() => {
    interface Negotiable extends RTCRtpTransceiver {
      getHeaderExtensionsToNegotiate?(): { uri: string; direction: string }[];
      setHeaderExtensionsToNegotiate?(extensions: { uri: string; direction: string }[]): void;
    }
    const original = RTCPeerConnection.prototype.setLocalDescription;
    RTCPeerConnection.prototype.setLocalDescription = function (this: RTCPeerConnection): Promise<void> {
      for (const transceiver of this.getTransceivers() as Negotiable[]) {
        const extensions = transceiver.getHeaderExtensionsToNegotiate?.() ?? [];
        for (const extension of extensions) {
          if (extension.uri.includes("dependency-descriptor")) extension.direction = "sendrecv";
        }
        transceiver.setHeaderExtensionsToNegotiate?.(extensions);
      }
      return Reflect.apply(original, this, []);
    };
  });
  return page;
}

it.each(["VP8", "AV1"])(
  "a viewer of %s sees the next presenter, and then the first one again",
  async (videoCodec) => {
    await using fixture = new ObjectFixture();
    const pipeline = fixture.create<MediaPipeline>("MediaPipeline");
    const [first, second, viewer] = [
      fixture.endpoint(pipeline),
      fixture.endpoint(pipeline),
      fixture.endpoint(pipeline),
    ];
    const pages = [await openWithFrameNumbers(), await openWithFrameNumbers(), await openWithFrameNumbers()] as const;
    await joinPage(pages[0], fixture, first, "sendonly", { videoCodec });
    first.connect(viewer);
    await joinPage(pages[2], fixture, viewer, "recvonly");
    const stats = (): ReturnType<typeof statsOf> => statsOf(pages[2]);
    await until("frames of the first presenter", stats, ({ framesDecoded }) => framesDecoded > 60);
    // The second presenter begins later: its frames have lower numbers than those of the first one.
    await joinPage(pages[1], fixture, second, "sendonly", { videoCodec });
    await fixture.waitFor((event) => event.source === second && event.type === "MediaStateChanged");
    for (const source of [second, first, second]) {
      const before = await stats();
      source.connect(viewer);
      // Frames that are numbered by their source would be refused until the second presenter has made up for its delay.
      const keyframes = before.keyFramesDecoded;
      await until("a keyframe", stats, ({ keyFramesDecoded }) => keyFramesDecoded > keyframes, 2500);
      const after = await until("more frames", stats, ({ framesDecoded }) => framesDecoded > before.framesDecoded + 20);
      expect(after).toMatchObject({ codec: `video/${videoCodec}`, packetsLost: 0 });
    }
    for (const page of pages) await page.close();
  },
  60_000,
);
