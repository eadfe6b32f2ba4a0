import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  clip,
  DETECT,
  DETECT_VERIFY,
  PASSIVE,
  SESSIONS,
  startService,
  VERIFY_SESSIONS,
  type TestService,
} from '../test/service.js';

const lines: string[] = [];
const secrets: (string | Buffer)[] = [];
let service: TestService;

beforeAll(async () => {
  service = await startService({
    logger: pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }),
  });
  const { key1, key2 } = await service.resources.keys('default');
  secrets.push(key1, key2, clip('high'));
  for (const [word, face] of [
    ['realface', 'anna'],
    ['spoofface'],
    ['NoFace'],
    ['undecodable'],
    ['crash'],
  ] as const) {
    const content = clip(word, face);
    const reference = clip('high');
    const plain = (await service.call('POST', SESSIONS, { json: PASSIVE })).json();
    const verify = (
      await service.call('POST', VERIFY_SESSIONS, {
        form: { Parameters: JSON.stringify(PASSIVE), VerifyImage: reference },
      })
    ).json();
    secrets.push(plain.authToken, verify.authToken, content);
    const form = { Content: content, Metadata: 'metadata-of-the-device' };
    await service.call('POST', DETECT, { token: plain.authToken, form });
    await service.call('POST', DETECT_VERIFY, { token: verify.authToken, form });
    await service.call('GET', `${SESSIONS}/${plain.sessionId}?token=${plain.authToken}`);
  }
  await service.call('GET', SESSIONS, { key: `${key1}x` });
  await service.call('POST', DETECT, {
    token: `${String(secrets.at(-2))}x`,
    form: { Content: clip('realface') },
  });
  await service.call('POST', SESSIONS, {
    payload: '{"livenessOperationMode":',
    headers: { cookie: 'sid=cookie-of-somebody' },
  });
});
afterAll(() => service.end());

describe('the log at its most talkative', () => {
  it('tells of every call and every capture, as JSON lines', () => {
    const entries = lines.map((line) => JSON.parse(line) as { msg: string; decision?: string });
    expect(entries.filter(({ msg }) => msg === 'request').length).toBeGreaterThan(25);
    expect(entries.filter(({ msg }) => msg === 'judged').map(({ decision }) => decision)).toContain(
      'spoofface',
    );
    expect(entries.map(({ msg }) => msg)).toContain('Internal server error');
  });

  it('holds no key, token, cookie, image or metadata, in any encoding of theirs', () => {
    const text = lines.join('');
    for (const secret of secrets)
      for (const shape of shapesOf(secret)) expect(text.includes(shape), shape.slice(0, 20)).toBe(false);
    expect(text).not.toContain('metadata-of-the-device');
    expect(text).not.toContain('cookie-of-somebody');
  });

  it('holds no embedding, and no correlation id', () => {
    const text = lines.join('');
    // The fake engine's templates are these numbers.
    expect(text).not.toMatch(/0\.6000000238418579|0\.800000011920929|Float32Array/);
    expect(text).not.toContain(PASSIVE.deviceCorrelationId);
  });
});

/** How bytes or a text might be printed. */
function shapesOf(secret: string | Buffer): string[] {
  if (typeof secret === 'string') return [secret, Buffer.from(secret).toString('base64').replace(/=+$/, '')];
  const first = secret.subarray(0, 48);
  return [first.toString('base64'), first.toString('base64url'), first.toString('hex'), [...first].join(',')];
}
