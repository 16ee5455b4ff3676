// An offer as a browser makes it, to be spoilt in every way.

/** What is a peer's own in an offer. */
export interface PeerIdentity {
  readonly ufrag: string;
  readonly pwd: string;
  /** sha-256, as in an SDP. */
  readonly fingerprint: string;
}

const NOBODY: PeerIdentity = {
  ufrag: "4ZcD",
  pwd: "2/1muCWoOi3uLifh0NuRHlq5",
  fingerprint: Array(32).fill("AB").join(":"),
};

/** Sound in Opus and a picture in VP8, sent and received, bundled; CRLF at each end of line. */
export function goodOffer({ ufrag, pwd, fingerprint }: PeerIdentity = NOBODY): string {
  const transport = [
    "c=IN IP4 0.0.0.0",
    "a=rtcp:9 IN IP4 0.0.0.0",
    `a=ice-ufrag:${ufrag}`,
    `a=ice-pwd:${pwd}`,
    "a=ice-options:trickle",
    `a=fingerprint:sha-256 ${fingerprint}`,
    "a=setup:actpass",
  ];
  return [
    "v=0",
    "o=- 4611731400430051336 2 IN IP4 127.0.0.1",
    "s=-",
    "t=0 0",
    "a=group:BUNDLE 0 1",
    "a=msid-semantic: WMS",
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 0",
    ...transport,
    "a=mid:0",
    "a=sendrecv",
    "a=rtcp-mux",
    "a=rtpmap:111 opus/48000/2",
    "a=fmtp:111 minptime=10;useinbandfec=1",
    "a=rtpmap:0 PCMU/8000",
    "a=ssrc:1001 cname:peer",
    "m=video 9 UDP/TLS/RTP/SAVPF 96 97",
    ...transport,
    "a=mid:1",
    "a=extmap:3 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "a=sendrecv",
    "a=rtcp-mux",
    "a=rtcp-rsize",
    "a=rtpmap:96 VP8/90000",
    "a=rtcp-fb:96 goog-remb",
    "a=rtcp-fb:96 ccm fir",
    "a=rtcp-fb:96 nack",
    "a=rtcp-fb:96 nack pli",
    "a=rtpmap:97 rtx/90000",
    "a=fmtp:97 apt=96",
    "a=ssrc-group:FID 2001 2002",
    "a=ssrc:2001 cname:peer",
    "a=ssrc:2002 cname:peer",
    "",
  ].join("\r\n");
}
