import 'reflect-metadata';
import { createPrivateKey, KeyObject, webcrypto, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

/** Key and certificate of the service, PEM, and the certificate of the CA that a device has to trust. */
export interface LocalTls {
  key: string;
  cert: string;
  ca: string;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;
const CA_DAYS = 3_650;
/** Far below the 825 days that Apple's systems allow a certificate of a CA that a person has added. */
const SERVER_DAYS = 90;
/** So long before its end a certificate is made anew, days. */
const RENEW_DAYS = 14;
/** Certificates begin a little earlier, for devices whose clock is behind, ms. */
const BACKDATE_MS = 3_600_000;

/**
 * A certificate for `names`, signed by a CA that exists on this machine alone: both are made at the first call, kept in
 * `folder`, and the certificate is made anew when it is about to end or lacks a name. Whoever gets the CA's key can pose as
 * any site to the devices that trust it, so that it is readable by its owner alone, and devices should trust it only while
 * they test.
 * @param names host names and IP addresses
 */
export async function localTls(folder: string, names: readonly string[], now: Date): Promise<LocalTls> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const caPaths = pathsOf(folder, 'ca');
  let ca = read(caPaths);
  if (!ca || endsWithin(ca.cert, SERVER_DAYS, now)) ca = write(caPaths, await makeCa(now));
  const paths = pathsOf(folder, 'server');
  let own = read(paths);
  if (!own || !isGood(own.cert, ca.cert, names, now)) own = write(paths, await issue(ca, names, now));
  return { ...own, ca: ca.cert };
}

interface Pair {
  key: string;
  cert: string;
}

function pathsOf(folder: string, name: string): Pair {
  return { key: join(folder, `${name}.key`), cert: join(folder, `${name}.crt`) };
}

function read(paths: Pair): Pair | null {
  if (!existsSync(paths.key) || !existsSync(paths.cert)) return null;
  return { key: readFileSync(paths.key, 'utf8'), cert: readFileSync(paths.cert, 'utf8') };
}

function write(paths: Pair, pair: Pair): Pair {
  writeFileSync(paths.key, pair.key, { mode: 0o600 });
  writeFileSync(paths.cert, pair.cert);
  return pair;
}

function endsWithin(pem: string, days: number, now: Date): boolean {
  return Date.parse(new X509Certificate(pem).validTo) < now.getTime() + days * DAY_MS;
}

function isGood(pem: string, ca: string, names: readonly string[], now: Date): boolean {
  const cert = new X509Certificate(pem);
  const covers = (name: string) => (isIP(name) ? cert.checkIP(name) : cert.checkHost(name)) !== undefined;
  return (
    cert.verify(new X509Certificate(ca).publicKey) && !endsWithin(pem, RENEW_DAYS, now) && names.every(covers)
  );
}

async function makeCa(now: Date): Promise<Pair> {
  const keys = await newKeys();
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=Bonafide local CA ${now.toISOString().slice(0, 10)}`,
    keys,
    signingAlgorithm: ALGORITHM,
    ...validity(now, CA_DAYS),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return pairOf(keys.privateKey, cert);
}

async function issue(ca: Pair, names: readonly string[], now: Date): Promise<Pair> {
  const keys = await newKeys();
  const issuer = new x509.X509Certificate(ca.cert);
  const cert = await x509.X509CertificateGenerator.create({
    subject: 'CN=Bonafide on this machine',
    issuer: issuer.subject,
    publicKey: keys.publicKey,
    signingKey: await signingKey(ca.key),
    signingAlgorithm: ALGORITHM,
    ...validity(now, SERVER_DAYS),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value): x509.JsonGeneralName => ({ type: isIP(value) ? 'ip' : 'dns', value })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
    ],
  });
  return pairOf(keys.privateKey, cert);
}

function validity(now: Date, days: number): { notBefore: Date; notAfter: Date } {
  return {
    notBefore: new Date(now.getTime() - BACKDATE_MS),
    notAfter: new Date(now.getTime() + days * DAY_MS),
  };
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

function signingKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
  return webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign']);
}

function pairOf(key: webcrypto.CryptoKey, cert: x509.X509Certificate): Pair {
  const pem = KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' });
  return { key: pem.toString(), cert: cert.toString('pem') };
}
