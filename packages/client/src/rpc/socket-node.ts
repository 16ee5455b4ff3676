// The WebSocket of Node, by the package ws.

import { WebSocket } from "ws";
import type { ConnectionErrorType } from "../client-errors.ts";
import type { OpenSocket, SocketEnd } from "./socket.ts";

/** How long, in milliseconds, a server that said goodbye may keep the line open. Its types do not know the option. */
const CLOSING: object = { closeTimeout: 1_000 };

/** Opens a socket with ws. */
export const openSocket: OpenSocket = (url, options, handlers) => {
  let failure: SocketEnd["failure"];
  let opened = false;
  const socket = new WebSocket(url, {
    ...given({ ...options.tls, agent: options.agent }),
    headers: { ...options.headers },
    maxPayload: options.maxMessageBytes,
    perMessageDeflate: false,
    ...CLOSING,
    followRedirects: false,
  });
  socket.on("open", () => {
    opened = true;
    handlers.opened();
  });
  socket.on("message", (data, isBinary) => {
    const bytes = Array.isArray(data) ? data.reduce((sum, part) => sum + part.byteLength, 0) : data.byteLength;
    handlers.message(isBinary ? undefined : data.toString(), bytes);
  });
  socket.on("unexpected-response", (request, response) => {
    const status = `${response.statusCode ?? "no status"} ${response.statusMessage ?? ""}`.trim();
    failure = { type: "UPGRADE_REFUSED", message: `the server answered HTTP ${status} instead of opening a WebSocket` };
    response.destroy();
    request.destroy();
    socket.terminate();
  });
  socket.on("error", (error) => {
    failure ??= { type: failureType(error, opened), message: error.message || errorCode(error), cause: error };
  });
  socket.on("close", (code, reason) => {
    handlers.ended({ code, reason: reason.toString(), ...(failure === undefined ? {} : { failure }) });
  });
  return {
    send(text) {
      // A socket that cannot send says so by its end, which fails all calls.
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close(code, reason) {
      socket.close(code, reason);
    },
    terminate() {
      socket.terminate();
    },
  };
};

/** Options without those that are undefined, which would hide defaults. ws passes what it does not know to `tls`. */
function given(options: object): object {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function errorCode(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : "";
}

/** Node's and OpenSSL's error codes, sorted by what the user can do about them. */
function failureType(error: Error, opened: boolean): ConnectionErrorType {
  if (opened) return "CONNECTION_LOST";
  const code = errorCode(error);
  if (code === "ECONNREFUSED") return "CONNECTION_REFUSED";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "HOST_NOT_FOUND";
  if (/^(ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH)/.test(code)) {
    return "TLS_FAILED";
  }
  // HPE_*: the other side does not speak HTTP. The rest are answers that RFC 6455, section 4.1, does not allow.
  if (code.startsWith("HPE_") || /^(Invalid (Sec-WebSocket|Upgrade)|Server sent)/.test(error.message)) {
    return "UPGRADE_REFUSED";
  }
  return "CONNECT_FAILED";
}
