// The JSON-RPC 2.0 envelopes that Kurento's protocol uses, and the parameters and results of its thirteen methods.

import type { JsonObject, JsonValue } from "./json.ts";

/** What identifies a request. Absent, null or "" makes it a notification. */
export type RequestId = number | string;

/** Client → server. */
export interface RequestMessage {
  readonly jsonrpc: "2.0";
  readonly id?: RequestId | null;
  readonly method: string;
  readonly params?: JsonObject;
}

/** Server → client: what a failed request answers. `data` is absent for generic (-32xxx) errors. */
export interface ErrorBody {
  readonly code: number;
  readonly message: string;
  readonly data?: JsonValue;
}

/** Server → client: a request that succeeded. */
export interface ResultMessage {
  readonly jsonrpc: "2.0";
  readonly id: RequestId;
  readonly result: JsonValue;
}

/** Server → client: a request that failed. `id` is null when the request could not be read. */
export interface ErrorMessage {
  readonly jsonrpc: "2.0";
  readonly id: RequestId | null;
  readonly error: ErrorBody;
}

/** Server → client: an event. It has no id and is not answered. */
export interface EventMessage {
  readonly jsonrpc: "2.0";
  readonly method: "onEvent";
  readonly params: { readonly value: EventValue };
}

/** What an event says: the object that raised it, the subscribed name, and its data. */
export interface EventValue {
  readonly object: string;
  readonly type: string;
  readonly data: JsonObject;
}

/** The id of the one ServerManager; it exists without a session. */
export const SERVER_MANAGER_ID = "manager_ServerManager";

/** The methods of Kurento's protocol that a client may call. */
export const METHODS = [
  "connect",
  "ping",
  "create",
  "invoke",
  "subscribe",
  "unsubscribe",
  "release",
  "ref",
  "unref",
  "keepAlive",
  "describe",
  "transaction",
  "closeSession",
] as const;

/** The name of one of the methods. */
export type MethodName = (typeof METHODS)[number];
