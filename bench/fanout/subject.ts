// What the benchmark measures: a server that forwards one presenter to viewers, ours or the bare one it is compared with.
import { connect, type WebRtcEndpoint } from "@kurento-ts/client";
import { Child } from "./child.ts";
import type { Role } from "./peer-sdp.ts";

/** A running server with a show in it. */
export interface Subject {
  /** Its process; what it does in children counts as well. */
  readonly pid: number;
  /** Answers an offer, with all candidates in the answer. The presenter comes first. */
  answer(role: Role, offer: string): Promise<string>;
  end(): Promise<void>;
}

/** Benchmark → forwarder and back. */
export interface ForwarderOrder {
  readonly seq: number;
  readonly role: Role;
  readonly offer: string;
}
export type ForwarderReport =
  | { readonly kind: "ready" }
  | { readonly kind: "answer"; readonly seq: number; readonly sdp: string };

/** The least that can forward with node-datachannel. */
export async function startBare(): Promise<Subject> {
  const child = new Child<ForwarderOrder, ForwarderReport>("./bare-forwarder.ts");
  await child.report("ready", (report) => report.kind === "ready" || undefined);
  let lastSeq = 0;
  return {
    pid: child.pid,
    async answer(role, offer) {
      const seq = ++lastSeq;
      const answered = child.report("answer", (report) =>
        report.kind === "answer" && report.seq === seq ? report.sdp : undefined,
      );
      child.send({ seq, role, offer });
      return answered;
    },
    end: () => child.end(),
  };
}

/** Our server in a process of its own with its host, driven by our client as an application would. */
export async function startOurs(): Promise<Subject> {
  const child = new Child<never, { kind: "ready"; url: string }>("./media-server.mjs");
  const url = await child.report("ready", (report) => report.url);
  const kurento = await connect(url);
  const pipeline = await kurento.create("MediaPipeline");
  let presenter: WebRtcEndpoint | undefined;
  return {
    pid: child.pid,
    async answer(role, offer) {
      const endpoint = await pipeline.create("WebRtcEndpoint");
      if (role === "presenter") presenter = endpoint;
      const answer = await endpoint.answerComplete(offer);
      if (role === "viewer") await presenter?.connect(endpoint);
      return answer;
    },
    async end() {
      await pipeline.release();
      await kurento.close();
      await child.end();
    },
  };
}
