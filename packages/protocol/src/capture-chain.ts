import canonicalize from 'canonicalize';
import type { FrameMeta } from './capture.js';

/** SHA-256 of bytes, or of a text's UTF-8 bytes: node:crypto in the service, WebCrypto in the browser. */
export type Sha256 = (data: Uint8Array | string) => Uint8Array | Promise<Uint8Array>;

/** One frame as the chain sees it: the data of its ANMF chunk (header excluded) and its metadata. */
export interface ChainedFrame {
  data: Uint8Array;
  meta: FrameMeta;
}

/**
 * The capture chain over all frames, 64 lower-case hex digits: h0 = SHA-256(session id's 16 bytes || nonce's 16 bytes),
 * h_k = SHA-256(h_(k-1) || SHA-256(data_k) || SHA-256(meta_k as RFC 8785 JSON in UTF-8)). It ties every frame and every
 * time stamp to one attempt of one session, in order.
 * @param nonce base64url, as session/start handed it out
 */
export async function captureChain(
  sessionId: string,
  nonce: string,
  frames: readonly ChainedFrame[],
  sha256: Sha256,
): Promise<string> {
  let link = await sha256(join(uuidBytes(sessionId), nonceBytes(nonce)));
  for (const { data, meta } of frames)
    link = await sha256(join(link, await sha256(data), await sha256(canonicalJson(meta))));
  return toHex(link);
}

/** RFC 8785 JSON (members sorted, numbers as ECMAScript prints them). Throws a TypeError on what JSON cannot say. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('expected a value that JSON can say');
  return text;
}

/** Lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The 16 bytes of a UUID in its usual text form. */
export function uuidBytes(uuid: string): Uint8Array {
  const digits = uuid.replaceAll('-', '');
  if (!/^[0-9a-fA-F]{32}$/.test(digits)) throw new TypeError('expected a UUID');
  return Uint8Array.from({ length: 16 }, (_, k) => parseInt(digits.slice(2 * k, 2 * k + 2), 16));
}

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** 128 bits in base64url without padding. */
const NONCE_PATTERN = /^[A-Za-z0-9_-]{22}$/;

/** The 16 bytes of a nonce. */
export function nonceBytes(nonce: string): Uint8Array {
  if (!NONCE_PATTERN.test(nonce)) throw new TypeError('expected a nonce of 22 base64url characters');
  const sextets = Array.from(nonce, (character) => BASE64URL.indexOf(character));
  return Uint8Array.from({ length: 16 }, (_, k) => {
    const bit = 8 * k;
    const [first = 0, second = 0] = sextets.slice(Math.floor(bit / 6));
    return ((((first << 6) | second) >> (4 - (bit % 6))) & 0xff) >>> 0;
  });
}

function join(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
