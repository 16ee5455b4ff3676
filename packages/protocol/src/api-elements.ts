// What an API consists of once its KMD modules are resolved: classes, operations, events and types that refer to each other.

import type { KmdDefault } from "./kmd.ts";
import type { PrimitiveName } from "./type-syntax.ts";

/** A resolved type. A reference to a `class` is an object id on the wire. */
export type ApiType =
  | { readonly kind: "primitive"; readonly name: PrimitiveName }
  | { readonly kind: "class"; readonly class: ApiClass }
  | { readonly kind: "enum"; readonly enum: ApiEnum }
  | { readonly kind: "register"; readonly register: ApiRegister }
  | { readonly kind: "list" | "map"; readonly of: ApiType };

/** Where an element of the API comes from and how it is called. */
export interface ApiName {
  /** The plain name, for example `WebRtcEndpoint`. */
  readonly name: string;
  /** The KMD module that defines it, for example `elements`. */
  readonly module: string;
  /** Its `__module__` on the wire: `kurento` for core, elements and filters, otherwise the module's name. */
  readonly prefix: string;
  /** Prefix, dot, name: `kurento.WebRtcEndpoint`. */
  readonly qualifiedName: string;
  /** What the definition says of it; empty when it says nothing. */
  readonly doc: string;
}

/** A named value with a type: a parameter, or a property of a register or event. */
export interface ApiParameter {
  readonly name: string;
  readonly doc: string;
  readonly type: ApiType;
  /** True when it may be left out. */
  readonly optional: boolean;
  /** The default as the definition writes it; undefined when there is none. */
  readonly defaultValue: KmdDefault | undefined;
}

/** A property of a class. */
export interface ApiProperty extends Omit<ApiParameter, "optional"> {
  readonly owner: ApiClass;
  /** True when a client cannot set it, because it is read-only or final. */
  readonly readOnly: boolean;
  /** True when it never changes. */
  readonly final: boolean;
}

/** What `invoke` can call: a method, or the getter or setter of a property. */
export interface ApiOperation {
  readonly name: string;
  readonly doc: string;
  readonly kind: "method" | "getter" | "setter";
  /** The class that declares it. */
  readonly owner: ApiClass;
  readonly params: readonly ApiParameter[];
  /** The type of the result; undefined when there is none (null on the wire). */
  readonly result: ApiType | undefined;
  readonly resultDoc: string;
  /** The property that a getter or setter belongs to. */
  readonly property: ApiProperty | undefined;
}

/** A class whose objects live on the server. */
export interface ApiClass extends ApiName {
  readonly abstract: boolean;
  readonly parent: ApiClass | undefined;
  /** The qualified names of its ancestors, the direct parent first: what `describe` answers. */
  readonly hierarchy: readonly string[];
  /** The parameters of its constructor; undefined when `create` cannot make one (abstract, or no constructor). */
  readonly constructorParams: readonly ApiParameter[] | undefined;
  readonly constructorDoc: string;
  /** The properties that it declares itself. */
  readonly properties: readonly ApiProperty[];
  /** The methods that it declares itself. */
  readonly methods: readonly ApiOperation[];
  /** Everything that can be invoked on it by name, inherited operations first. */
  readonly operations: ReadonlyMap<string, ApiOperation>;
  /** The events that it declares itself. */
  readonly events: readonly ApiEvent[];
  /** Every event that can be subscribed to on it, by name, inherited ones first. */
  readonly allEvents: ReadonlyMap<string, ApiEvent>;
}

/** A string that is one of a list. */
export interface ApiEnum extends ApiName {
  readonly values: readonly string[];
}

/** A record with named properties; it carries `__module__` and `__type__` on the wire. */
export interface ApiRegister extends ApiName {
  readonly parent: ApiRegister | undefined;
  /** The properties that it declares itself. */
  readonly ownProperties: readonly ApiParameter[];
  /** All properties, inherited ones first. */
  readonly properties: readonly ApiParameter[];
  /** The registers that extend it, directly or not. A value of this type can be one of them and says so in `__type__`. */
  readonly descendants: readonly ApiRegister[];
}

/** An event, or a base of events (one that no class raises). */
export interface ApiEvent extends ApiName {
  readonly parent: ApiEvent | undefined;
  /** The properties that it declares itself. */
  readonly ownProperties: readonly ApiParameter[];
  /** All properties of its data, inherited ones first. */
  readonly properties: readonly ApiParameter[];
}
