// Arithmetic on numbers that wrap: 16-bit sequence numbers and 32-bit timestamps.

/** How far `to` is ahead of `from` on the shorter way round, −32768 to 32767. */
export function sequenceDelta(from: number, to: number): number {
  return ((to - from) << 16) >> 16;
}

/** How far `to` is ahead of `from` on the shorter way round, −2^31 to 2^31 − 1. */
export function timestampDelta(from: number, to: number): number {
  return (to - from) | 0;
}

/** `timestamp` moved by `ticks` (a whole number), wrapped to 32 bits. */
export function addToTimestamp(timestamp: number, ticks: number): number {
  return (timestamp + ticks) >>> 0;
}

/**
 * The sequence number without its wraps (RFC 3550, A.1): the number nearest to `reference` whose low 16 bits are
 * `sequenceNumber`. May be negative when the reference is near 0.
 */
export function extendSequenceNumber(reference: number, sequenceNumber: number): number {
  return reference + sequenceDelta(reference & 0xffff, sequenceNumber);
}
