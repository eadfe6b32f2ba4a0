import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PICTURE, RECTANGLE } from '../../test/fake-engine.js';
import { clip, startService, type TestService } from '../../test/service.js';

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.end());

const V12 = '/face/v1.2';
const V13 = '/face/v1.3-preview.1';
const PHOTO = {
  faceRectangle: { top: 506, left: 51, width: 680, height: 475 },
  qualityForRecognition: 'high',
};
const MODEL = 'fake-1+test-1';
const HEX = /^[0-9A-F]{64}$/;

type Created = { sessionId: string; authToken: string };
const BODY = { livenessOperationMode: 'PassiveActive', deviceCorrelationId: 'abc' };

async function create(base: string, more: object = {}): Promise<Created> {
  const answer = await service.call('POST', `${base}/detectLiveness-sessions`, {
    json: { ...BODY, ...more },
  });
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json();
}
async function createVerify(base: string, more: Record<string, string> = {}): Promise<Created> {
  const answer = await service.call('POST', `${base}/detectLivenessWithVerify-sessions`, {
    form: { ...BODY, ...more, verifyImage: clip('high') },
  });
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json();
}
const send = (word: string, token: string, kind = 'detectLiveness') =>
  service.call('POST', `${V12}/${kind}/singleModal`, { token, form: { Content: clip(word) } });
const get = (base: string, id: string, kind = 'detectLiveness') =>
  service.call('GET', `${base}/${kind}-sessions/${id}`);

describe('the shapes of generation B, to the byte', () => {
  it('a session from its creation to its decision', async () => {
    const created = await service.call('POST', `${V12}/detectLiveness-sessions`, {
      json: { ...BODY, enableSessionImage: 'true' },
    });
    const { sessionId, authToken } = created.json();
    expect(created.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(created.body).toBe(
      `{"sessionId":"${sessionId}","authToken":"${authToken}","status":"NotStarted","modelVersion":"${MODEL}","results":{"attempts":[]}}`,
    );
    expect((await get(V12, sessionId)).body).toBe(
      `{"sessionId":"${sessionId}","authToken":"","status":"NotStarted","results":{"attempts":[]}}`,
    );
    await service.call('POST', `${V12}/session/start`, { token: authToken });
    expect((await get(V12, sessionId)).body).toBe(
      `{"sessionId":"${sessionId}","authToken":"","status":"Running","results":{"attempts":[]}}`,
    );
    await service.call('POST', `${V12}/session/attempt/end`, {
      token: authToken,
      json: { reason: 'TimedOut' },
    });
    const detect = await send('spoofface', authToken);
    expect([detect.statusCode, detect.body]).toEqual([204, '']);

    const answer = await get(V12, sessionId);
    const { sessionImageId } = answer.json().results.attempts[0].result;
    expect(sessionImageId).toMatch(/^[\w-]{44}$/);
    expect(answer.body).toBe(
      JSON.stringify({
        sessionId,
        authToken: '',
        status: 'Succeeded',
        modelVersion: MODEL,
        results: {
          attempts: [
            {
              attemptId: 2,
              attemptStatus: 'Succeeded',
              result: {
                livenessDecision: 'spoofface',
                targets: { color: { faceRectangle: RECTANGLE } },
                digest: detect.headers['x-bonafide-digest'],
                sessionImageId,
              },
            },
            {
              attemptId: 1,
              attemptStatus: 'Failed',
              error: {
                code: 'TimedOut',
                message: answer.json().results.attempts[1].error.message,
                targets: { color: { faceRectangle: { top: 0, left: 0, width: 0, height: 0 } } },
              },
            },
          ],
        },
      }),
    );

    const image = await service.call('GET', `${V12}/sessionImages/${sessionImageId}`);
    expect(image.rawPayload).toEqual(PICTURE);
    for (const file of readdirSync(service.dataDir).filter((name) => name.startsWith('bonafide.sqlite')))
      expect(readFileSync(join(service.dataDir, file)).includes(PICTURE.subarray(0, 40))).toBe(false);
    expect(image.headers['content-type']).toBe('application/octet-stream');
    expect(image.headers['content-disposition']).toBe(
      `attachment; filename=${sessionImageId}.jpg; filename*=UTF-8''${sessionImageId}.jpg`,
    );

    const deleted = await service.call('DELETE', `${V12}/detectLiveness-sessions/${sessionId}`);
    expect([deleted.statusCode, deleted.body]).toEqual([204, '']);
    const gone = await service.call('GET', `${V12}/sessionImages/${sessionImageId}`);
    expect([gone.statusCode, gone.json().error.code]).toEqual([404, 'SessionImageNotFound']);
  });

  it('a session with verification, whose photograph has its hash and its own type at creation alone', async () => {
    const created = await service.call('POST', `${V12}/detectLivenessWithVerify-sessions`, {
      form: {
        ...BODY,
        returnVerifyImageHash: 'True',
        verifyConfidenceThreshold: '0.95',
        verifyImage: clip('high'),
      },
    });
    const { sessionId, authToken } = created.json();
    expect(created.body).toBe(
      JSON.stringify({
        sessionId,
        authToken,
        status: 'NotStarted',
        modelVersion: MODEL,
        results: { verifyReferences: [{ referenceType: 'image', ...PHOTO }], attempts: [] },
      }),
    );
    await service.call('POST', `${V12}/session/start`, { token: authToken });
    await service.call('POST', `${V12}/session/attempt/end`, { token: authToken });
    const detect = await send('realface', authToken, 'detectLivenessWithVerify');
    const answer = await get(V12, sessionId, 'detectLivenessWithVerify');
    const { results } = answer.json();
    expect(Object.keys(results)).toEqual(['verifyReferences', 'attempts']);
    expect(results.verifyReferences).toEqual([PHOTO]);
    expect(JSON.stringify(results.attempts[0].result)).toBe(
      JSON.stringify({
        livenessDecision: 'realface',
        targets: { color: { faceRectangle: RECTANGLE } },
        digest: detect.headers['x-bonafide-digest'],
        verifyImageHash: createHash('sha256').update(clip('high')).digest('hex').toUpperCase(),
        verifyResult: { matchConfidence: 0.9304124, isIdentical: false },
      }),
    );
    expect(results.attempts[0].result.digest).toMatch(HEX);
  });

  it('a session whose photograph the device brings tells which it was', async () => {
    const body = { ...BODY, returnVerifyImageHash: true };
    const created = await service.call('POST', `${V12}/detectLivenessWithVerify-sessions`, { json: body });
    const { sessionId, authToken: token } = created.json();
    expect(created.json().results).toEqual({ attempts: [] });
    const form = { Content: clip('realface'), VerifyImage: clip('medium') };
    await service.call('POST', `${V12}/detectLivenessWithVerify/singleModal`, { token, form });
    const { results } = (await get(V12, sessionId, 'detectLivenessWithVerify')).json();
    expect(results.verifyReferences).toEqual([{ ...PHOTO, qualityForRecognition: 'medium' }]);
    expect(results.attempts[0].result.verifyImageHash).toBe(
      createHash('sha256').update(clip('medium')).digest('hex').toUpperCase(),
    );
  });

  it('v1.3 adds where devices may come from and did come from', async () => {
    const { sessionId, authToken } = await create(V13, {
      expectedClientIpAddress: '127.0.0.0/8',
      userCorrelationId: 'user-1',
      numberOfClientAttemptsAllowed: 0,
    });
    await send('realface', authToken);
    const session = (await get(V13, sessionId)).json();
    expect(Object.keys(session)).toEqual([
      'sessionId',
      'authToken',
      'status',
      'modelVersion',
      'isAbuseMonitoringEnabled',
      'expectedClientIpAddress',
      'results',
    ]);
    expect(session.isAbuseMonitoringEnabled).toBe(false);
    expect(session.expectedClientIpAddress).toBe('127.0.0.0/8');
    expect(Object.keys(session.results.attempts[0])).toEqual([
      'attemptId',
      'attemptStatus',
      'result',
      'clientInformation',
    ]);
    expect(session.results.attempts[0].clientInformation).toEqual([{ ip: '127.0.0.1' }]);
  });
});

describe('attempts', () => {
  const statusOf = async (base: string, id: string) => {
    const { status, results } = (await get(base, id)).json();
    return [status, results.attempts.map(({ attemptStatus }: { attemptStatus: string }) => attemptStatus)];
  };

  it('v1.2 has three: the session fails with the last of them, and its device is told', async () => {
    const { sessionId, authToken } = await create(V12);
    for (const word of ['NoFace', 'Blurred']) expect((await send(word, authToken)).statusCode).toBe(400);
    expect(await statusOf(V12, sessionId)).toEqual(['Running', ['Failed', 'Failed']]);
    const masked = await send('MaskWorn', authToken);
    expect(masked.json().error.code).toBe('FaceWithMaskDetected');
    expect(await statusOf(V12, sessionId)).toEqual(['Failed', ['Failed', 'Failed', 'Failed']]);
    expect((await get(V12, sessionId)).json().results.attempts[0].error.code).toBe('FaceWithMaskDetected');
    const spent = await send('realface', authToken);
    expect([spent.statusCode, spent.json().error.code]).toEqual([403, 'AttemptsExhausted']);
  });

  it('v1.3 has one where nothing else is said, and as many as are asked for', async () => {
    const one = await create(V13);
    await send('NoFace', one.authToken);
    expect((await statusOf(V13, one.sessionId))[0]).toBe('Failed');
    const two = await create(V13, { numberOfClientAttemptsAllowed: '2' });
    await send('NoFace', two.authToken);
    expect((await statusOf(V13, two.sessionId))[0]).toBe('Running');
    await send('realface', two.authToken);
    expect(await statusOf(V13, two.sessionId)).toEqual(['Succeeded', ['Succeeded', 'Failed']]);
  });

  it('a decision ends them', async () => {
    const { sessionId, authToken } = await create(V12);
    await send('spoofface', authToken);
    expect((await send('realface', authToken)).json().error.code).toBe('AttemptsExhausted');
    expect((await get(V12, sessionId)).json().results.attempts[0].result.livenessDecision).toBe('spoofface');
  });

  it('given up, they leave the session canceled when none is left', async () => {
    const { sessionId, authToken } = await create(V13);
    await service.call('POST', `${V13}/session/start`, { token: authToken });
    await service.call('POST', `${V13}/session/attempt/end`, { token: authToken });
    expect(await statusOf(V13, sessionId)).toEqual(['Canceled', ['Canceled']]);
  });

  it('unfinished, they fail with the token', async () => {
    const { sessionId, authToken } = await create(V12, { authTokenTimeToLiveInSeconds: 60 });
    await service.call('POST', `${V12}/session/start`, { token: authToken });
    service.now += 61_000;
    expect((await statusOf(V12, sessionId))[0]).toBe('Failed');
  });
});

describe('what v1.3 asks for', () => {
  const refused = async (more: object) => {
    const answer = await service.call('POST', `${V13}/detectLiveness-sessions`, {
      json: { ...BODY, ...more },
    });
    return [answer.statusCode, answer.json().error?.code];
  };

  it.each([
    [{ numberOfClientAttemptsAllowed: 4 }, 'InvalidRequestBody'],
    [{ numberOfClientAttemptsAllowed: 1.5 }, 'InvalidRequestBody'],
    [{ expectedClientIpAddress: 'home' }, 'InvalidRequestBody'],
    [{ expectedClientIpAddress: '10.0.0.0/33' }, 'InvalidRequestBody'],
    [{ userCorrelationId: 'x'.repeat(65) }, 'InvalidUserCorrelationId'],
  ])('is refused as %j', async (more, code) => {
    expect(await refused(more)).toEqual([400, code]);
  });

  it('is unknown to v1.2', async () => {
    await create(V12, { numberOfClientAttemptsAllowed: 9, expectedClientIpAddress: 'home' });
  });

  it('refuses a device that calls from elsewhere', async () => {
    const { authToken } = await create(V13, { expectedClientIpAddress: '198.51.100.7' });
    const answer = await send('realface', authToken);
    expect([answer.statusCode, answer.json().error.code]).toEqual([403, 'Forbidden']);
  });

  it('takes the ids from the device, which must bring them', async () => {
    const { authToken } = await create(V13, {
      deviceCorrelationId: '',
      deviceCorrelationIdSetInClient: 'True',
      userCorrelationIdSetInClient: true,
    });
    const start = (json: object) => service.call('POST', `${V13}/session/start`, { token: authToken, json });
    expect((await start({})).json().error.code).toBe('InvalidDeviceCorrelationId');
    expect((await start({ deviceCorrelationId: 'd' })).json().error.code).toBe('InvalidUserCorrelationId');
    const started = await start({ deviceCorrelationId: 'd', userCorrelationId: 'u' });
    expect(started.statusCode).toBe(200);
    expect(Object.keys(started.json())).toEqual([
      'attemptId',
      'nonce',
      'challenge',
      'attemptsLeft',
      'verifyImageNeeded',
    ]);
  });
});

describe('session images', () => {
  it('are kept only where the session asks and the resource allows it', async () => {
    const without = await create(V12);
    await send('realface', without.authToken);
    const { result } = (await get(V12, without.sessionId)).json().results.attempts[0];
    expect(result.sessionImageId).toBeUndefined();

    await service.resources.setPolicy('default', { sessionImages: 'off' });
    const forbidden = await create(V12, { enableSessionImage: true });
    await send('realface', forbidden.authToken);
    const session = (await get(V12, forbidden.sessionId)).json();
    expect(session.results.attempts[0].result.sessionImageId).toBeUndefined();
    await service.resources.setPolicy('default', { sessionImages: 'on' });
  });

  it('open to their own resource alone, by an id that is told apart by case, and can be detected in', async () => {
    const { sessionId, authToken } = await createVerify(V12, { enableSessionImage: 'true' });
    await send('realface', authToken, 'detectLivenessWithVerify');
    const session = (await get(V12, sessionId, 'detectLivenessWithVerify')).json();
    const id: string = session.results.attempts[0].result.sessionImageId;
    const imageOf = (imageId: string, key?: string) =>
      service.call('GET', `${V12}/SESSIONIMAGES/${imageId}/`, key ? { key } : {});
    expect((await imageOf(id)).statusCode).toBe(200);
    const swapped = id.replace(/[a-z]/, (letter) => letter.toUpperCase());
    expect((await imageOf(swapped)).statusCode).toBe(404);
    await service.resources.create({ name: 'stranger' });
    const { key1 } = await service.resources.keys('stranger');
    expect((await imageOf(id, key1)).statusCode).toBe(404);

    const detect = (base: string, sessionImageId: string) =>
      service.call('POST', `${base}/detect?returnFaceId=false`, { json: { sessionImageId } });
    expect((await detect(V12, id)).json()).toEqual([{ faceRectangle: RECTANGLE }]);
    expect((await detect(V12, swapped)).json().error.code).toBe('SessionImageNotFound');
    expect((await detect('/face/v1.0', id)).json().error.code).toBe('InvalidRequestBody');
  });
});
