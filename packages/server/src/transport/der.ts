// The few ASN.1 values of which an X.509 certificate is made, as DER (X.690): tag, length, content.

function value(tag: number, content: Buffer): Buffer {
  const size = content.length;
  const header =
    size < 0x80
      ? Buffer.of(tag, size)
      : size < 0x100
        ? Buffer.of(tag, 0x81, size)
        : Buffer.of(tag, 0x82, size >> 8, size & 0xff);
  return Buffer.concat([header, content]);
}

/** SEQUENCE of values that are DER already; up to 65,535 bytes. */
export function sequence(...parts: readonly Buffer[]): Buffer {
  return value(0x30, Buffer.concat(parts));
}

/** SET of one value that is DER already. */
export function set(part: Buffer): Buffer {
  return value(0x31, part);
}

/** INTEGER from its big-endian bytes; the caller sees to the sign and that no byte is superfluous. */
export function integer(bytes: Buffer): Buffer {
  return value(0x02, bytes);
}

/** BIT STRING of whole bytes. */
export function bitString(bytes: Buffer): Buffer {
  return value(0x03, Buffer.concat([Buffer.of(0), bytes]));
}

/** UTF8String. */
export function utf8String(text: string): Buffer {
  return value(0x0c, Buffer.from(text, "utf8"));
}

/** UTCTime in seconds; years 1950 to 2049 (RFC 5280, section 4.1.2.5.1). */
export function utcTime(timeMs: number): Buffer {
  const digits = new Date(timeMs).toISOString().replace(/\D/g, "").slice(2, 14);
  return value(0x17, Buffer.from(`${digits}Z`, "ascii"));
}

/** OBJECT IDENTIFIER from its dotted form. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let high = Math.floor(arc / 0x80); high > 0; high = Math.floor(high / 0x80))
      groups.unshift((high & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return value(0x06, Buffer.from(bytes));
}

/** A value inside a context-specific tag, `[number] EXPLICIT`. */
export function contextConstructed(number: number, part: Buffer): Buffer {
  return value(0xa0 | number, part);
}
