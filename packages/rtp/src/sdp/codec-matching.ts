// Which codecs of a peer are codecs of ours: by name, clock rate and profile.

import type { CodecCapability } from "./local-session.ts";
import type { SdpCodec, SdpFormatParameters } from "./session-description.ts";

/** A codec of the peer's m-line that we have too. */
export interface CommonCodec {
  /** As the peer wrote it. */
  readonly codec: SdpCodec;
  readonly capability: CodecCapability;
  /** The peer's RTX for this codec, where we have RTX too. */
  readonly rtx: SdpCodec | undefined;
}

/** The codecs that both sides have, in the peer's order. `hasRtx` false leaves RTX out. */
export function commonCodecs(
  theirs: readonly SdpCodec[],
  ours: readonly CodecCapability[],
  hasRtx: boolean,
): CommonCodec[] {
  const common: CommonCodec[] = [];
  for (const codec of theirs) {
    const capability = ours.find((candidate) => isSameCodec(codec, candidate));
    if (capability === undefined) continue;
    common.push({ codec, capability, rtx: hasRtx && capability.rtx ? rtxFor(theirs, codec.payloadType) : undefined });
  }
  return common;
}

/** The RTX payload type whose `apt` is the given one (RFC 4588, section 8.6). */
export function rtxFor(codecs: readonly SdpCodec[], payloadType: number): SdpCodec | undefined {
  return codecs.find(
    ({ name, parameters }) => name.toLowerCase() === "rtx" && parameters.get("apt") === String(payloadType),
  );
}

/**
 * True when a payload type and a capability mean the same codec: names without regard to case, clock rate, channels,
 * and where a codec has incompatible kinds, these: `packetization-mode` and profile of H264 (the level may differ,
 * RFC 6184 section 8.2.2), `profile-id` of VP9, `profile` of AV1.
 */
export function isSameCodec(codec: SdpCodec, capability: CodecCapability): boolean {
  const name = codec.name.toLowerCase();
  if (name !== capability.name.toLowerCase() || codec.clockRate !== capability.clockRate) return false;
  if ((codec.channels ?? 1) !== (capability.channels ?? 1)) return false;
  const ours = new Map(Object.entries(capability.parameters ?? {}));
  return profileOf(name, codec.parameters) === profileOf(name, ours);
}

function profileOf(name: string, parameters: SdpFormatParameters): string {
  if (name === "vp9") return parameters.get("profile-id") ?? "0";
  if (name === "av1") return parameters.get("profile") ?? "0";
  if (name !== "h264") return "";
  return `${h264Profile(parameters.get("profile-level-id"))} ${parameters.get("packetization-mode") ?? "0"}`;
}

/**
 * The profile in `profile-level-id` (RFC 6184, section 8.1, table 5): several values mean one profile. Browsers take
 * a missing one for constrained baseline.
 */
function h264Profile(profileLevelId: string | undefined): string {
  if (profileLevelId === undefined) return "constrained baseline";
  if (!/^[0-9a-f]{6}$/i.test(profileLevelId)) return profileLevelId;
  const idc = Number.parseInt(profileLevelId.slice(0, 2), 16);
  const constraints = Number.parseInt(profileLevelId.slice(2, 4), 16);
  const has = (bit: number): boolean => (constraints & (0x80 >> bit)) !== 0;
  if ((idc === 0x42 && has(1)) || (idc === 0x4d && has(0)) || (idc === 0x58 && has(0) && has(1))) {
    return "constrained baseline";
  }
  if (idc === 0x42 || (idc === 0x58 && has(0))) return "baseline";
  if (idc === 0x4d) return "main";
  if (idc === 0x64) return has(4) && has(5) ? "constrained high" : "high";
  return profileLevelId.slice(0, 4).toLowerCase();
}
