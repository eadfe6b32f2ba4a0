import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

// Certificates (RFC 5280) of an authority that nobody knows, as an operator without a public name has them.

const DAY_MS = 24 * 3600_000;
/** Tags of DER (X.690). */
const TAG = { boolean: 0x01, integer: 0x02, bits: 0x03, octets: 0x04, text: 0x0c, time: 0x17 };
const SEQUENCE = 0x30;
const SET = 0x31;
/** Object identifiers, encoded. */
const ECDSA_WITH_SHA256 = Buffer.from('06082a8648ce3d040302', 'hex');
const COMMON_NAME = Buffer.from('0603550403', 'hex');
const BASIC_CONSTRAINTS = Buffer.from('0603551d13', 'hex');
const SUBJECT_ALTERNATIVE_NAME = Buffer.from('0603551d11', 'hex');
const TRUE = der(TAG.boolean, Buffer.of(0xff));

/** A certificate for 127.0.0.1 with its key, and the authority that has signed it; all PEM. */
export function makeCertificates(): { authority: string; cert: string; key: string } {
  const makeKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const [root, server] = [makeKeys(), makeKeys()];
  const issuer = { name: 'Authority of a test', key: root.privateKey };
  return {
    authority: certificate(issuer.name, root.publicKey, issuer, [
      der(SEQUENCE, BASIC_CONSTRAINTS, TRUE, der(TAG.octets, der(SEQUENCE, TRUE))),
    ]),
    cert: certificate('127.0.0.1', server.publicKey, issuer, [
      der(
        SEQUENCE,
        SUBJECT_ALTERNATIVE_NAME,
        der(TAG.octets, der(SEQUENCE, der(0x87, Buffer.of(127, 0, 0, 1)))),
      ),
    ]),
    key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function certificate(
  subject: string,
  publicKey: KeyObject,
  issuer: { name: string; key: KeyObject },
  extensions: readonly Buffer[],
): string {
  const algorithm = der(SEQUENCE, ECDSA_WITH_SHA256);
  const signed = der(
    SEQUENCE,
    der(0xa0, der(TAG.integer, Buffer.of(2))),
    der(TAG.integer, Buffer.of(subject.length)),
    algorithm,
    nameOf(issuer.name),
    der(SEQUENCE, timeOf(Date.now() - DAY_MS), timeOf(Date.now() + DAY_MS)),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(SEQUENCE, ...extensions)),
  );
  const signature = der(TAG.bits, Buffer.of(0), sign('sha256', signed, issuer.key));
  const body = der(SEQUENCE, signed, algorithm, signature).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${body.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
}

function nameOf(commonName: string): Buffer {
  return der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(TAG.text, Buffer.from(commonName)))));
}

/** `YYMMDDhhmmssZ` */
function timeOf(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\D/g, '').slice(2, 14);
  return der(TAG.time, Buffer.from(`${digits}Z`));
}

/** A value with its tag and length. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const value = Buffer.concat(parts);
  const long = value.length < 256 ? [0x81, value.length] : [0x82, value.length >> 8, value.length & 255];
  return Buffer.concat([Buffer.of(tag, ...(value.length < 128 ? [value.length] : long)), value]);
}
