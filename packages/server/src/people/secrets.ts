import { createHash } from 'node:crypto';
import type { Random } from '../clock.js';

/** 256 bits. */
const TOKEN_BYTES = 32;

/** A secret that is handed out once and stored as its hash only. */
export function newToken(random: Random): string {
  return Buffer.from(random(TOKEN_BYTES)).toString('base64url');
}

/** SHA-256 of a high-entropy secret, hex. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
