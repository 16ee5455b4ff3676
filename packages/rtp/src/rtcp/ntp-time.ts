// Milliseconds since the Unix epoch and the NTP timestamps of sender reports, one into the other.

/** Milliseconds from 1900 (NTP era 0) to 1970. */
const NTP_TO_UNIX_MS = 2_208_988_800_000;
const TWO_POW_32 = 4_294_967_296;

/** Upper 32 bits of the NTP timestamp: seconds since 1900, modulo 2^32. */
export function ntpSeconds(unixMs: number): number {
  return Math.floor((unixMs + NTP_TO_UNIX_MS) / 1000) >>> 0;
}

/** Lower 32 bits of the NTP timestamp: the fraction of the second. */
export function ntpFraction(unixMs: number): number {
  const ms = unixMs + NTP_TO_UNIX_MS;
  return Math.floor(((ms - Math.floor(ms / 1000) * 1000) / 1000) * TWO_POW_32) >>> 0;
}

/** Milliseconds since the Unix epoch of an NTP timestamp of the era that ends in 2036. */
export function ntpToUnixMs(seconds: number, fraction: number): number {
  return seconds * 1000 + (fraction * 1000) / TWO_POW_32 - NTP_TO_UNIX_MS;
}

/** The middle 32 bits, as LSR carries them (RFC 3550, section 6.4.1): units of 1/65536 s. */
export function ntpMiddle(seconds: number, fraction: number): number {
  return (((seconds & 0xffff) << 16) | (fraction >>> 16)) >>> 0;
}

/** Milliseconds as DLSR carries them: units of 1/65536 s, at most 2^32 − 1. */
export function toShortNtp(ms: number): number {
  return Math.min(Math.max(Math.round(ms * 65.536), 0), 0xffffffff);
}

/** The reverse of {@link toShortNtp}. */
export function fromShortNtp(units: number): number {
  return units / 65.536;
}
