// How an error that an object threw crosses to the gateway.

import { type ErrorBody, KurentoError } from "@kurento-ts/protocol";

/** A KurentoError as it is, anything else as 40003 with its message. */
export function failureOf(error: unknown): ErrorBody {
  if (error instanceof KurentoError) return error.toBody();
  return new KurentoError("UNEXPECTED_ERROR", error instanceof Error ? error.message : String(error)).toBody();
}
