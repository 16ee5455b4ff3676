// Entry of the package: starts a media server. Loads nothing native; the host does, in a process of its own.

export { LOG_LEVELS, type LogDetails, type Logger, type LogLevel, lineLogger, silentLogger } from "./logging.ts";
export type { ServerOptions } from "./server-options.ts";
export { type KurentoServer, type ServerSnapshot, startServer } from "./start-server.ts";
