// The page: captures or plays, signals over a WebSocket, and shows what is going on.

const element = (id) => document.getElementById(id);
const stage = element("stage");
const video = element("video");

/** What this page does now: nothing, or one connection in a role. */
let current = null;
let socket;
let reconnectDelayMs = 250;
let lastState = { presenting: false, viewers: 0, mediaServer: false };

function openSocket() {
  socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/signalling`);
  socket.addEventListener("open", () => {
    reconnectDelayMs = 250;
  });
  socket.addEventListener("message", ({ data }) => {
    receive(JSON.parse(data)).catch((error) => finish(explain(error), "bad"));
  });
  socket.addEventListener("close", () => {
    if (current) finish("The connection to the application was lost.", "bad");
    showState({ presenting: false, viewers: 0, mediaServer: false });
    chip("media-server", "application not reachable", "bad");
    setTimeout(openSocket, reconnectDelayMs);
    reconnectDelayMs = Math.min(reconnectDelayMs * 2, 4000);
  });
}

const say = (message) => {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
};

async function receive(message) {
  switch (message.type) {
    case "state":
      showState(message);
      break;
    case "answer":
      await current?.peer.setRemoteDescription({ type: "answer", sdp: message.answer });
      break;
    case "candidate":
      await current?.peer
        .addIceCandidate(message.candidate)
        .catch((error) => console.warn("candidate refused:", error));
      break;
    case "refused":
      if (current) finish(message.reason, "bad");
      break;
    case "ended":
      // Who has ended its own part knows why.
      if (current) finish(message.reason);
      break;
  }
}

/** Starts to present or to watch. */
async function begin(role) {
  finish();
  notice("");
  const mine = { role, peer: new RTCPeerConnection(), stream: null, lastBytes: 0, lastTime: 0 };
  current = mine;
  enableButtons();
  showRole(role === "present" ? "asking for the camera …" : "joining …");
  const { peer } = mine;
  peer.addEventListener("icecandidate", ({ candidate }) => {
    if (candidate && current === mine) say({ type: "candidate", candidate });
  });
  peer.addEventListener("connectionstatechange", () => {
    if (current !== mine) return;
    if (peer.connectionState === "failed") {
      say({ type: "stop" });
      finish("The media connection failed.", "bad");
    } else showRole(peer.connectionState);
  });
  try {
    if (role === "present") await capture(mine);
    else play(mine);
    if (current !== mine) return;
    await peer.setLocalDescription();
    if (current === mine) say({ type: role, offer: peer.localDescription.sdp });
  } catch (error) {
    if (current === mine) finish(explain(error), "bad");
  }
}

async function capture(mine) {
  if (!navigator.mediaDevices) throw new Error("This page gets the camera only on localhost or over HTTPS.");
  mine.stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 480 } });
  if (current !== mine) {
    for (const track of mine.stream.getTracks()) track.stop();
    return;
  }
  for (const track of mine.stream.getTracks()) mine.peer.addTrack(track, mine.stream);
  video.muted = true;
  video.srcObject = mine.stream;
}

function play(mine) {
  mine.peer.addTransceiver("audio", { direction: "recvonly" });
  mine.peer.addTransceiver("video", { direction: "recvonly" });
  mine.peer.addEventListener("track", ({ streams }) => {
    if (current !== mine || video.srcObject === streams[0]) return;
    video.srcObject = streams[0];
    video.muted = false;
    video.play().catch(() => {
      // Browsers refuse sound before the first click: play silently and offer the click.
      video.muted = true;
      element("unmute").hidden = false;
      video.play().catch(() => undefined);
    });
  });
}

/** Ends what this page does, with a notice or without. */
function finish(text, tone) {
  if (current) {
    current.peer.close();
    for (const track of current.stream?.getTracks() ?? []) track.stop();
  }
  current = null;
  video.srcObject = null;
  element("unmute").hidden = true;
  for (const id of ["bitrate", "resolution", "frame-rate"]) element(id).textContent = "–";
  showRole("idle");
  enableButtons();
  if (text) notice(text, tone);
}

function showState(state) {
  lastState = state;
  chip(
    "media-server",
    state.mediaServer ? "media server connected" : "media server not reachable",
    state.mediaServer ? "good" : "bad",
  );
  chip("show", state.presenting ? "show is on" : "no show", state.presenting ? "good" : "");
  chip("viewers", state.viewers === 1 ? "1 viewer" : `${state.viewers} viewers`, "");
  enableButtons();
  if (wantsToWatch && state.presenting && !current) {
    wantsToWatch = false;
    begin("watch");
  }
}

function enableButtons() {
  element("present").disabled = current !== null || !lastState.mediaServer || lastState.presenting;
  element("watch").disabled = current !== null || !lastState.mediaServer;
  element("stop").disabled = current === null;
}

function showRole(state) {
  stage.dataset.role = current ? current.role : "idle";
  element("state").textContent = current
    ? `${current.role === "present" ? "presenting" : "watching"}: ${state}`
    : "idle";
  element("badge").hidden = !current;
  element("badge").textContent = current?.role === "present" ? "You" : "Live";
}

function chip(id, text, tone) {
  element(id).textContent = text;
  element(id).dataset.tone = tone;
}

function notice(text, tone = "") {
  element("notice").textContent = text;
  element("notice").dataset.tone = tone;
  element("notice").hidden = text === "";
}

function explain(error) {
  if (error.name === "NotAllowedError") return "The browser did not allow the camera.";
  if (error.name === "NotFoundError") return "No camera or microphone was found.";
  return error.message;
}

/** Once a second: bitrate, resolution and frame rate of what is sent or played. */
async function measure() {
  const mine = current;
  if (mine?.peer.connectionState !== "connected") return;
  const kind = mine.role === "present" ? "outbound-rtp" : "inbound-rtp";
  let bytes = 0;
  let picture;
  for (const report of (await mine.peer.getStats()).values()) {
    if (report.type !== kind) continue;
    bytes += report.bytesSent ?? report.bytesReceived ?? 0;
    if (report.kind === "video") picture = report;
  }
  const now = performance.now();
  if (mine.lastTime > 0 && mine === current) {
    const kilobits = ((bytes - mine.lastBytes) * 8) / (now - mine.lastTime);
    element("bitrate").textContent =
      kilobits >= 1000 ? `${(kilobits / 1000).toFixed(2)} Mbit/s` : `${kilobits.toFixed(0)} kbit/s`;
    element("resolution").textContent = picture?.frameWidth ? `${picture.frameWidth} × ${picture.frameHeight}` : "–";
    element("frame-rate").textContent = picture?.framesPerSecond?.toFixed(0) ?? "–";
  }
  mine.lastBytes = bytes;
  mine.lastTime = now;
}

element("present").addEventListener("click", () => begin("present"));
element("watch").addEventListener("click", () => begin("watch"));
element("stop").addEventListener("click", () => {
  say({ type: "stop" });
  finish("Stopped.");
});
element("unmute").addEventListener("click", () => {
  video.muted = false;
  element("unmute").hidden = true;
});
setInterval(() => measure().catch((error) => console.warn("statistics:", error)), 1000);

/** `?watch` in the address joins by itself as soon as a show is on. */
let wantsToWatch = new URLSearchParams(location.search).has("watch");
openSocket();
