// The WebSocket of browsers, and of any runtime that has the global one.

import type { OpenSocket, Socket, SocketHandlers } from "./socket.ts";

/** Opens a socket with the global `WebSocket`, which does not tell why it could not connect and sends no headers. */
export const openSocket: OpenSocket = (url, options, handlers) => {
  const [header] = Object.keys(options.headers ?? {});
  if (header !== undefined) {
    throw new TypeError(`headers: a browser cannot send any, got ${header} (a token can stand in the address's query)`);
  }
  for (const name of ["tls", "agent"] as const) {
    if (options[name] !== undefined) throw new TypeError(`${name}: a browser decides on it itself`);
  }
  let socket: WebSocket;
  try {
    socket = new WebSocket(url);
  } catch (error) {
    return refused(error, handlers);
  }
  let opened = false;
  let ended = false;
  const end = (code: number, reason: string): void => {
    if (ended) return;
    ended = true;
    handlers.ended(
      opened || code !== 1006
        ? { code, reason }
        : {
            code,
            reason,
            failure: {
              type: "CONNECT_FAILED",
              message: "refused, not reachable, not trusted or no WebSocket (the browser's console may say which)",
            },
          },
    );
  };
  socket.addEventListener("open", () => {
    if (ended) return;
    opened = true;
    handlers.opened();
  });
  socket.addEventListener("message", ({ data }) => {
    if (ended) return;
    if (typeof data !== "string") return handlers.message(undefined, data instanceof Blob ? data.size : 0);
    if (data.length <= options.maxMessageBytes) return handlers.message(data, data.length);
    socket.close(4009, "message too long");
    end(1009, `a message of ${data.length} characters is longer than ${options.maxMessageBytes}`);
  });
  socket.addEventListener("close", ({ code, reason }) => end(code, reason));
  return {
    send(text) {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close(code, reason) {
      socket.close(code, reason);
    },
    terminate() {
      socket.close();
      end(1006, "");
    },
  };
};

/** A page that came by https may not open ws: addresses; the constructor then throws. */
function refused(error: unknown, handlers: SocketHandlers): Socket {
  const message = error instanceof Error ? error.message : String(error);
  queueMicrotask(() =>
    handlers.ended({ code: 1006, reason: "", failure: { type: "CONNECT_FAILED", message, cause: error } }),
  );
  return { send: () => undefined, close: () => undefined, terminate: () => undefined };
}
