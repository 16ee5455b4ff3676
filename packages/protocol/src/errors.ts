// Kurento's error codes, and the error that crosses the wire.

import type { ErrorBody } from "./messages.ts";

/** Every error name of Kurento with its code (its `data.type` on the wire, except 40500 and 49xxx, which say UNDEFINED). */
export const ERROR_CODES = {
  PARSE_ERROR: -32700,
  INVALID_REQUEST: -32600,
  METHOD_NOT_FOUND: -32601,
  INVALID_PARAMS: -32602,
  INTERNAL_ERROR: -32603,
  SERVER_ERROR: -32000,
  MEDIA_ERROR: 40000,
  MARSHALL_ERROR: 40001,
  UNMARSHALL_ERROR: 40002,
  UNEXPECTED_ERROR: 40003,
  CONNECT_ERROR: 40004,
  UNSUPPORTED_MEDIA_TYPE: 40005,
  NOT_IMPLEMENTED: 40006,
  INVALID_SESSION: 40007,
  MALFORMED_TRANSACTION: 40008,
  NOT_ENOUGH_RESOURCES: 40009,
  MEDIA_OBJECT_TYPE_NOT_FOUND: 40100,
  MEDIA_OBJECT_NOT_FOUND: 40101,
  MEDIA_OBJECT_CAST_ERROR: 40102,
  MEDIA_OBJECT_HAS_NOT_PARENT: 40103,
  MEDIA_OBJECT_CONSTRUCTOR_NOT_FOUND: 40104,
  MEDIA_OBJECT_METHOD_NOT_FOUND: 40105,
  MEDIA_OBJECT_EVENT_NOT_SUPPORTED: 40106,
  MEDIA_OBJECT_ILLEGAL_PARAM_ERROR: 40107,
  MEDIA_OBJECT_NOT_AVAILABLE: 40108,
  MEDIA_OBJECT_NOT_FOUND_TRANSACTION_NO_COMMIT: 40109,
  MEDIA_OBJECT_TAG_KEY_NOT_FOUND: 40110,
  MEDIA_OBJECT_OPERATION_NOT_SUPPORTED: 40111,
  SDP_CREATE_ERROR: 40200,
  SDP_PARSE_ERROR: 40201,
  SDP_END_POINT_NO_LOCAL_SDP_ERROR: 40202,
  SDP_END_POINT_NO_REMOTE_SDP_ERROR: 40203,
  SDP_END_POINT_GENERATE_OFFER_ERROR: 40204,
  SDP_END_POINT_PROCESS_OFFER_ERROR: 40205,
  SDP_END_POINT_PROCESS_ANSWER_ERROR: 40206,
  SDP_CONFIGURATION_ERROR: 40207,
  SDP_END_POINT_ALREADY_NEGOTIATED: 40208,
  SDP_END_POINT_NOT_OFFER_GENERATED: 40209,
  SDP_END_POINT_ANSWER_ALREADY_PROCCESED: 40210,
  SDP_END_POINT_CANNOT_CREATE_SESSON: 40211,
  HTTP_END_POINT_REGISTRATION_ERROR: 40300,
  ICE_GATHER_CANDIDATES_ERROR: 40400,
  ICE_ADD_CANDIDATE_ERROR: 40401,
  SERVER_MANAGER_ERROR_KMD_NOT_FOUND: 40500,
  URI_PATH_FILE_NOT_FOUND: 40600,
  PLAYER_SEEK_FAIL: 40700,
} as const;

/** The name of an error. */
export type ErrorType = keyof typeof ERROR_CODES;

/**
 * The error that crosses the wire: thrown by server classes, written as a JSON-RPC error, and rebuilt on the
 * client. `code` and `type` are Kurento's (see {@link ERROR_CODES}).
 */
export class KurentoError extends Error {
  override readonly name: string = "KurentoError";
  /** Kurento's numeric code, for example 40101. */
  readonly code: number;
  /** Kurento's name of the code, for example `MEDIA_OBJECT_NOT_FOUND`; undefined for codes that it does not list. */
  readonly type: string | undefined;

  /** An error of a listed type, with its code looked up, or of any code with a type of its own. */
  constructor(
    error: ErrorType | { readonly code: number; readonly type?: string | undefined },
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = typeof error === "string" ? ERROR_CODES[error] : error.code;
    this.type = typeof error === "string" ? error : error.type;
  }

  /** The body of a JSON-RPC error message. Generic codes carry no data, as on Kurento. */
  toBody(): ErrorBody {
    if (this.code < 0 && this.code !== ERROR_CODES.INVALID_PARAMS) return { code: this.code, message: this.message };
    const type =
      this.code === ERROR_CODES.SERVER_MANAGER_ERROR_KMD_NOT_FOUND || this.code >= 49000 ? "UNDEFINED" : this.type;
    return type === undefined
      ? { code: this.code, message: this.message }
      : { code: this.code, message: this.message, data: { type } };
  }

  /** Rebuilds an error from a JSON-RPC error body. */
  static fromBody(body: ErrorBody, options?: ErrorOptions): KurentoError {
    const data = body.data;
    const type =
      typeof data === "object" && data !== null && "type" in data && typeof data.type === "string"
        ? data.type
        : undefined;
    return new KurentoError({ code: body.code, type }, body.message, options);
  }
}
