import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clip, PASSIVE, SESSIONS, startService, toMultipart, type TestService } from '../../test/service.js';

// What published clients and documentation send.

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.end());

const VERIFY = '/face/v1.2/detectLivenessWithVerify-sessions';
const CRLF = '\r\n';

const post = (url: string, payload: string | Buffer, contentType: string) =>
  service.call('POST', url, { payload, headers: { 'content-type': contentType } });

/** A body of parts as they stand, each with its headers. */
function rawForm(...parts: [headers: string, body: string | Buffer][]): Buffer {
  return Buffer.concat([
    ...parts.flatMap(([headers, body]) => [
      Buffer.from(`--b${CRLF}${headers}${CRLF}${CRLF}`),
      Buffer.from(body as string),
      Buffer.from(CRLF),
    ]),
    Buffer.from(`--b--${CRLF}`),
  ]);
}

describe('paths', () => {
  it.each([
    '/FACE/V1.1-PREVIEW.1/DETECTLIVENESS/SINGLEMODAL/SESSIONS',
    '//face/v1.1-preview.1//detectLiveness/singleModal/sessions/',
    '/face/v1.2/detectliveness-SESSIONS/',
  ])('%s is known', async (url) => {
    expect((await service.call('POST', url, { json: PASSIVE })).statusCode).toBe(200);
  });

  it('take ids in any case and show the URL as it was sent', async () => {
    const { sessionId, authToken: token } = (await service.call('POST', SESSIONS, { json: PASSIVE })).json();
    const url = '//face/v1.1-preview.1/DetectLiveness/singleModal/?a=B';
    await service.call('POST', url, { token, form: { content: clip('realface') } });
    const session = await service.call('GET', `${SESSIONS}/${sessionId.toUpperCase()}`);
    expect(session.json().result.request.url).toBe(url);
  });

  it.each([
    ['GET', '/face/v1.2/livenessSessions/x/result', 'GET /face/v1.2/detectLiveness-sessions/{sessionId}'],
    ['DELETE', '/face/v1.2/livenessSessions/x', '/face/v1.2/detectLiveness-sessions/{sessionId}'],
    ['DELETE', '/face/v1.2/livenessWithVerifySessions/x', 'detectLivenessWithVerify-sessions/{sessionId}'],
    [
      'POST',
      '/face/v1.2/createLivenessWithVerifySession',
      'POST /face/v1.2/detectLivenessWithVerify-sessions',
    ],
    ['POST', '/face/v1.2/createLivenessSession', 'POST /face/v1.2/detectLiveness-sessions'],
  ] as const)('%s %s names the right one', async (method, url, right) => {
    const answer = await service.call(method, url);
    expect(answer.statusCode).toBe(404);
    expect(answer.json().error.message).toContain(right);
  });

  it('known under other methods say which', async () => {
    const answer = await service.call('PUT', SESSIONS);
    expect([answer.statusCode, answer.headers['allow']]).toEqual([405, 'GET, POST']);
  });
});

describe('values', () => {
  it.each([
    { livenessOperationMode: 'PASSIVEACTIVE' },
    { LivenessOperationMode: 'passive', enableSessionImage: 'true', authTokenTimeToLiveInSeconds: '600' },
    { livenessOperationMode: 'Passive', livenessModelVersion: '2024-11-15', whoKnows: { what: [null] } },
  ])('%j are taken', async (more) => {
    const json = { deviceCorrelationId: 'abc', ...more };
    const answer = await service.call('POST', '/face/v1.2/detectLiveness-sessions', { json });
    expect(answer.statusCode, answer.body).toBe(200);
  });

  it('of a body that is announced and not there do no harm', async () => {
    const { sessionId } = (await service.call('POST', SESSIONS, { json: PASSIVE })).json();
    const headers = { 'content-type': 'application/json' };
    for (const method of ['GET', 'DELETE'] as const)
      expect((await service.call(method, `${SESSIONS}/${sessionId}`, { headers })).statusCode).toBe(200);
  });
});

describe('forms', () => {
  const disposition = 'content-disposition: form-data; name=';
  it.each([
    [
      'of the web samples: the file first, named undefined',
      rawForm(
        [`${disposition}"verifyImage"; filename="undefined"`, clip('high')],
        [`${disposition}"livenessOperationMode"`, 'Passive'],
        [`${disposition}"deviceCorrelationId"`, 'abc'],
        [`${disposition}"userCorrelationId"`, 'abc'],
      ),
    ],
    [
      'of the Android sample: names without quotes, a type and an encoding for each',
      rawForm(
        [
          `${disposition}livenessOperationMode${CRLF}Content-Type: application/json${CRLF}Content-Transfer-Encoding: binary`,
          'Passive',
        ],
        [`${disposition}deviceCorrelationId${CRLF}Content-Transfer-Encoding: binary`, 'abc'],
        [`${disposition}VerifyImage; filename=VerifyImage`, clip('high')],
      ),
    ],
    [
      'of generation A, sent to generation B',
      rawForm(
        [`${disposition}"Parameters"`, JSON.stringify(PASSIVE)],
        [`${disposition}"VerifyImage"; filename="a.jpg"`, clip('high')],
      ),
    ],
    [
      'without a file name',
      rawForm(
        [`${disposition}"livenessOperationMode"${CRLF}content-type: text/plain; charset=UTF-8`, 'Passive'],
        [`${disposition}"deviceCorrelationId"`, 'abc'],
        [`${disposition}"verifyImage"${CRLF}content-type: application/octet-stream`, clip('high')],
      ),
    ],
  ])('%s', async (_name, body) => {
    for (const contentType of ['multipart/form-data; boundary=b', 'application/json']) {
      const answer = await post(VERIFY, body, contentType);
      expect(answer.statusCode, answer.body).toBe(200);
      expect(answer.json().results.verifyReferences).toHaveLength(1);
    }
  });

  it('of generation B, sent to generation A', async () => {
    const { body, contentType } = toMultipart({ ...PASSIVE, verifyImage: clip('high') });
    const url = '/face/v1.1-preview.1/detectLivenessWithVerify/singleModal/sessions';
    expect((await post(url, body, contentType)).statusCode).toBe(200);
  });

  it('that promise a photograph and have none, or have no end, are refused', async () => {
    const { body, contentType } = toMultipart(PASSIVE);
    expect((await post(VERIFY, body, contentType)).statusCode).toBe(400);
    expect((await post(VERIFY, body.subarray(0, -20), contentType)).statusCode).toBe(400);
    expect((await post(VERIFY, body, 'multipart/form-data')).statusCode).toBe(400);
    expect((await post(VERIFY, body, 'text/plain')).statusCode).toBe(415);
  });
});
