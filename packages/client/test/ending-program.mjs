// A program that a test runs as a process of its own: it connects, ends its client in the given way, and has to end itself.

import { connect } from "@kurento-ts/client";

const [, , url = "", how] = process.argv;

if (how === "refused" || how === "timeout") {
  const address = how === "refused" ? "ws://127.0.0.1:1/kurento" : url;
  await connect(address, { connectTimeoutMs: how === "timeout" ? 1 : 9_000 }).catch(() => undefined);
} else {
  const kurento = await connect(url, { reconnect: false });
  kurento.on("error", () => undefined);
  const pipeline = await kurento.create("MediaPipeline");
  pipeline.on("Error", () => undefined);
  pipeline.once("Error").catch(() => undefined);
  const hanging = pipeline.getName({ timeoutMs: 60_000 }).catch(() => undefined);
  if (how === "close") await kurento.close();
  if (how === "dispose") await kurento[Symbol.asyncDispose]();
  if (how === "lost") await kurento.closed;
  await hanging;
}
console.log(Date.now());
