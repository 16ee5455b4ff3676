// The smallest show: one master, any number of viewers. An offer goes in, an answer with all candidates comes out.

import { connect } from "@kurento-ts/client";

/** Opens a show on a media server. */
export async function openShow(url: string) {
  const kurento = await connect(url);
  const pipeline = await kurento.create("MediaPipeline");
  const master = await pipeline.create("WebRtcEndpoint");
  return {
    /** Answers the master's offer. */
    master: (offer: string) => master.answerComplete(offer),
    /** Answers a viewer's offer: the viewer gets the master's media. */
    async viewer(offer: string) {
      const viewer = await pipeline.create("WebRtcEndpoint");
      await master.connect(viewer);
      return await viewer.answerComplete(offer);
    },
    /** Ends the show. */
    close: () => kurento.close(),
  };
}
