// The type syntax of a KMD file: `T`, `T[]` (a list) and `T<>` (a map from strings), nested as wanted.

/** The built-in types of a KMD file. */
const PRIMITIVE_NAMES = ["String", "boolean", "int", "int64", "float", "double"] as const;

/** The name of a built-in type. `int` has 32 bits; `int64` crosses the wire as a JSON number. */
export type PrimitiveName = (typeof PRIMITIVE_NAMES)[number];

/** A type as written: a name, or a list or map of another type. */
export type TypeSyntax =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "list" | "map"; readonly of: TypeSyntax };

/** How deeply lists and maps may nest in one type. */
const MAX_NESTING = 8;

/** Reads a type as a KMD file writes it. Throws `SyntaxError` when it is not one. */
export function parseType(text: string): TypeSyntax {
  let name = text.trim();
  const wrappers: ("list" | "map")[] = [];
  while (name.endsWith("[]") || name.endsWith("<>")) {
    wrappers.push(name.endsWith("[]") ? "list" : "map");
    name = name.slice(0, -2).trimEnd();
  }
  if (!/^[A-Za-z_][\w-]*(\.[A-Za-z_]\w*)?$/.test(name) || wrappers.length > MAX_NESTING) {
    throw new SyntaxError(`"${text}" is not a type: expected a name, perhaps followed by [] or <>`);
  }
  let syntax: TypeSyntax = { kind: "name", name };
  for (const kind of wrappers.reverse()) syntax = { kind, of: syntax };
  return syntax;
}

/** True for the name of a built-in type. */
export function isPrimitiveName(name: string): name is PrimitiveName {
  return (PRIMITIVE_NAMES as readonly string[]).includes(name);
}
