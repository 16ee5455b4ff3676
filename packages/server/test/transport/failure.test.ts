// A connection that cannot come up, or whose peer vanishes, ends in `failed` with a reason, in bounded time.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { RemoteParameters } from "../../src/transport/remote-description.ts";
import { makePair, makeSide, parametersOf, rtpPacket } from "./transport-pair.ts";

/** Opens a pair in which the offerer believes something wrong of the answerer. */
async function openWrongPair(wrong: Partial<RemoteParameters>): ReturnType<typeof makePair> {
  const pair = await makePair();
  pair.answerer.transport.setRemote(parametersOf(pair.offerer, "offer"));
  pair.offerer.transport.setRemote({ ...parametersOf(pair.answerer, "answer"), ...wrong });
  pair.offerer.transport.open();
  pair.answerer.transport.open();
  return pair;
}

describe.concurrent("in bounded time", () => {
  test("an answer with the fingerprint of another certificate fails the connection at once, on both sides", async () => {
    const other = await makeSide();
    await using pair = await openWrongPair({ fingerprint: other.transport.fingerprint });
    const { offerer, answerer } = pair;
    await Promise.all([offerer.heard.untilState("failed", 5_000), answerer.heard.untilState("failed", 5_000)]);
    expect(offerer.heard.states).toEqual(["connecting", "failed"]);
    expect(offerer.heard.warnings.filter((warning) => warning.startsWith("DTLS failed"))).toHaveLength(1);
    expect(offerer.transport.send(rtpPacket(96, 1, 1))).toBe(false);
  });

  test("an offer with the fingerprint of another certificate fails the connection at once, on both sides", async () => {
    const [pair, other] = await Promise.all([makePair(), makeSide()]);
    await using _ = pair;
    const { offerer, answerer } = pair;
    answerer.transport.setRemote({ ...parametersOf(offerer, "offer"), fingerprint: other.transport.fingerprint });
    offerer.transport.setRemote(parametersOf(answerer, "answer"));
    offerer.transport.open();
    answerer.transport.open();
    await Promise.all([offerer.heard.untilState("failed", 5_000), answerer.heard.untilState("failed", 5_000)]);
    expect(answerer.heard.states).toEqual(["connecting", "failed"]);
    expect(answerer.heard.warnings.filter((warning) => warning.startsWith("DTLS failed"))).toHaveLength(1);
  });

  test("a handshake that nobody begins is given up after its limit", async () => {
    await using pair = await makePair();
    const { offerer, answerer } = pair;
    answerer.transport.setRemote({ ...parametersOf(offerer, "offer"), setup: "active" }); // each side is told that the
    offerer.transport.setRemote({ ...parametersOf(answerer, "answer"), setup: "active" }); // other one begins
    for (const { transport } of [offerer, answerer]) transport.open({ handshakeTimeoutMs: 500 });
    await Promise.all([offerer.heard.untilState("failed", 5_000), answerer.heard.untilState("failed", 5_000)]);
    expect(answerer.heard.warnings[0]).toMatch(/no handshake within 500 ms/);
    expect(answerer.heard.iceStates).not.toContain("failed");
  });

  test("without a way to the peer ICE fails within 45 s", async () => {
    const [side, other] = await Promise.all([makeSide(), makeSide()]);
    side.transport.setRemote(parametersOf(other, "offer"));
    side.transport.addRemoteCandidate("candidate:1 1 udp 1 127.0.0.1 9 typ host");
    side.transport.open();
    await side.heard.untilState("failed", 45_000);
    expect(side.heard.warnings[0]).toMatch(/^ICE failed: no way to the peer was found, with 1 remote candidates/);
    expect(side.heard.iceStates).toEqual(["checking", "failed"]);
  }, 60_000);

  test("a peer whose process is killed is noticed within 45 s", async () => {
    const side = await makeSide();
    const peer = fork(fileURLToPath(new URL("./answering-peer.mjs", import.meta.url)));
    peer.on("message", (message: { parameters?: RemoteParameters; candidate?: string }) => {
      if (message.parameters !== undefined) side.transport.setRemote(message.parameters);
      if (message.candidate !== undefined) side.transport.addRemoteCandidate(message.candidate);
    });
    peer.send({ parameters: parametersOf(side, "offer") });
    side.transport.open();
    await side.heard.untilState("connected");
    peer.kill("SIGKILL");
    await once(peer, "exit");
    await side.heard.until(
      "disconnected or failed",
      ({ states }) => states.includes("disconnected") || states.includes("failed"),
      45_000,
    );
    side.transport.close();
  }, 60_000);
});
