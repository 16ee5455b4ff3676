// The example's signalling without a browser: what it refuses, and what it frees when pages leave, vanish or talk nonsense.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type KurentoServer, startServer } from "@kurento-ts/server";
import { afterEach, beforeEach, expect, it } from "vitest";
import { WebSocket } from "ws";
import { type App, startApp } from "../../examples/one-to-many/src/app.ts";
import type { ServerMessage } from "../../examples/one-to-many/src/messages.ts";

const FIXTURES = new URL("../../packages/rtp/test/sdp/fixtures/", import.meta.url);
const PRESENTER_OFFER = readFileSync(new URL("chromium-sendonly.sdp", FIXTURES), "utf8");
const VIEWER_OFFER = readFileSync(new URL("chromium-recvonly.sdp", FIXTURES), "utf8");

let server: KurentoServer;
let app: App;
const pages: TestPage[] = [];

beforeEach(async () => {
  server = await startServer({ port: 0 });
  app = await startApp({ kurentoUrl: server.url, port: 0, heartbeatMs: 200 });
});

afterEach(async () => {
  for (const page of pages.splice(0)) page.socket.terminate();
  await app.close();
  await server.close();
});

/** A page that speaks the signalling protocol and has no media. */
class TestPage {
  readonly socket: WebSocket;
  readonly received: ServerMessage[] = [];

  constructor(options: { readonly answersPings?: boolean } = {}) {
    this.socket = new WebSocket(`${app.url.replace("http", "ws")}signalling`, {
      autoPong: options.answersPings ?? true,
    });
    this.socket.on("message", (data) => this.received.push(JSON.parse(String(data)) as ServerMessage));
    pages.push(this);
  }

  static async open(options?: { readonly answersPings?: boolean }): Promise<TestPage> {
    const page = new TestPage(options);
    await once(page.socket, "open");
    await page.until((message) => message.type === "state" && message.mediaServer);
    return page;
  }

  say(message: unknown): void {
    this.socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  /** Waits for a message, also one that has come already. */
  async until(matches: (message: ServerMessage) => boolean): Promise<ServerMessage> {
    await expect.poll(() => this.received.some(matches), { timeout: 10_000, interval: 20 }).toBe(true);
    return this.received.find(matches) as ServerMessage;
  }

  refused(reason: RegExp): Promise<ServerMessage> {
    return this.until((message) => message.type === "refused" && reason.test(message.reason));
  }

  ended(reason: RegExp): Promise<ServerMessage> {
    return this.until((message) => message.type === "ended" && reason.test(message.reason));
  }

  answered(): Promise<ServerMessage> {
    return this.until((message) => message.type === "answer");
  }
}

const objects = (): Promise<unknown> => expect.poll(() => server.snapshot().objects, { timeout: 10_000 }).toBe(0);

async function openShow(): Promise<TestPage> {
  const presenter = await TestPage.open();
  presenter.say({ type: "present", offer: PRESENTER_OFFER });
  await presenter.until((message) => message.type === "state" && message.presenting);
  return presenter;
}

it("refuses a viewer without a presenter, and a second presenter", async () => {
  const page = await TestPage.open();
  page.say({ type: "watch", offer: VIEWER_OFFER });
  await page.refused(/Nobody is presenting/);
  await openShow();
  page.say({ type: "present", offer: PRESENTER_OFFER });
  await page.refused(/Somebody else is presenting/);
  page.say({ type: "watch", offer: VIEWER_OFFER });
  await page.answered();
});

it("lets only one of two presenters in who come at the same moment", async () => {
  const [one, other] = [await TestPage.open(), await TestPage.open()];
  one.say({ type: "present", offer: PRESENTER_OFFER });
  other.say({ type: "present", offer: PRESENTER_OFFER });
  await Promise.race([one.refused(/Somebody else/), other.refused(/Somebody else/)]);
  await Promise.race([one.answered(), other.answered()]);
  const answers = [one, other].filter((page) => page.received.some(({ type }) => type === "answer"));
  expect(answers).toHaveLength(1);
});

it.each([
  ["no JSON", "nonsense", /expected JSON/],
  ["no object", "[]", /expected an object/],
  ["an unknown type", { type: "dance" }, /message.type/],
  ["no offer", { type: "present" }, /message.offer/],
  ["an offer that is no SDP", { type: "present", offer: "v=9\r\nnonsense" }, /SDP/],
  ["no candidate", { type: "candidate" }, /message.candidate/],
])("says what is wrong with a message that is %s, and goes on", async (_what, message, reason) => {
  const page = await TestPage.open();
  page.say(message);
  await page.refused(reason);
  await openShow();
  page.say({ type: "watch", offer: VIEWER_OFFER });
  await page.answered();
});

it("frees a viewer's endpoint when the viewer leaves, and when it vanishes without a word", async () => {
  await openShow();
  const shown = server.snapshot().objects;
  const leaving = await TestPage.open();
  const vanishing = await TestPage.open({ answersPings: false });
  for (const page of [leaving, vanishing]) {
    page.say({ type: "watch", offer: VIEWER_OFFER });
    await page.answered();
  }
  expect(server.snapshot().objects).toBe(shown + 2);
  leaving.socket.close();
  await expect.poll(() => server.snapshot().objects, { timeout: 10_000 }).toBe(shown);
});

it("ends the show for its viewers when the presenter leaves, and frees everything", async () => {
  const presenter = await openShow();
  const viewer = await TestPage.open();
  viewer.say({ type: "watch", offer: VIEWER_OFFER });
  await viewer.answered();
  presenter.socket.close();
  await viewer.ended(/presenter left/);
  await objects();
});

it("leaves nothing behind when pages come, ask and go at once", async () => {
  for (let round = 0; round < 10; round += 1) {
    const page = await TestPage.open();
    page.say({ type: round % 2 === 0 ? "present" : "watch", offer: round % 2 === 0 ? PRESENTER_OFFER : VIEWER_OFFER });
    if (round % 3 === 0) page.say({ type: "stop" });
    page.socket.terminate();
  }
  await objects();
  const presenter = await openShow();
  presenter.say({ type: "stop" });
  await objects();
});

it("ends a page's earlier request with its next one, also before it is answered", async () => {
  await openShow();
  const shown = server.snapshot().objects;
  const page = await TestPage.open();
  for (let count = 0; count < 5; count += 1) page.say({ type: "watch", offer: VIEWER_OFFER });
  await page.answered();
  await expect.poll(() => server.snapshot().objects, { timeout: 10_000 }).toBe(shown + 1);
  page.say({ type: "stop" });
  await expect.poll(() => server.snapshot().objects, { timeout: 10_000 }).toBe(shown);
});

it("keeps the show going when the presenter says something that cannot be read", async () => {
  const presenter = await openShow();
  presenter.say("nonsense");
  await presenter.refused(/expected JSON/);
  const viewer = await TestPage.open();
  viewer.say({ type: "watch", offer: VIEWER_OFFER });
  await viewer.answered();
});

it("ends the show at once when the media engine dies, says so, and plays the next one", async () => {
  await openShow();
  const viewer = await TestPage.open();
  viewer.say({ type: "watch", offer: VIEWER_OFFER });
  await viewer.answered();
  const [hostPid] = server.snapshot().hostPids;
  process.kill(hostPid as number, "SIGKILL");
  await viewer.ended(/media engine failed/);
  const presenter = await TestPage.open();
  presenter.say({ type: "present", offer: PRESENTER_OFFER });
  await presenter.answered();
});

it("says in one sentence that the port is taken", async () => {
  const port = Number(new URL(app.url).port);
  await expect(startApp({ kurentoUrl: server.url, port })).rejects.toThrow(
    /port \d+: the port is in use; choose another/,
  );
});

it("closes without leaving an object, a session's connection or a host behind", async () => {
  await openShow();
  await app.close();
  expect(server.snapshot()).toMatchObject({ objects: 0, connections: 0 });
  await server.close();
  expect(server.snapshot()).toMatchObject({ objects: 0, connections: 0, hostPids: [], sessions: 0 });
});
