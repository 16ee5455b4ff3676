// Says plainly when Node is too old, before anything modern is loaded. Plain JavaScript that an old Node can still parse.
const REQUIRED = [20, 19];

/** Ends the process with exit code 1 and one clear sentence when Node is older than 20.19. */
export function requireNode() {
  const found = process.versions.node.split(".").map(Number);
  if (found[0] > REQUIRED[0] || (found[0] === REQUIRED[0] && found[1] >= REQUIRED[1])) return;
  console.error(
    `kurento-ts needs Node.js ${REQUIRED.join(".")} or newer; this is Node.js ${process.versions.node}.\n` +
      "Install a current one from https://nodejs.org (or with nvm: nvm install 22) and run the same command again.",
  );
  process.exit(1);
}
