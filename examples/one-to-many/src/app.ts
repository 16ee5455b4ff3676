// The application: serves the page, and connects one presenter to any number of viewers through a Kurento media server.

import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, type KurentoClient, type MediaPipeline, type WebRtcEndpoint } from "@kurento-ts/client";
import { type WebSocket, WebSocketServer } from "ws";
import { type Candidate, type PageMessage, readPageMessage, type ServerMessage } from "./messages.ts";

/** What {@link startApp} can be told. */
export interface AppOptions {
  /** The media server's WebSocket address. */
  readonly kurentoUrl: string;
  /** Default `127.0.0.1`. Browsers give a page the camera only on localhost or over HTTPS. */
  readonly host?: string;
  /** Default 8080; 0 takes any free port. */
  readonly port?: number;
  /** How often a page must show that it is alive, in milliseconds; it is dropped after two misses. Default 5000. */
  readonly heartbeatMs?: number;
}

/** The running application. */
export interface App {
  readonly url: string;
  /** Ends the show and every connection. */
  close(): Promise<void>;
}

/** One open page. It is idle, presents, or watches. */
interface Page {
  readonly socket: WebSocket;
  alive: boolean;
  endpoint: WebRtcEndpoint | undefined;
  /** Candidates that came before the endpoint existed. */
  early: Candidate[];
  /** Counts what the page asked for, so that work for something it has since given up is thrown away. */
  turn: number;
}

/** One presenter with a pipeline, and those who watch. */
interface Show {
  readonly presenter: Page;
  readonly viewers: Set<Page>;
  pipeline: MediaPipeline | undefined;
  /** True once viewers can join. */
  live: boolean;
}

const FILES: Readonly<Record<string, readonly [file: string, type: string]>> = {
  "/": ["index.html", "text/html; charset=utf-8"],
  "/page.js": ["page.js", "text/javascript; charset=utf-8"],
  "/style.css": ["style.css", "text/css; charset=utf-8"],
  "/icon.svg": ["icon.svg", "image/svg+xml"],
};
const MAX_EARLY_CANDIDATES = 100;

/** Starts the application. It keeps trying when the media server is not there, and says so on the page. */
export async function startApp(options: AppOptions): Promise<App> {
  const pages = new Set<Page>();
  let kurento: KurentoClient | undefined;
  let show: Show | undefined;
  const closing = new AbortController();

  const send = (page: Page, message: ServerMessage): void => page.socket.send(JSON.stringify(message));

  function announce(): void {
    const presenting = show?.live === true;
    const state = {
      type: "state",
      presenting,
      viewers: show?.viewers.size ?? 0,
      mediaServer: kurento !== undefined,
    } as const;
    for (const page of pages) send(page, state);
  }

  /** Opens an endpoint for the page and answers its offer. Undefined when the page gave up meanwhile. */
  async function negotiate(page: Page, pipeline: MediaPipeline, offer: string): Promise<WebRtcEndpoint | undefined> {
    const turn = page.turn;
    const endpoint = await pipeline.create("WebRtcEndpoint");
    endpoint.on("IceCandidateFound", ({ candidate }) => {
      if (page.turn === turn) send(page, { type: "candidate", candidate });
    });
    try {
      const answer = await endpoint.processOffer(offer);
      if (page.turn === turn) {
        page.endpoint = endpoint;
        send(page, { type: "answer", answer });
        for (const candidate of page.early.splice(0)) await endpoint.addIceCandidate(candidate);
        await endpoint.gatherCandidates();
        return endpoint;
      }
    } catch (error) {
      await endpoint.release().catch(() => undefined);
      throw error;
    }
    await endpoint.release();
    return undefined;
  }

  async function present(page: Page, offer: string): Promise<void> {
    if (kurento === undefined) return send(page, { type: "refused", reason: "The media server is not reachable." });
    if (show !== undefined) return send(page, { type: "refused", reason: "Somebody else is presenting." });
    const mine: Show = { presenter: page, viewers: new Set(), pipeline: undefined, live: false };
    show = mine;
    const pipeline = await kurento.create("MediaPipeline");
    if (show !== mine) return pipeline.release();
    mine.pipeline = pipeline;
    if ((await negotiate(page, pipeline, offer)) === undefined || show !== mine) return;
    mine.live = true;
    announce();
  }

  async function watch(page: Page, offer: string): Promise<void> {
    const current = show;
    if (!current?.live || current.pipeline === undefined || current.presenter.endpoint === undefined) {
      return send(page, { type: "refused", reason: "Nobody is presenting." });
    }
    current.viewers.add(page);
    const endpoint = await negotiate(page, current.pipeline, offer);
    if (endpoint !== undefined && show === current) await current.presenter.endpoint.connect(endpoint);
    announce();
  }

  /** Ends the show for everybody; the pipeline takes all endpoints with it. */
  async function endShow(reason: string): Promise<void> {
    const ended = show;
    if (ended === undefined) return;
    show = undefined;
    for (const page of [ended.presenter, ...ended.viewers]) {
      reset(page);
      send(page, { type: "ended", reason });
    }
    announce();
    await ended.pipeline?.release();
  }

  /** The page is no longer part of the show; it may come back with a new request. */
  async function leave(page: Page, reason: string): Promise<void> {
    if (show?.presenter === page) return endShow(reason);
    const wasWatching = show?.viewers.delete(page) === true;
    const endpoint = reset(page);
    if (wasWatching) announce();
    await endpoint?.release();
  }

  function reset(page: Page): WebRtcEndpoint | undefined {
    const { endpoint } = page;
    page.endpoint = undefined;
    page.early = [];
    page.turn += 1;
    return endpoint;
  }

  async function handle(page: Page, message: PageMessage): Promise<void> {
    if (message.type === "candidate") {
      if (page.endpoint !== undefined) await page.endpoint.addIceCandidate(message.candidate);
      else if (page.early.length < MAX_EARLY_CANDIDATES) page.early.push(message.candidate);
    } else if (message.type === "stop") {
      await leave(page, "The presenter stopped.");
    } else {
      if (page.endpoint !== undefined || show?.presenter === page) await leave(page, "The presenter started again.");
      await (message.type === "present" ? present(page, message.offer) : watch(page, message.offer));
    }
  }

  async function welcome(socket: WebSocket): Promise<void> {
    const page: Page = { socket, alive: true, endpoint: undefined, early: [], turn: 0 };
    pages.add(page);
    announce();
    socket.on("pong", () => {
      page.alive = true;
    });
    socket.on("message", (data) => {
      Promise.resolve()
        .then(() => handle(page, readPageMessage(String(data))))
        .catch(async (error: unknown) => {
          await leave(page, "The presenter's connection failed.").catch(() => undefined);
          send(page, { type: "refused", reason: error instanceof Error ? error.message : String(error) });
        });
    });
    socket.on("error", () => socket.terminate());
    socket.on("close", () => {
      pages.delete(page);
      leave(page, "The presenter left.").catch((error: unknown) =>
        console.error("releasing after a page left:", error),
      );
    });
  }

  /** Keeps a connection to the media server for as long as the application runs. */
  async function stayConnected(): Promise<void> {
    let delayMs = 250;
    while (!closing.signal.aborted) {
      try {
        kurento = await connect(options.kurentoUrl, { signal: closing.signal });
        delayMs = 250;
        announce();
        await kurento.closed;
        kurento = undefined;
        if (closing.signal.aborted) return;
        await endShow("The media server went away.").catch(() => undefined);
        announce();
      } catch (error) {
        if (closing.signal.aborted) return;
        console.error(
          `no media server at ${options.kurentoUrl}: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
      await pause(delayMs, closing.signal);
      delayMs = Math.min(delayMs * 2, 4_000);
    }
  }

  const http = createServer((request, response) => void serveFile(request, response));
  const sockets = new WebSocketServer({ server: http, path: "/signalling", maxPayload: 1_000_000 });
  sockets.on("connection", (socket) => void welcome(socket));
  const heartbeat = setInterval(() => {
    for (const page of pages) {
      if (!page.alive) page.socket.terminate();
      page.alive = false;
      page.socket.ping();
    }
  }, options.heartbeatMs ?? 5_000);

  const host = options.host ?? "127.0.0.1";
  await new Promise<void>((resolve, reject) => {
    http.once("error", reject).listen(options.port ?? 8080, host, resolve);
  });
  const address = http.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const connection = stayConnected();

  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}/`,
    async close() {
      closing.abort();
      clearInterval(heartbeat);
      await endShow("The application was stopped.").catch(() => undefined);
      for (const page of pages) page.socket.terminate();
      await kurento?.close();
      await connection;
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

async function serveFile(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const known = FILES[new URL(request.url ?? "/", "http://localhost").pathname];
  if (known === undefined || (request.method !== "GET" && request.method !== "HEAD")) {
    response.writeHead(404, { "content-type": "text/plain" }).end("not found\n");
    return;
  }
  const body = await readFile(new URL(`../public/${known[0]}`, import.meta.url));
  response.writeHead(200, { "content-type": known[1], "cache-control": "no-cache" }).end(body);
}

/** Resolves after a time, or at once when the signal aborts. */
function pause(timeMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, timeMs);
    signal.addEventListener("abort", done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}
