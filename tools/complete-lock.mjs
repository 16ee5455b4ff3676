// Completes package-lock.json with the optional packages of other platforms that the registry at hand did not list.
// A partial mirror leaves them out, and `npm ci` then refuses the lock file everywhere. Run it after `npm install`.
import { readFileSync, writeFileSync } from "node:fs";

const file = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(file, "utf8"));
const present = new Set(Object.keys(lock.packages).map((path) => path.split("node_modules/").pop()));
const systems = {
  android: "android",
  darwin: "darwin",
  freebsd: "freebsd",
  linux: "linux",
  openharmony: "openharmony",
  win32: "win32",
};
const processors = {
  arm64: "arm64",
  x64: "x64",
  arm: "arm",
  ia32: "ia32",
  ppc64: "ppc64",
  riscv64: "riscv64",
  s390x: "s390x",
};
const added = [];
for (const entry of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (present.has(name)) continue;
    const words = name.split("/").pop().split("-");
    const os = words.map((word) => systems[word]).find((word) => word !== undefined);
    const cpu = words.map((word) => processors[word]).find((word) => word !== undefined);
    if (os === undefined || cpu === undefined) continue;
    const libc = os !== "linux" ? undefined : words.some((word) => word.startsWith("musl")) ? ["musl"] : ["glibc"];
    lock.packages[`node_modules/${name}`] = {
      version,
      cpu: [cpu],
      ...(entry.dev ? { dev: true } : {}),
      ...(libc === undefined ? {} : { libc }),
      optional: true,
      os: [os],
    };
    present.add(name);
    added.push(name);
  }
}
const [first, ...rest] = Object.entries(lock.packages);
rest.sort(([a], [b]) => (a < b ? -1 : 1));
lock.packages = Object.fromEntries([first, ...rest]);
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`package-lock.json: ${added.length} entries added`);
