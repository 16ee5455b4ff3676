// A worker thread that tries to open a transport and reports what it is told.
import { parentPort } from "node:worker_threads";
import { processCertificate } from "../../dist/transport/certificate.js";
import { WebRtcTransport } from "../../dist/transport/webrtc-transport.js";

const listener = {
  onState() {},
  onIceState() {},
  onWarning: (message, error) => parentPort.postMessage(`${message}: ${error?.message}`),
};
new WebRtcTransport({ certificate: await processCertificate() }, listener).open();
