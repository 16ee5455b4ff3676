// A process of its own: connects and closes pairs of transports, and prints what it held before and after.
import { readdirSync } from "node:fs";
import { processCertificate } from "../../dist/transport/certificate.js";
import { WebRtcTransport } from "../../dist/transport/webrtc-transport.js";

const certificate = await processCertificate();
const packet = Buffer.alloc(1000, 0x55);
packet[0] = 0x80;
packet[1] = 96;

/** One pair: connected, flooded both ways, closed in the middle of it. */
function cycle() {
  return new Promise((resolve, reject) => {
    const sides = [];
    let connected = 0;
    for (const index of [0, 1]) {
      const listener = {
        onPacket() {},
        onIceState() {},
        onGatheringDone() {},
        onSelectedPair() {},
        onWarning: (message, error) => reject(new Error(message, { cause: error })),
        onCandidate: (candidate) => index === 1 && sides[0].addRemoteCandidate(candidate),
        onState(state) {
          if (state !== "connected" || ++connected < 2) return;
          for (let count = 0; count < 20; count += 1) for (const side of sides) side.send(packet);
          for (const side of sides) side.close();
          resolve();
        },
      };
      sides.push(new WebRtcTransport({ certificate }, listener));
    }
    const parameters = ({ credentials, fingerprint }) => ({ ...credentials, fingerprint });
    sides[1].setRemote({ ...parameters(sides[0]), type: "offer", setup: "actpass" });
    sides[0].setRemote({ ...parameters(sides[1]), type: "answer", setup: "active" });
    for (const side of sides) side.open();
  });
}

async function cycles(count) {
  let left = count;
  const run = async () => {
    while (left-- > 0) await cycle();
  };
  await Promise.all([run(), run(), run(), run()]);
}

async function held() {
  // The library closes sockets behind our back: wait until nothing changes any more.
  for (let last = -1, now = 0; last !== now; now = readdirSync("/proc/self/fd").length) {
    last = now;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  globalThis.gc();
  const { rss } = process.memoryUsage();
  return { rss, fds: readdirSync("/proc/self/fd").length, threads: readdirSync("/proc/self/task").length };
}

await cycles(60); // the library, its threads and the allocator get what they keep
const before = await held();
await cycles(Number(process.argv[2]));
console.log(JSON.stringify({ before, after: await held() }));
