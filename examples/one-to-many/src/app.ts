// The application: serves the page, and connects one presenter to any number of viewers through a Kurento media server.

import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
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
  const http = createServer((request, response) => void serveFile(request, response));
  const theatre = new Theatre(options.kurentoUrl);
  const sockets = new WebSocketServer({ server: http, path: "/signalling", maxPayload: 1_000_000 });
  sockets.on("connection", (socket) => theatre.welcome(socket));
  const heartbeat = setInterval(() => theatre.checkPages(), options.heartbeatMs ?? 5_000);

  const host = options.host ?? "127.0.0.1";
  await listen(http, sockets, options.port ?? 8080, host);
  const address = http.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const connection = theatre.stayConnected();
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}/`,
    async close() {
      clearInterval(heartbeat);
      await theatre.close();
      await connection;
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

/** Opens the port; rejects with what is wrong and what to do when that is impossible. */
async function listen(http: Server, sockets: WebSocketServer, port: number, host: string): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      // The WebSocket server passes on the errors of the server below it.
      sockets.once("error", reject);
      http.once("error", reject).listen(port, host, resolve);
    });
  } catch (error) {
    const inUse = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
    const why = inUse ? "the port is in use; choose another with --port" : textOf(error);
    throw new Error(`cannot listen on ${host} port ${port}: ${why}`, { cause: error });
  }
}

/** All open pages, the show if there is one, and the media server. */
class Theatre {
  readonly #kurentoUrl: string;
  readonly #pages = new Set<Page>();
  readonly #closing = new AbortController();
  #kurento: KurentoClient | undefined;
  #show: Show | undefined;

  constructor(kurentoUrl: string) {
    this.#kurentoUrl = kurentoUrl;
  }

  /** Keeps a connection to the media server for as long as the application runs. */
  async stayConnected(): Promise<void> {
    const { signal } = this.#closing;
    let delayMs = 250;
    while (!signal.aborted) {
      try {
        this.#kurento = await connect(this.#kurentoUrl, { signal, reconnect: false });
        delayMs = 250;
        this.#announce();
        await this.#kurento.closed;
        this.#kurento = undefined;
        if (signal.aborted) return;
        await this.#endShow("The media server went away.").catch(() => undefined);
        this.#announce();
      } catch (error) {
        if (signal.aborted) return;
        console.error(`no media server at ${this.#kurentoUrl}: ${textOf(error)}`);
      }
      await pause(delayMs, signal);
      delayMs = Math.min(delayMs * 2, 4_000);
    }
  }

  /** Takes a page in. */
  welcome(socket: WebSocket): void {
    const page: Page = { socket, alive: true, endpoint: undefined, early: [], turn: 0 };
    this.#pages.add(page);
    this.#announce();
    socket.on("pong", () => {
      page.alive = true;
    });
    socket.on("message", (data) => void this.#receive(page, String(data)));
    socket.on("error", () => socket.terminate());
    socket.on("close", () => {
      this.#pages.delete(page);
      this.#leave(page, "The presenter left.").catch((error: unknown) => console.error("releasing:", textOf(error)));
    });
  }

  /** Drops the pages that have not answered since the last time, and asks the others whether they are there. */
  checkPages(): void {
    for (const page of this.#pages) {
      if (!page.alive) page.socket.terminate();
      page.alive = false;
      page.socket.ping();
    }
  }

  /** Ends the show and every connection. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#endShow("The application was stopped.").catch(() => undefined);
    for (const page of this.#pages) page.socket.terminate();
    await this.#kurento?.close();
  }

  /** Does what the page asks. A message that cannot be read is told and changes nothing; a failure ends the page's part. */
  async #receive(page: Page, text: string): Promise<void> {
    let message: PageMessage;
    try {
      message = readPageMessage(text);
    } catch (error) {
      return refuse(page, textOf(error));
    }
    // Whatever the page asked for before, also what is still under way, is over with its next request.
    const before = message.type === "candidate" ? undefined : this.#leave(page, "The presenter stopped.");
    const { turn } = page;
    try {
      await before;
      if (page.turn === turn) await this.#handle(page, message);
    } catch (error) {
      // The show may have ended, or the page asked for something else, while this was under way: it was told so already.
      if (page.turn !== turn) return;
      await this.#leave(page, "The presenter's connection failed.").catch(() => undefined);
      refuse(page, textOf(error));
    }
  }

  async #handle(page: Page, message: PageMessage): Promise<void> {
    if (message.type === "present") await this.#present(page, message.offer);
    else if (message.type === "watch") await this.#watch(page, message.offer);
    else if (message.type === "candidate") await takeCandidate(page, message.candidate);
  }

  async #present(page: Page, offer: string): Promise<void> {
    if (this.#kurento === undefined) return refuse(page, "The media server is not reachable.");
    if (this.#show !== undefined) return refuse(page, "Somebody else is presenting.");
    const show: Show = { presenter: page, viewers: new Set(), pipeline: undefined, live: false };
    this.#show = show;
    const pipeline = await this.#kurento.create("MediaPipeline");
    if (this.#show !== show) return pipeline.release();
    show.pipeline = pipeline;
    pipeline.on("Error", ({ description }) => {
      console.error(`the pipeline failed: ${description}`);
      if (this.#show === show) void this.#endShow("The media engine failed. Present again.").catch(() => undefined);
    });
    if ((await this.#negotiate(page, pipeline, offer)) === undefined || this.#show !== show) return;
    show.live = true;
    this.#announce();
  }

  async #watch(page: Page, offer: string): Promise<void> {
    const show = this.#show;
    if (!show?.live || show.pipeline === undefined || show.presenter.endpoint === undefined) {
      return refuse(page, "Nobody is presenting.");
    }
    show.viewers.add(page);
    const endpoint = await this.#negotiate(page, show.pipeline, offer);
    if (endpoint !== undefined && this.#show === show) await show.presenter.endpoint.connect(endpoint);
    this.#announce();
  }

  /** Opens an endpoint for the page and answers its offer. Undefined when the page gave up meanwhile. */
  async #negotiate(page: Page, pipeline: MediaPipeline, offer: string): Promise<WebRtcEndpoint | undefined> {
    const { turn } = page;
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

  /** The page is no longer part of the show; it may come back with a new request. */
  async #leave(page: Page, reason: string): Promise<void> {
    if (this.#show?.presenter === page) return this.#endShow(reason, page);
    const wasWatching = this.#show?.viewers.delete(page) === true;
    const { endpoint } = page;
    reset(page);
    if (wasWatching) this.#announce();
    await endpoint?.release();
  }

  /** Ends the show for everybody; the pipeline takes all endpoints with it. Who ended it knows, and is not told. */
  async #endShow(reason: string, endedBy?: Page): Promise<void> {
    const show = this.#show;
    if (show === undefined) return;
    this.#show = undefined;
    for (const page of [show.presenter, ...show.viewers]) {
      reset(page);
      if (page !== endedBy) send(page, { type: "ended", reason });
    }
    this.#announce();
    await show.pipeline?.release();
  }

  /** Tells every page what is going on. */
  #announce(): void {
    const presenting = this.#show?.live === true;
    const viewers = this.#show?.viewers.size ?? 0;
    for (const page of this.#pages) {
      send(page, { type: "state", presenting, viewers, mediaServer: this.#kurento !== undefined });
    }
  }
}

function send(page: Page, message: ServerMessage): void {
  page.socket.send(JSON.stringify(message));
}

/** Hands a candidate on, or keeps it until the page's endpoint is there. */
async function takeCandidate(page: Page, candidate: Candidate): Promise<void> {
  if (page.endpoint !== undefined) await page.endpoint.addIceCandidate(candidate);
  else if (page.early.length < MAX_EARLY_CANDIDATES) page.early.push(candidate);
}

function refuse(page: Page, reason: string): void {
  send(page, { type: "refused", reason });
}

/** Forgets the page's part in a show; work that is still under way for it will notice. */
function reset(page: Page): void {
  page.endpoint = undefined;
  page.early = [];
  page.turn += 1;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
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
