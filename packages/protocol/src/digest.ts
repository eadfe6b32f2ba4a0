import { toHex, type Sha256 } from './capture-chain.js';

/** What one detect call was, as both its ends know it. */
export interface DetectCall {
  sessionId: string;
  /** The answer's `apim-request-id`, which is the device's `resultId` and the audit entry's `requestId`. */
  requestId: string;
  /** The attempt's nonce in base64url; empty for an unbound clip. */
  nonce: string;
  /** The `Content` part's bytes. */
  content: Uint8Array;
  /** The `Metadata` part's bytes as they were sent (or the text that they encode as UTF-8). */
  metadata: Uint8Array | string;
}

/**
 * The digest of a detect call, 64 upper-case hex digits. The device and the service compute it independently, each from
 * what it sent or received, so that an application that compares the two knows that the result belongs to its capture.
 */
export async function captureDigest(call: DetectCall, sha256: Sha256): Promise<string> {
  const lines = [
    'bonafide-digest-v1',
    call.sessionId.toLowerCase(),
    call.requestId,
    call.nonce,
    toHex(await sha256(call.content)),
    toHex(await sha256(call.metadata)),
  ];
  return toHex(await sha256(lines.join('\n'))).toUpperCase();
}
