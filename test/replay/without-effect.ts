// What this server accepts without doing anything with it. The compatibility page is made from this.

/** A property, parameter or option that is kept or taken and has no effect. */
export interface WithoutEffect {
  /** As `MediaElement.encoderBitrate`. */
  readonly member: string;
  readonly because: string;
}

/** Everything that has no effect. */
export const WITHOUT_EFFECT: readonly WithoutEffect[] = [
  {
    member:
      "`MediaElement.encoderBitrate`, `minEncoderBitrate`, `maxEncoderBitrate`, `setAudioFormat`, `setVideoFormat`",
    because: "nothing is encoded: media is forwarded in the codec in which it comes",
  },
  {
    member: "`MediaElement.dumpGstreamerDot`, `MediaPipeline.dumpGstreamerDot`",
    because: "there is no GStreamer: the graph is written to the log instead of a file",
  },
];
