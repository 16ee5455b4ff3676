// `npm start`: sets everything up, then runs the one-to-many example on an embedded media server.
import { requireNode } from "./node-version.mjs";

requireNode();
const { build, installPackages, root } = await import("./install.mjs");
installPackages();
build();
const { spawn } = await import("node:child_process");
const example = spawn(process.execPath, [`${root}/examples/one-to-many/dist/start.js`, ...process.argv.slice(2)], {
  stdio: "inherit",
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => example.kill(signal));
example.on("exit", (code, signal) => process.exit(signal === null ? (code ?? 1) : 0));
