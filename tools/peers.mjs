// The programs of others that the tests talk to: finds them, and installs what is missing where that is safe to do.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * Each peer: the commands or files that are it, the Debian package that brings it, and what to do elsewhere.
 * The environment variable named in `variable` overrides the search.
 */
export const PEERS = {
  chromium: {
    variable: "CHROMIUM_PATH",
    commands: ["chromium", "google-chrome", "google-chrome-stable", "chromium-browser", "microsoft-edge"],
    files: [
      "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
      "/Applications/Chromium.app/Contents/MacOS/Chromium",
      "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
      "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
      "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
    ],
    debian: "chromium",
    elsewhere: "install Google Chrome, Chromium or Microsoft Edge, or set CHROMIUM_PATH",
  },
  firefox: {
    variable: "FIREFOX_PATH",
    commands: ["firefox-esr", "firefox"],
    files: ["/Applications/Firefox.app/Contents/MacOS/firefox", "C:\\Program Files\\Mozilla Firefox\\firefox.exe"],
    debian: "firefox-esr",
    elsewhere: "install Firefox, or set FIREFOX_PATH",
  },
  dot: {
    variable: "DOT_PATH",
    commands: ["dot"],
    files: [],
    debian: "graphviz",
    elsewhere: "install Graphviz (brew install graphviz, winget install graphviz), or set DOT_PATH",
  },
};

/** The path of a peer's program, or undefined when this machine has none. */
export function findPeer(name) {
  const peer = PEERS[name];
  if (peer === undefined) {
    throw new TypeError(`no peer is called "${name}": expected one of ${Object.keys(PEERS).join(", ")}`);
  }
  const given = process.env[peer.variable];
  if (given !== undefined && given !== "") return existsSync(given) ? given : undefined;
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  for (const command of peer.commands) {
    for (const folder of folders) {
      const file = join(folder, process.platform === "win32" ? `${command}.exe` : command);
      if (existsSync(file) && !isSnapStub(file)) return file;
    }
  }
  return peer.files.find((file) => existsSync(file));
}

/** Ubuntu's chromium and firefox packages are scripts that only point at a snap, which a container cannot run. */
function isSnapStub(file) {
  try {
    const start = readFileSync(file).subarray(0, 2000).toString("latin1");
    return start.startsWith("#!") && start.includes("/snap/") && !existsSync("/snap/bin");
  } catch {
    return false;
  }
}

/**
 * Installs the missing peers from the distribution when this is Debian or Ubuntu and we are root, naming each;
 * elsewhere says loudly what is missing and how to get it. Returns the names that are still missing.
 */
export function installPeers() {
  const names = Object.keys(PEERS);
  let missing = names.filter((name) => findPeer(name) === undefined);
  if (missing.length > 0 && canUseApt()) {
    const packages = missing.map((name) => PEERS[name].debian);
    console.log(`installing from the distribution: ${packages.join(", ")} …`);
    apt(["update", "-qq"]);
    for (const name of packages) {
      console.log(`  apt-get install ${name}`);
      apt(["install", "-y", "-qq", "--no-install-recommends", name]);
    }
    missing = missing.filter((name) => findPeer(name) === undefined);
  }
  for (const name of missing) {
    const { debian, elsewhere } = PEERS[name];
    console.log(
      `MISSING ${name}: its tests are skipped. To get it: apt-get install ${debian} (Debian), or ${elsewhere}.`,
    );
  }
  return missing;
}

function canUseApt() {
  return process.platform === "linux" && process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
}

function apt(args) {
  const done = spawnSync("apt-get", args, {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    timeout: 600_000,
  });
  if (done.status !== 0) {
    console.log(`  apt-get ${args.join(" ")} failed (${done.error?.message ?? `exit ${done.status}`})`);
  }
}
