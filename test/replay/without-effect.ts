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
    member: "`BaseRtpEndpoint.minVideoSendBandwidth`, `maxVideoSendBandwidth`",
    because: "nothing is encoded: what is forwarded keeps its bitrate",
  },
  {
    member: "`BaseRtpEndpoint.mtu`",
    because: "packets are forwarded in the size in which they come",
  },
  {
    member: "`WebRtcEndpoint.iceTcp`, a `turnUrl` with `transport=tcp` or `tls`",
    because: "ICE goes over UDP; the transport underneath has no other",
  },
  {
    member: "`qosDscp` in the constructor of `WebRtcEndpoint`",
    because: "the transport underneath cannot mark its packets",
  },
  {
    member: "`useDataChannels` in the constructor of `WebRtcEndpoint`",
    because: "data channels come with a later version; their operations answer 40006",
  },
  {
    member: "`MediaElement.dumpGstreamerDot`, `MediaPipeline.dumpGstreamerDot`",
    because: "there is no GStreamer: the graph is written to the log instead of a file",
  },
];
