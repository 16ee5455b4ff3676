// The certificates that identify this process in DTLS handshakes: self-signed, one per kind of key, made once.

import { createPrivateKey, generateKeyPair, type KeyObject, randomBytes, sign, X509Certificate } from "node:crypto";
import { promisify } from "node:util";
import { bitString, contextConstructed, integer, objectIdentifier, sequence, set, utcTime, utf8String } from "./der.ts";

/** The kind of key in a certificate: ECDSA on P-256, or RSA with 2048 bits. */
export type CertificateKeyType = "ecdsa" | "rsa";

/** A fingerprint as in `a=fingerprint` (RFC 8122, section 5). */
export interface Fingerprint {
  /** Lower-case name of the hash, such as `sha-256`. */
  readonly algorithm: string;
  /** Upper-case hexadecimal bytes with colons between them. */
  readonly value: string;
}

/** A certificate with its private key. */
export interface DtlsCertificate {
  readonly keyType: CertificateKeyType;
  readonly certificatePem: string;
  /** PKCS #8, not encrypted. */
  readonly privateKeyPem: string;
  readonly fingerprint: Fingerprint;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** Browsers accept their own for 30 days and others' at any age; a server runs for long. */
const VALIDITY_MS = 10 * 365 * DAY_MS;

const SIGNATURE_OIDS: Record<CertificateKeyType, string> = {
  ecdsa: "1.2.840.10045.4.3.2", // ecdsa-with-SHA256, RFC 5758
  rsa: "1.2.840.113549.1.1.11", // sha256WithRSAEncryption, RFC 4055
};
const COMMON_NAME_OID = "2.5.4.3";

const generate = promisify(generateKeyPair);
const made = new Map<CertificateKeyType, Promise<DtlsCertificate>>();

/** The certificate of this process for one kind of key: made at the first call (ECDSA 2 ms, RSA a few 100 ms), then the same. */
export function processCertificate(keyType: CertificateKeyType = "ecdsa"): Promise<DtlsCertificate> {
  let certificate = made.get(keyType);
  if (certificate === undefined) {
    certificate = generateCertificate(keyType);
    made.set(keyType, certificate);
    certificate.catch(() => made.delete(keyType));
  }
  return certificate;
}

/** Makes a new key and a self-signed X.509 certificate for it (RFC 5280), valid from yesterday for ten years. */
export async function generateCertificate(keyType: CertificateKeyType = "ecdsa"): Promise<DtlsCertificate> {
  const keys =
    keyType === "ecdsa"
      ? await generate("ec", { namedCurve: "P-256" })
      : await generate("rsa", { modulusLength: 2048, publicExponent: 0x10001 });
  return describe(selfSigned(keyType, keys.publicKey, keys.privateKey), keys.privateKey, keyType);
}

/**
 * Reads a certificate and its private key from PEM text, both in one text in any order, as Kurento's `pemCertificate…`
 * files are.
 *
 * @throws TypeError when one of the two is missing or malformed, they do not belong together, or the key is neither
 * RSA nor EC.
 */
export function certificateFromPem(pem: string): DtlsCertificate {
  let certificate: X509Certificate;
  let key: KeyObject;
  try {
    certificate = new X509Certificate(pem);
    key = createPrivateKey(pem);
  } catch (cause) {
    throw new TypeError("PEM: expected a certificate and its private key, not encrypted", { cause });
  }
  if (!certificate.checkPrivateKey(key)) throw new TypeError("PEM: the private key does not belong to the certificate");
  const type = key.asymmetricKeyType;
  if (type !== "ec" && type !== "rsa") throw new TypeError(`PEM: expected an EC or RSA key, got ${String(type)}`);
  return describe(certificate, key, type === "ec" ? "ecdsa" : "rsa");
}

function describe(certificate: X509Certificate, key: KeyObject, keyType: CertificateKeyType): DtlsCertificate {
  return {
    keyType,
    certificatePem: certificate.toString(),
    privateKeyPem: key.export({ type: "pkcs8", format: "pem" }).toString(),
    fingerprint: { algorithm: "sha-256", value: certificate.fingerprint256 },
  };
}

function selfSigned(keyType: CertificateKeyType, publicKey: KeyObject, privateKey: KeyObject): X509Certificate {
  const algorithm = sequence(objectIdentifier(SIGNATURE_OIDS[keyType]), ...(keyType === "rsa" ? [NULL] : []));
  const name = sequence(set(sequence(objectIdentifier(COMMON_NAME_OID), utf8String("kurento-ts"))));
  const now = Date.now();
  const serial = randomBytes(16);
  serial.writeUInt8((serial.readUInt8(0) & 0x7f) | 0x40, 0); // positive, and no leading zero
  const toBeSigned = sequence(
    contextConstructed(0, integer(Buffer.of(2))), // version 3
    integer(serial),
    algorithm,
    name,
    sequence(utcTime(now - DAY_MS), utcTime(now + VALIDITY_MS)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
  );
  return new X509Certificate(sequence(toBeSigned, algorithm, bitString(sign("sha256", toBeSigned, privateKey))));
}

const NULL = Buffer.of(0x05, 0x00);
