// Writes docs/compatibility.md from the data of the replay: `npx tsx tools/compatibility/main.ts`. A test checks that it is current.

import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { compatibilityPage } from "../../test/replay/compatibility-page.ts";

const docs = fileURLToPath(new URL("../../docs/", import.meta.url));
await mkdir(docs, { recursive: true });
await writeFile(`${docs}compatibility.md`, compatibilityPage());
