import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeProtectedHeader } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  clip,
  DETECT,
  DETECT_VERIFY,
  PASSIVE,
  SESSIONS,
  SESSIONS_B,
  startService,
  VERIFY_SESSIONS,
  type TestService,
} from '../test/service.js';
import { capturedFor } from '../test/captured.js';
import { openAdministration } from './administration.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

let service: TestService;
beforeEach(async () => {
  service = await startService();
});
afterEach(() => service.end());

async function judge(url: string, word: string, detect = DETECT): Promise<string> {
  const verifies = url === VERIFY_SESSIONS;
  const created = await service.call(
    'POST',
    url,
    verifies
      ? { form: { Parameters: JSON.stringify(PASSIVE), VerifyImage: clip('high') } }
      : { json: PASSIVE },
  );
  const { sessionId, authToken } = created.json();
  await service.call('POST', detect, { token: authToken, form: { Content: clip(word) } });
  return sessionId;
}

const signedOf = async (url: string) => (await service.call('GET', url)).headers['x-bonafide-result'];

/** Runs the snippet of docs/api.md on files, as its reader does. */
function verify(signed: unknown, jwks: string): Record<string, unknown> {
  const docs = readFileSync(join(ROOT, 'docs/api.md'), 'utf8');
  const snippet = /## Signed results[^]*?```js\n([^]*?)```/.exec(docs)?.[1] ?? '';
  const [keysFile, resultFile] = ['jwks.json', 'result.jws'].map((name) => join(service.dataDir, name));
  writeFileSync(keysFile ?? '', jwks);
  writeFileSync(resultFile ?? '', `${String(signed)}\n`);
  const argv = ['--input-type=module', '-e', snippet, String(keysFile), String(resultFile)];
  return JSON.parse(execFileSync(process.execPath, argv, { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' }));
}

describe('the signed result', () => {
  it('says what came of the session, and is verified by the documented lines after deletion and rotation', async () => {
    const sessionId = await judge(VERIFY_SESSIONS, 'realface', DETECT_VERIFY);
    const url = `${VERIFY_SESSIONS}/${sessionId}`;
    const answer = await service.call('GET', url);
    const signed = answer.headers['x-bonafide-result'];
    expect(String(signed).length).toBeLessThan(2048);
    const { kid, ...header } = decodeProtectedHeader(String(signed));
    expect(header).toEqual({ alg: 'ES256', typ: 'bonafide-result+jwt' });

    const { result } = answer.json();
    await service.call('DELETE', url);
    const beside = await openAdministration(service.dataDir);
    const newKid = await beside.rotateSigningKey();
    await beside.close();
    const jwks = (await service.call('GET', '/.well-known/jwks.json')).body;
    expect(verify(signed, jwks)).toEqual({
      schema: 'bonafide-result/1',
      iss: service.endpoint(),
      iat: Date.parse('2026-11-24T12:00:00Z') / 1000,
      sid: sessionId,
      kind: 'livenessWithVerify',
      attempt: 1,
      bound: false,
      challenge: [],
      decision: 'realface',
      verification: { matchConfidence: 0.9304124, isIdentical: true },
      requestId: result.requestId,
      digest: result.digest,
      sha256: {
        clip: sha256(clip('realface')),
        frame: sha256(clip('realface')),
        reference: sha256(clip('high')),
      },
      modelVersion: 'fake-1+test-1',
    });

    const later = await signedOf(`${SESSIONS}/${await judge(SESSIONS, 'spoofface')}`);
    expect([kid, decodeProtectedHeader(String(later)).kid]).toEqual([
      expect.not.stringMatching(newKid),
      newKid,
    ]);
    expect(verify(later, jwks)).toMatchObject({ kind: 'liveness', decision: 'spoofface' });
  });

  it('is not believed when a character was changed, or when it is a session token', async () => {
    const signed = String(await signedOf(`${SESSIONS}/${await judge(SESSIONS, 'spoofface')}`));
    const jwks = (await service.call('GET', '/.well-known/jwks.json')).body;
    const [head, claims = '', signature] = signed.split('.');
    const forged = Buffer.from(claims, 'base64url').toString().replace('spoofface', 'realface');
    expect(() =>
      verify([head, Buffer.from(forged).toString('base64url'), signature].join('.'), jwks),
    ).toThrow('signature verification failed');
    const { authToken } = (await service.call('POST', SESSIONS, { json: PASSIVE })).json();
    expect(() => verify(authToken, jwks)).toThrow('typ');
  });

  it('says which challenge was asked for, so that a check without light can be told', async () => {
    const jwks = (await service.call('GET', '/.well-known/jwks.json')).body;
    for (const light of ['on', 'off']) {
      const { sessionId, authToken: token } = (
        await service.call('POST', SESSIONS, { json: PASSIVE })
      ).json();
      const start = '/face/v1.2/session/start';
      const started = (await service.call('POST', start, { token, json: { light } })).json();
      service.now += 20_000;
      const detect = await service.call('POST', DETECT, {
        token,
        form: await capturedFor(sessionId, started),
      });
      expect([detect.statusCode, detect.body]).toEqual([204, '']);
      const { bound, challenge } = verify(await signedOf(`${SESSIONS}/${sessionId}`), jwks);
      const kinds = started.challenge.steps.map(({ kind }: { kind: string }) => kind);
      expect([bound, challenge]).toEqual([true, kinds]);
      expect(kinds.includes('light')).toBe(light === 'on');
    }
  });

  it('is there in both generations, and only once there is an outcome', async () => {
    const created = await service.call('POST', SESSIONS_B, { json: PASSIVE });
    const { sessionId, authToken } = created.json();
    expect(await signedOf(`${SESSIONS_B}/${sessionId}`)).toBeUndefined();
    await service.call('POST', DETECT, { token: authToken, form: { Content: clip('NoFace') } });
    const jwks = (await service.call('GET', '/.well-known/jwks.json')).body;
    const failed = verify(await signedOf(`${SESSIONS_B}/${sessionId}`), jwks);
    expect([failed['error'], failed['decision']]).toEqual(['NoFaceDetected', undefined]);
  });
});

describe('a rotated signing key', () => {
  it('leaves the tokens of the last one valid until they expire', async () => {
    const { sessionId, authToken } = (await service.call('POST', SESSIONS, { json: PASSIVE })).json();
    const beside = await openAdministration(service.dataDir);
    const { entries, head } = await beside.verifyAuditLog();
    await beside.rotateSigningKey();
    expect(await beside.verifyAuditLog(head)).toMatchObject({ fault: null, entries: entries + 1 });
    await beside.close();
    const detect = () =>
      service.call('POST', DETECT, { token: authToken, form: { Content: clip('realface') } });
    expect((await detect()).statusCode).toBe(204);
    service.now += 601_000;
    expect((await detect()).statusCode).toBe(401);
    expect((await service.call('GET', `${SESSIONS}/${sessionId}`)).json().sessionExpired).toBe(true);
  });
});
