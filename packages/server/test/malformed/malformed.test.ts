import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  clip,
  DETECT,
  PASSIVE,
  startService,
  VERIFY_SESSIONS,
  SESSIONS,
  type TestService,
} from '../service.js';
import { rawCall, type RawAnswer } from './raw-call.js';
import { malformedRequests, type Known, type Target } from './requests.js';

/** Requests a route; `npm run stress` sends 2,000. */
const REQUESTS = Number(process.env['BONAFIDE_MALFORMED'] ?? 20);
/** The corpus is the same in every run, so that what once failed fails again. */
const SEED = Number(process.env['BONAFIDE_SEED'] ?? 20261124);

const key = 'key' as const;
const token = 'token' as const;
const TARGETS: Target[] = [
  ...['v1.1-preview.1', 'v1.2-preview.1'].flatMap((version) =>
    ['detectLiveness', 'detectLivenessWithVerify'].flatMap((kind): Target[] => {
      const sessions = `/face/${version}/${kind}/singleModal/sessions`;
      return [
        {
          method: 'POST',
          path: sessions,
          credentials: key,
          body: kind === 'detectLiveness' ? 'json' : 'multipart',
        },
        { method: 'GET', path: sessions, credentials: key, body: 'none' },
        { method: 'GET', path: `${sessions}/{sessionId}`, credentials: key, body: 'none' },
        { method: 'GET', path: `${sessions}/{sessionId}/audit`, credentials: key, body: 'none' },
        { method: 'DELETE', path: `${sessions}/{sessionId}`, credentials: key, body: 'none' },
      ];
    }),
  ),
  ...['v1.2', 'v1.3-preview.1'].flatMap((version) =>
    ['detectLiveness', 'detectLivenessWithVerify'].flatMap((kind): Target[] => {
      const sessions = `/face/${version}/${kind}-sessions`;
      return [
        {
          method: 'POST',
          path: sessions,
          credentials: key,
          body: kind === 'detectLiveness' ? 'json' : 'multipart',
        },
        { method: 'GET', path: `${sessions}/{sessionId}`, credentials: key, body: 'none' },
        { method: 'DELETE', path: `${sessions}/{sessionId}`, credentials: key, body: 'none' },
      ];
    }),
  ),
  ...['v1.1-preview.1', 'v1.3-preview.1'].flatMap((version): Target[] => [
    { method: 'POST', path: `/face/${version}/session/start`, credentials: token, body: 'json' },
    {
      method: 'POST',
      path: `/face/${version}/detectLiveness/singleModal`,
      credentials: token,
      body: 'multipart',
    },
    {
      method: 'POST',
      path: `/face/${version}/detectLivenessWithVerify/singleModal`,
      credentials: token,
      body: 'multipart',
    },
    { method: 'POST', path: `/face/${version}/session/attempt/end`, credentials: token, body: 'json' },
  ]),
  ...['v1.0', 'v1.2'].flatMap((version): Target[] => [
    { method: 'POST', path: `/face/${version}/detect`, credentials: key, body: 'bytes' },
    { method: 'POST', path: `/face/${version}/verify`, credentials: key, body: 'json' },
  ]),
  { method: 'GET', path: '/face/v1.2/sessionImages/{imageId}', credentials: key, body: 'none' },
  { method: 'GET', path: '/face/v1.3-preview.1/settings', credentials: key, body: 'none' },
  { method: 'PATCH', path: '/face/v1.3-preview.1/settings', credentials: key, body: 'json' },
  { method: 'POST', path: '/face/v1.1-preview.1/nothing/here', credentials: key, body: 'json' },
  { method: 'POST', path: '/api/quicklink', credentials: token, body: 'none' },
  { method: 'POST', path: '/api/quicklink/open', credentials: token, body: 'json' },
];

let service: TestService;
let port: number;
beforeAll(async () => {
  service = await startService();
  port = Number(new URL(await service.listen()).port);
});
afterAll(() => service.end());

describe(`${REQUESTS} malformed requests`, () => {
  it.each(TARGETS.map((target) => [`${target.method} ${target.path}`, target] as const))(
    '%s answers without a fault of its own, and a good one afterwards',
    async (_name, target) => {
      const verify = target.path.includes('WithVerify');
      let known: Known = await makeKnown(verify);
      const property = fc.asyncProperty(malformedRequests(target), async (request) => {
        const answer = await rawCall(port, request.toBytes(known), request.isCut);
        // Who hangs up need not be answered; everybody else must.
        if (answer || !request.isCut) check(answer);
        // Sessions end, are deleted or use their attempts up: the next request gets a fresh one.
        if (!answer || ![400, 401, 405, 413, 415].includes(answer.status)) known = await makeKnown(verify);
      });
      await fc.assert(property, {
        numRuns: REQUESTS,
        seed: SEED + TARGETS.indexOf(target),
        endOnFailure: REQUESTS > 100,
      });
      await expectGoodLife();
    },
    600_000,
  );
});

it('an Upgrade with broken chunks, of which Node tells nothing, is answered within the time that callers wait', async () => {
  const { token: own } = await makeKnown(false);
  const head = [
    `POST ${DETECT} HTTP/1.1`,
    'Host: x',
    `Authorization: Bearer ${own}`,
    'Content-Type: multipart/form-data; boundary=b',
    'Upgrade: websocket',
    'Connection: upgrade, close',
    'Transfer-Encoding: chunked',
  ];
  const answer = await rawCall(port, Buffer.from(`${head.join('\r\n')}\r\n\r\nZZ\r\n--b`), false);
  check(answer);
  expect(answer?.status).toBe(408);
});

/** No fault of the service, the shape of an error where it is one, and nothing of its insides. */
function check(answer: RawAnswer | null): void {
  if (!answer) throw new Error('the service closed the connection without an answer');
  const { status, head, body } = answer;
  expect(status).toBeLessThan(500);
  expect(`${head}\n${body}`).not.toMatch(
    /\/(?:tmp|home|root|usr|var|work|node_modules|src|dist)\/|\.[cm]?[jt]s:\d|\bat \w+ \(/,
  );
  if (status < 400) return;
  const { error } = JSON.parse(body) as { error: { code: string; message: string } };
  expect(typeof error.message).toBe('string');
  expect(/^x-ms-error-code: (.*)$/im.exec(head)?.[1]).toBe(error.code);
}

async function makeKnown(verify: boolean): Promise<Known> {
  const created = await service.call('POST', verify ? VERIFY_SESSIONS : SESSIONS, { json: PASSIVE });
  const { sessionId, authToken } = created.json();
  return { key: service.key, token: authToken, id: sessionId };
}

async function expectGoodLife(): Promise<void> {
  const { token: own, id } = await makeKnown(false);
  await service.call('POST', DETECT, { token: own, form: { Content: clip('spoofface') } });
  const { result } = (await service.call('GET', `${SESSIONS}/${id}`)).json();
  expect(result.response.body.livenessDecision).toBe('spoofface');
}
