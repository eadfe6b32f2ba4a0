import { setTimeout } from 'node:timers/promises';
import { clip, PASSIVE, toMultipart } from '../service.js';
import type { MortalService } from './mortal-service.js';

/** What an application and a device were told of one session, by answers that arrived. */
export interface Told {
  sessionId: string;
  decision: 'realface' | 'spoofface';
  /** How often the device was told that its capture was judged. */
  judged: number;
  /** Digest of that answer; null where none arrived. */
  digest: string | null;
  /** The session as it was first read after its end; null where it was deleted. */
  session: string | null;
  /** Claims of its signed result. */
  signed: string | null;
  deleted: boolean;
}

const SESSIONS = '/face/v1.3-preview.1/detectLiveness-sessions';
const DETECT = '/face/v1.3-preview.1/detectLiveness/singleModal';
const RETRY_MS = 25;

/** Drives one session through its whole life; a call that no answer came to is made again, as a client would. */
export async function liveThrough({ url, key }: MortalService, number: number): Promise<Told> {
  const decision = number % 2 === 0 ? 'realface' : 'spoofface';
  const application = { 'ocp-apim-subscription-key': key };
  const created = await insist(`${url}${SESSIONS}`, {
    method: 'POST',
    headers: { ...application, 'content-type': 'application/json' },
    body: JSON.stringify({ ...PASSIVE, deviceCorrelationId: `device-${number}` }),
  });
  const { sessionId, authToken } = (await created.json()) as { sessionId: string; authToken: string };
  const told: Told = {
    sessionId,
    decision,
    judged: 0,
    digest: null,
    session: null,
    signed: null,
    deleted: false,
  };
  const session = `${url}${SESSIONS}/${sessionId}`;

  const { body, contentType } = toMultipart({ Content: clip(decision) });
  const capture = {
    method: 'POST',
    headers: { authorization: `Bearer ${authToken}`, 'content-type': contentType },
    body: new Uint8Array(body),
  };
  // One attempt is allowed: whatever comes after the first answer must be refused.
  for (let k = 0; k < 3; k++) {
    const answer = await insist(`${url}${DETECT}`, capture);
    if (answer.status === 204) {
      told.judged++;
      told.digest = answer.headers.get('x-bonafide-digest');
    } else if (answer.status !== 403)
      throw new Error(`detect answered ${answer.status}: ${await answer.text()}`);
  }
  const read = await insist(session, { headers: application });
  told.session = await read.text();
  told.signed = claimsOf(read.headers.get('x-bonafide-result'));
  if (number % 5 === 0) {
    await insist(session, { method: 'DELETE', headers: application });
    told.deleted = true;
  }
  return told;
}

/** The session as it is now. */
export async function readAgain({ url, key }: MortalService, { sessionId }: Told) {
  const answer = await insist(`${url}${SESSIONS}/${sessionId}`, {
    headers: { 'ocp-apim-subscription-key': key },
  });
  return {
    status: answer.status,
    session: await answer.text(),
    signed: claimsOf(answer.headers.get('x-bonafide-result')),
  };
}

/** The answer, however often the service dies before it gives one. */
async function insist(url: string, init: RequestInit): Promise<Response> {
  for (;;) {
    try {
      const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(10_000) });
      const whole = await answer.arrayBuffer();
      // A call that is still in work although its caller went away: its end is worth waiting for.
      if (answer.status !== 409 && answer.status !== 503)
        return new Response(answer.status === 204 ? null : whole, answer);
    } catch {
      // Killed before or in the middle of its answer.
    }
    await setTimeout(RETRY_MS);
  }
}

function claimsOf(jws: string | null): string | null {
  const claims = jws?.split('.')[1];
  return claims === undefined ? null : Buffer.from(claims, 'base64url').toString();
}
