// The types with which `create` says what it makes and takes.

import type { CallOptions } from "../rpc/call-limit.ts";

/** What `create` makes for a type name, and from which parameters. */
export interface Creatable<Class, Params> {
  readonly object: Class;
  readonly params: Params;
}

/** The parameters of a class that has none. */
export type NoParams = Readonly<Record<string, never>>;

/** What comes after the type name in `create`: the parameters may be left out when none is required. */
export type CreateArguments<Params> =
  Record<string, never> extends Params
    ? [params?: Params | undefined, options?: CallOptions]
    : [params: Params, options?: CallOptions];
