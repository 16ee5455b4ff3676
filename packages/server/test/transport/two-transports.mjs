// A process of its own: two transports connect to each other without options, and close.
import { processCertificate } from "../../dist/transport/certificate.js";
import { WebRtcTransport } from "../../dist/transport/webrtc-transport.js";

const certificate = await processCertificate();
const sides = [];
let connected = 0;
for (const index of [0, 1]) {
  const listener = {
    onPacket() {},
    onIceState() {},
    onGatheringDone() {},
    onSelectedPair() {},
    onWarning: (message, error) => console.error(message, error),
    onCandidate: (candidate) => index === 1 && sides[0].addRemoteCandidate(candidate),
    onState(state) {
      if (state === "connected") connected += 1;
      if (connected < 2 || state !== "connected") return;
      console.log(`connected by ${sides[0].selectedPair?.local.split(" ")[4]}`);
      for (const side of sides) side.close();
    },
  };
  sides.push(new WebRtcTransport({ certificate }, listener));
}
const parameters = ({ credentials, fingerprint }) => ({ ...credentials, fingerprint });
sides[1].setRemote({ ...parameters(sides[0]), type: "offer", setup: "actpass" });
sides[0].setRemote({ ...parameters(sides[1]), type: "answer", setup: "active" });
for (const side of sides) side.open();
