// The shape of a KMD file: Kurento's own module description format, as strict JSON.

/** A named value with a type: a constructor or method parameter, or a property of a complex type or event. */
export interface KmdParameter {
  readonly name: string;
  readonly doc: string;
  /**
   * `String`, `boolean`, `int`, `int64`, `float`, `double`, the name of a class (an object id on the wire)
   * or of a complex type; `T[]` is a list of T and `T<>` a map from strings to T.
   */
  readonly type: string;
  /** True when the value may be left out. A later optional method parameter counts only when the earlier ones are given. */
  readonly optional?: boolean;
  readonly defaultValue?: KmdDefault;
}

/** What a default can be. */
export type KmdDefault =
  | string
  | number
  | boolean
  | null
  | readonly KmdDefault[]
  | { readonly [key: string]: KmdDefault };

/** A property of a class: operation `getX`, and `setX` unless it is `readOnly` or `final`. */
export interface KmdProperty {
  readonly name: string;
  readonly doc: string;
  readonly type: string;
  /** True when the property can change but cannot be set by a client. */
  readonly readOnly?: boolean;
  /** True when the property never changes. A final property has no setter. */
  readonly final?: boolean;
  readonly defaultValue?: KmdDefault;
}

/** A method of a class. */
export interface KmdMethod {
  readonly name: string;
  readonly doc: string;
  readonly params: readonly KmdParameter[];
  readonly return?: { readonly type: string; readonly doc: string };
}

/** The constructor of a class that `create` can make. */
export interface KmdConstructor {
  readonly doc: string;
  readonly params: readonly KmdParameter[];
}

/** A class whose objects live on the server. */
export interface KmdClass {
  readonly name: string;
  readonly doc: string;
  readonly extends?: string;
  readonly abstract?: boolean;
  /** Read it with {@link constructorOf}: on a plain object without one, the key yields `Object`. */
  readonly constructor: KmdConstructor | undefined;
  readonly properties?: readonly KmdProperty[];
  readonly methods?: readonly KmdMethod[];
  /** Names of events that objects of the class raise, besides those of the parent class. */
  readonly events?: readonly string[];
}

/** A value type: an enumeration of strings, or a register (a record with named properties). */
export type KmdComplexType =
  | { readonly name: string; readonly doc: string; readonly typeFormat: "ENUM"; readonly values: readonly string[] }
  | {
      readonly name: string;
      readonly doc: string;
      readonly typeFormat: "REGISTER";
      readonly extends?: string;
      readonly properties: readonly KmdParameter[];
    };

/** An event that a class can raise. */
export interface KmdEvent {
  readonly name: string;
  readonly doc: string;
  readonly extends?: string;
  readonly properties: readonly KmdParameter[];
}

/** One module: what a `*.kmd.json` file holds. */
export interface KmdModule {
  readonly name: string;
  readonly version: string;
  readonly kurentoVersion?: string;
  readonly imports?: readonly { readonly name: string; readonly version?: string }[];
  readonly remoteClasses?: readonly KmdClass[];
  readonly complexTypes?: readonly KmdComplexType[];
  readonly events?: readonly KmdEvent[];
}

/** The constructor of a class, or undefined when it has none (abstract classes). */
export function constructorOf(remoteClass: KmdClass): KmdConstructor | undefined {
  return Object.hasOwn(remoteClass, "constructor") ? remoteClass.constructor : undefined;
}
