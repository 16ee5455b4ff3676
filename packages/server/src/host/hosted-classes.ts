// Finds the classes that a host makes: the built-in elements, or what a module of the caller exports.

import { pathToFileURL } from "node:url";
import type { HostedClasses } from "./hosted-object.ts";

/**
 * Calls `createHostedClasses()` of a module (a path or `file:` URL), or of the built-in elements. Only a host does
 * this, once: it is where native code gets loaded. Throws `TypeError` when the module has no such export.
 */
export async function loadHostedClasses(classesModule: string | undefined): Promise<HostedClasses> {
  if (classesModule === undefined) {
    const { createHostedClasses } = await import("../elements/registry.ts");
    return createHostedClasses();
  }
  const url = classesModule.startsWith("file:") ? classesModule : pathToFileURL(classesModule).href;
  const loaded: unknown = await import(url);
  if (!isClassesModule(loaded)) throw new TypeError(`${url}: expected an export createHostedClasses()`);
  return loaded.createHostedClasses();
}

function isClassesModule(loaded: unknown): loaded is { readonly createHostedClasses: () => HostedClasses } {
  return (
    typeof loaded === "object" &&
    loaded !== null &&
    "createHostedClasses" in loaded &&
    typeof loaded.createHostedClasses === "function"
  );
}
