// A typed client for any Kurento media server, for Node and browsers. `connect` is where to begin.

/// <reference lib="esnext.disposable" preserve="true" />

export { ERROR_CODES, type ErrorType, KurentoError, SERVER_MANAGER_ID } from "@kurento-ts/protocol";
export {
  CallTimeoutError,
  CLIENT_ERROR_CODES,
  ConnectionError,
  type ConnectionErrorType,
  ObjectLostError,
  ObjectReleasedError,
  OutcomeUnknownError,
} from "./client-errors.ts";
export type { ClientEvents, SessionLoss } from "./client-events.ts";
export type { ClientEnd, ClientState, ClientStateOf } from "./client-state.ts";
export { type ConnectOptions, connect } from "./connect.ts";
export type { IceCandidateLike } from "./extensions/web-rtc-endpoint.ts";
export * from "./generated/classes.gen.ts";
export type * from "./generated/creatable.gen.ts";
export type * from "./generated/references.gen.ts";
export type { KurentoClient } from "./kurento-client.ts";
export type { Listener, ListenOptions } from "./listeners.ts";
export type { Creatable, CreateArguments, NoParams } from "./objects/creation.ts";
export type { EventStream, StreamOptions, Subscription, WaitOptions } from "./objects/event-channel.ts";
export type { ClassInfo, EventNameOf, EventsOf, RemoteObject } from "./objects/remote-object.ts";
export type { ReconnectOptions } from "./reconnection.ts";
export type { CallOptions } from "./rpc/call-limit.ts";
export type { KeepAliveOptions } from "./rpc/keep-alive.ts";
export type { TlsOptions } from "./rpc/socket.ts";
