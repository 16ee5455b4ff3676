// The certificates are well-formed X.509, stand for the key that they come with, and are made once a process.
import { X509Certificate } from "node:crypto";
import { expect, test } from "vitest";
import { certificateFromPem, generateCertificate, processCertificate } from "../../src/transport/certificate.ts";

test.each(["ecdsa", "rsa"] as const)(
  "a certificate with an %s key is signed by itself, is valid now, and has its fingerprint",
  async (type) => {
    const made = await generateCertificate(type);
    const read = new X509Certificate(made.certificatePem);
    expect(made.keyType).toBe(type);
    expect(read.publicKey.asymmetricKeyType).toBe(type === "ecdsa" ? "ec" : "rsa");
    expect(read.verify(read.publicKey)).toBe(true);
    expect(read.checkIssued(read)).toBe(true);
    expect(read.subject).toBe("CN=kurento-ts");
    expect(Date.parse(read.validFrom)).toBeLessThan(Date.now());
    expect(Date.parse(read.validTo)).toBeGreaterThan(Date.now() + 365 * 86_400_000);
    expect(made.fingerprint).toEqual({ algorithm: "sha-256", value: read.fingerprint256 });
  },
);

test("the process has one certificate a kind of key", async () => {
  const [first, second, rsa] = await Promise.all([
    processCertificate(),
    processCertificate("ecdsa"),
    processCertificate("rsa"),
  ]);
  expect(first).toBe(second);
  expect(rsa.fingerprint).not.toEqual(first.fingerprint);
});

test.each(["ecdsa", "rsa"] as const)(
  "a certificate and key from one PEM text are the same %s certificate again",
  async (type) => {
    const made = await generateCertificate(type);
    expect(certificateFromPem(made.certificatePem + made.privateKeyPem)).toEqual(made);
    expect(certificateFromPem(`${made.privateKeyPem}\n${made.certificatePem}`)).toEqual(made);
  },
);

test("PEM texts that are no certificate with its key are refused", async () => {
  const [one, other] = await Promise.all([generateCertificate(), generateCertificate()]);
  expect(() => certificateFromPem("")).toThrow(TypeError);
  expect(() => certificateFromPem(one.certificatePem)).toThrow(/expected a certificate and its private key/);
  expect(() => certificateFromPem(one.certificatePem + other.privateKeyPem)).toThrow(/does not belong/);
});
