// A server that answers what a recording answered: a replay against it must find nothing, or the replay is wrong.

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import type { RecordedFrame, Scenario } from "./recording.ts";

/** A stand-in that listens. */
export interface StandIn extends AsyncDisposable {
  /** `ws://127.0.0.1:port`. */
  readonly origin: string;
}

/** Starts a server that plays one scenario: on its n-th connection it does what was recorded on the n-th. */
export async function startStandIn(scenario: Scenario): Promise<StandIn> {
  const http = createServer((_request, response) => response.writeHead(426).end());
  const sockets = new WebSocketServer({
    server: http,
    perMessageDeflate: false,
    handleProtocols: () => false,
    maxPayload: 0,
  });
  let opened = 0;
  sockets.on("connection", (socket) => {
    const conn = scenario.frames.filter(({ dir }) => dir === "open")[opened++]?.conn;
    play(
      scenario.frames.filter((frame) => frame.conn === conn),
      socket,
    );
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  return {
    origin: `ws://127.0.0.1:${(http.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

/** Says what was recorded up to the next request, then waits for a message. */
function play(frames: readonly RecordedFrame[], socket: WebSocket): void {
  let next = 0;
  const advance = (): void => {
    for (; next < frames.length; next++) {
      const frame = frames[next];
      if (frame === undefined || frame.dir === "send") return;
      if (frame.dir === "recv") socket.send(frame.raw);
      if (frame.dir === "client-close") return;
      if (frame.dir === "close") {
        if (frame.code === 1006) socket.terminate();
        else socket.close(frame.code, frame.reason);
      }
    }
  };
  socket.on("message", () => {
    next++;
    advance();
  });
  advance();
}
