// Writes a resolved type as a KMD file does.

import type { ApiType } from "./api-elements.ts";

/** A type as the definition writes it. */
export function typeName(type: ApiType): string {
  switch (type.kind) {
    case "primitive":
      return type.name;
    case "class":
      return type.class.name;
    case "enum":
      return type.enum.name;
    case "register":
      return type.register.name;
    case "list":
      return `${typeName(type.of)}[]`;
    case "map":
      return `${typeName(type.of)}<>`;
  }
}
