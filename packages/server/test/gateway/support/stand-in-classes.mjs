// Classes that misbehave on purpose, loaded into a host instead of the built-in elements.

import { KurentoError } from "@kurento-ts/protocol";

class StandIn {
  children = new Set();
  tags = [];
  sendTags = false;

  constructor(context) {
    this.context = context;
    this.id = context.id;
    this.className = context.className;
    this.parent = context.parent;
    this.name = context.id;
    this.parent?.children.add(this);
  }

  getId() {
    return this.id;
  }

  getName() {
    return this.name;
  }

  /** What a name makes an object do. */
  setName(name) {
    switch (name) {
      case "throw":
        throw new Error("this object always fails");
      case "throw-kurento":
        throw new KurentoError("SDP_PARSE_ERROR", "Invalid SDP");
      case "reject":
        return Promise.reject(new Error("this object fails later"));
      case "crash":
        process.kill(process.pid, "SIGKILL");
        return new Promise(() => {});
      case "never":
        return new Promise(() => {});
      case "slow":
        return new Promise((resolve) => setTimeout(resolve, 50));
      case "slow-count":
        return this.countSlowly();
      case "raise":
        this.raise("before the answer");
        return undefined;
      case "raise-later":
        return this.raiseLater();
      case "raise-nonsense":
        this.context.emit("NoSuchEvent", {});
        this.context.emit("Error", { description: 5 });
        return undefined;
      case "warn":
        this.context.warn("something went wrong in the background", new Error("why"));
        return undefined;
      default:
        this.name = name;
        return undefined;
    }
  }

  /** Says in its name how often it ran, after a while; the second time it fails. */
  async countSlowly() {
    this.counted = (this.counted ?? 0) + 1;
    await new Promise((resolve) => setTimeout(resolve, 50));
    this.name = String(this.counted);
    if (this.counted === 2) throw new Error("the second time it fails");
  }

  async raiseLater() {
    await undefined;
    this.raise("first");
    await new Promise((resolve) => setImmediate(resolve));
    this.raise("second");
  }

  raise(description) {
    this.context.emit("Error", { description, errorCode: 40003, type: "STAND_IN" });
  }

  getParent() {
    return this.parent;
  }

  getMediaPipeline() {
    return this.parent ?? this;
  }

  getChildren() {
    return [...this.children];
  }

  getSendTagsInEvents() {
    return this.sendTags;
  }

  setSendTagsInEvents(sendTags) {
    this.sendTags = sendTags;
  }

  addTag(key, value) {
    this.tags.push({ key, value });
  }

  getTags() {
    return this.tags;
  }

  connect(sink, mediaType, sourceMediaDescription, sinkMediaDescription) {
    this.name = JSON.stringify([sink.id, mediaType, sourceMediaDescription, sinkMediaDescription]);
  }

  release() {
    this.parent?.children.delete(this);
    if (this.name === "slow-release") return new Promise((resolve) => setTimeout(resolve, 20));
    if (this.name === "failing-release") throw new Error("cannot end");
    return undefined;
  }
}

export function createHostedClasses() {
  const make = (context) => new StandIn(context);
  return new Map([
    ["MediaPipeline", make],
    ["PassThrough", make],
    ["Dispatcher", make],
    ["HubPort", make],
    [
      "ZBarFilter",
      () => {
        throw new Error("cannot be made");
      },
    ],
  ]);
}
