// Which of the codecs that a viewer has negotiated can carry a track as it is.

import type { NegotiatedCodec, SdpFormatParameters } from "@kurento-ts/rtp";
import type { TrackFormat } from "./track.ts";

/**
 * The viewer's codec for the packets of a track, undefined when it has none. Name, clock and channels must be equal, for
 * VP9 and AV1 the profile too, for H264 the packetization mode; among H264 profiles the same one is preferred, but
 * every decoder that browsers have plays any of them.
 */
export function matchCodec(codecs: readonly NegotiatedCodec[], format: TrackFormat): NegotiatedCodec | undefined {
  const name = format.codec.toUpperCase();
  const same = codecs.filter(
    (codec) =>
      codec.name.toUpperCase() === name &&
      codec.clockRate === format.clockRate &&
      (codec.channels ?? 1) === (format.channels ?? 1),
  );
  switch (name) {
    case "VP9":
      return same.find((codec) => equal(codec.parameters, format.parameters, "profile-id", "0"));
    case "AV1":
      return same.find((codec) => equal(codec.parameters, format.parameters, "profile", "0"));
    case "H264": {
      const mode = same.filter((codec) => equal(codec.parameters, format.parameters, "packetization-mode", "0"));
      return mode.find((codec) => h264Profile(codec.parameters) === h264Profile(format.parameters)) ?? mode[0];
    }
    default:
      return same[0];
  }
}

/** A codec in words, for messages: `H264/90000 (profile-level-id 42e01f)`. */
export function describeCodec(codec: Pick<NegotiatedCodec, "name" | "clockRate" | "parameters">): string {
  const profile =
    codec.parameters.get("profile-level-id") ?? codec.parameters.get("profile-id") ?? codec.parameters.get("profile");
  return `${codec.name}/${codec.clockRate}${profile === undefined ? "" : ` (profile ${profile})`}`;
}

function equal(a: SdpFormatParameters, b: SdpFormatParameters, name: string, otherwise: string): boolean {
  return (a.get(name) ?? otherwise) === (b.get(name) ?? otherwise);
}

/** profile_idc and the constraint flags, without the level (RFC 6184, section 8.1). */
function h264Profile(parameters: SdpFormatParameters): string {
  return (parameters.get("profile-level-id") ?? "42e01f").slice(0, 4).toLowerCase();
}
