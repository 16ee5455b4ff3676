// Emits the texts of KMD modules as a TypeScript file, so that they are there at run time without reading files.

import type { EmitOptions, GeneratedFile } from "./emitter.ts";
import { docComment, header } from "./source-text.ts";

/** Emits `definitions.gen.ts` from the texts of KMD files by module name. */
export function emitDefinitions(texts: ReadonlyMap<string, string>, options: EmitOptions): readonly GeneratedFile[] {
  const entries = [...texts].map(([name, text]) => `  ${JSON.stringify(name)}: ${templateLiteral(text.trim())},\n`);
  const doc = docComment("The JSON text of every KMD module by its name.");
  const body = `${doc}export const KMD_TEXTS: Readonly<Record<string, string>> = {\n${entries.join("")}};\n`;
  return [{ path: "definitions.gen.ts", text: `${header("The KMD modules as text.", options)}\n${body}` }];
}

function templateLiteral(text: string): string {
  return `\`${text.replaceAll("\\", "\\\\").replaceAll("`", "\\`").replaceAll("${", "\\${")}\``;
}
