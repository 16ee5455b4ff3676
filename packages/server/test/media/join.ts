// Joins peers in pages to endpoints of the test, without a gateway between them.

import type { Page } from "puppeteer-core";
import { PagePeer, type PagePeerOptions } from "../../../../test/support/page-peer.ts";
import type { WebRtcEndpoint } from "../../src/elements/web-rtc-endpoint.ts";
import type { HostedObject } from "../../src/host/hosted-object.ts";
import type { ObjectFixture } from "./object-fixture.ts";

/** An endpoint and its peer in a page. */
export interface Joined {
  readonly endpoint: WebRtcEndpoint;
  readonly peer: PagePeer;
}

/** Waits until the endpoint knows all its candidates, and gives its description with them inside. */
export async function completeDescription(fixture: ObjectFixture, endpoint: WebRtcEndpoint): Promise<string> {
  endpoint.gatherCandidates();
  await fixture.waitFor(({ source, type }) => source === endpoint && type === "IceGatheringDone");
  return endpoint.getLocalSessionDescriptor();
}

/** Answers a peer's offer, without trickle. */
export async function answerPeer(fixture: ObjectFixture, endpoint: WebRtcEndpoint, peer: PagePeer): Promise<void> {
  await endpoint.processOffer(await peer.offer());
  await peer.accept(await completeDescription(fixture, endpoint));
}

/** Makes an endpoint and a peer, and joins them. */
export async function join(
  fixture: ObjectFixture,
  pipeline: HostedObject,
  page: Page,
  options: PagePeerOptions = {},
): Promise<Joined> {
  const endpoint = fixture.endpoint(pipeline);
  const peer = await PagePeer.open(page, options);
  await answerPeer(fixture, endpoint, peer);
  return { endpoint, peer };
}
