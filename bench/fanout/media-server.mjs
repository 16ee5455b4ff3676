// Our media server in a process of its own, as the fan-out benchmark measures it.
import { startServer } from "@kurento-ts/server";

const server = await startServer({ port: 0 });
process.on("disconnect", () => server.close().then(() => process.exit()));
process.send({ kind: "ready", url: server.url });
