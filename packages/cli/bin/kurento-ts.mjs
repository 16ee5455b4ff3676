#!/usr/bin/env node
// The command `kurento-ts`: makes sure that Node is new enough to read the rest, then runs it. An old Node can parse this.

const REQUIRED = [20, 19];
const found = process.versions.node.split(".").map(Number);

if (found[0] > REQUIRED[0] || (found[0] === REQUIRED[0] && found[1] >= REQUIRED[1])) {
  import("../dist/main.js")
    .then(({ run }) => run(process.argv.slice(2)))
    .catch((error) => {
      console.error(error);
      process.exitCode = 1;
    });
} else {
  console.error(
    `kurento-ts needs Node.js ${REQUIRED.join(".")} or newer; this is Node.js ${process.versions.node}.\n` +
      "Install a current one from https://nodejs.org (or with nvm: nvm install 22) and run the same command again.",
  );
  process.exitCode = 1;
}
