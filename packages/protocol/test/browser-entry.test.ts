// What a browser loads with the main entry: not the definitions, and nothing of Node.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

/** A module's source files, found by following the imports that are there at run time. */
function reachable(entry: URL, found: Map<string, string> = new Map()): Map<string, string> {
  if (found.has(entry.href)) return found;
  const text = readFileSync(entry, "utf8");
  found.set(entry.href, text);
  for (const [, isType, from = ""] of text.matchAll(/^(?:import|export) (type )?[^;]*?from "([^"]+)";/gm)) {
    if (isType !== undefined) continue;
    expect(from, `${entry.pathname} imports something else than a file beside it`).toMatch(/^\./);
    reachable(new URL(from, entry), found);
  }
  return found;
}

describe("the main entry", () => {
  it("carries neither the definitions nor the model", () => {
    const files = reachable(new URL("../src/index.ts", import.meta.url));
    const names = [...files.keys()].map((href) => href.slice(href.lastIndexOf("/") + 1));
    expect(names).toContain("values.gen.ts");
    expect(names).not.toContain("definitions.gen.ts");
    expect(names).not.toContain("api-model.ts");
  });

  it("is told apart from the entry for servers, which does carry them", () => {
    const files = reachable(new URL("../src/api.ts", import.meta.url));
    expect([...files.keys()].some((href) => href.endsWith("/definitions.gen.ts"))).toBe(true);
  });
});
