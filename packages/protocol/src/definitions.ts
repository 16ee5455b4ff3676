// Kurento's API as defined in this package, ready at run time without reading files.

import { ApiModel } from "./api-model.ts";
import { KMD_TEXTS } from "./generated/definitions.gen.ts";
import { readKmd } from "./kmd-read.ts";

let api: ApiModel | undefined;

/** Kurento's API: the modules core, elements and filters, resolved. Built on the first call, then shared. */
export function kurentoApi(): ApiModel {
  api ??= ApiModel.fromModules(Object.entries(KMD_TEXTS).map(([name, text]) => readKmd(JSON.parse(text), name)));
  return api;
}

/** The names of the modules that {@link kmdText} knows. */
export function kmdModuleNames(): readonly string[] {
  return Object.keys(KMD_TEXTS);
}

/** The JSON text of a module's definition, as `ServerManager.getKmd` answers it, or undefined for an unknown module. */
export function kmdText(module: string): string | undefined {
  return Object.hasOwn(KMD_TEXTS, module) ? KMD_TEXTS[module] : undefined;
}
