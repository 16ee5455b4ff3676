// What is said on the wire: messages, errors and the types of Kurento's API. Safe for browsers, without dependencies.

export { ERROR_CODES, type ErrorType, KurentoError } from "./errors.ts";
export type * from "./generated/events.gen.ts";
export * from "./generated/values.gen.ts";
export { isJsonObject, type JsonObject, type JsonValue } from "./json.ts";
export type {
  KmdClass,
  KmdComplexType,
  KmdConstructor,
  KmdDefault,
  KmdEvent,
  KmdMethod,
  KmdModule,
  KmdParameter,
  KmdProperty,
} from "./kmd.ts";
export { constructorOf } from "./kmd.ts";
export {
  type ErrorBody,
  type ErrorMessage,
  type EventMessage,
  type EventValue,
  METHODS,
  type MethodName,
  type RequestId,
  type RequestMessage,
  type ResultMessage,
  SERVER_MANAGER_ID,
} from "./messages.ts";
