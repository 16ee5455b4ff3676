// Puts the results of earlier operations of a transaction in the place of `newref:N`.

import { isJsonObject, type JsonObject, type JsonValue, KurentoError } from "@kurento-ts/protocol";
import { jsonSize } from "./json-size.ts";

const PREFIX = "newref:";

/** How much may be put in by one transaction, in bytes: a long result must not be multiplied without end. */
const MAX_REPLACED_BYTES = 16 * 1024 * 1024;

/** The results of a transaction's operations so far. */
export class OperationResults {
  readonly #values: (JsonValue | undefined)[] = [];
  #replacedBytes = 0;

  /** Notes the `value` of the next operation's result; undefined when it has none. */
  add(value: JsonValue | undefined): void {
    this.#values.push(value);
  }

  /** The parameters with every text `newref:N`, however deep, replaced by the value of operation N. Throws 40008 or 40009. */
  resolve(params: JsonObject): JsonObject {
    return Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, value === undefined ? value : this.#resolve(value)]),
    );
  }

  #resolve(value: JsonValue): JsonValue {
    if (typeof value === "string") return value.startsWith(PREFIX) ? this.#valueOf(value.slice(PREFIX.length)) : value;
    if (isJsonObject(value)) return this.resolve(value);
    return Array.isArray(value) ? value.map((entry: JsonValue) => this.#resolve(entry)) : value;
  }

  #valueOf(index: string): JsonValue {
    if (!/^\d{1,9}$/.test(index)) throw new KurentoError("MALFORMED_TRANSACTION", `Invalid index of newref '${index}'`);
    const value = this.#values[Number(index)];
    if (value === undefined) {
      throw new KurentoError("MALFORMED_TRANSACTION", `Result not found on request ${Number(index)}`);
    }
    this.#replacedBytes += jsonSize(value);
    if (this.#replacedBytes > MAX_REPLACED_BYTES) {
      const message = `The results that newref puts into a transaction are longer than ${MAX_REPLACED_BYTES} bytes`;
      throw new KurentoError("NOT_ENOUGH_RESOURCES", message);
    }
    return value;
  }
}
