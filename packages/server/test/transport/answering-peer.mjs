// A process of its own: answers the transport of its parent, over the messages between the two.
import { processCertificate } from "../../dist/transport/certificate.js";
import { WebRtcTransport } from "../../dist/transport/webrtc-transport.js";

const certificate = await processCertificate();
const listener = {
  onPacket() {},
  onState() {},
  onIceState() {},
  onGatheringDone() {},
  onSelectedPair() {},
  onWarning: (message, error) => console.error(message, error),
  onCandidate: (candidate) => process.send({ candidate }),
};
const transport = new WebRtcTransport({ certificate }, listener);
process.on("message", ({ parameters }) => {
  if (parameters === undefined) return;
  transport.setRemote(parameters);
  const { credentials, fingerprint } = transport;
  process.send({ parameters: { ...credentials, fingerprint, type: "answer", setup: "active" } });
  transport.open();
});
