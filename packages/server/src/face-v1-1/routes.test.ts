import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RECTANGLE } from '../../test/fake-engine.js';
import {
  clip,
  DETECT,
  DETECT_VERIFY,
  PASSIVE,
  SESSIONS,
  startService,
  VERIFY_SESSIONS,
  type TestService,
} from '../../test/service.js';

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.end());

async function create(more: object = {}): Promise<{ sessionId: string; authToken: string }> {
  const answer = await service.call('POST', SESSIONS, { json: { ...PASSIVE, ...more } });
  expect(answer.statusCode).toBe(200);
  return answer.json();
}

describe("the tutorial's flow", () => {
  it('creates a session, judges its clip without telling the device, and prints the result in the order of the tutorial', async () => {
    const { sessionId, authToken } = await create();
    const untouched = await service.call('GET', `${SESSIONS}/${sessionId}`);
    expect(untouched.body).toBe(
      `{"status":"NotStarted","id":"${sessionId}","createdDateTime":"2026-11-24T12:00:00.0000000+00:00",` +
        `"authTokenTimeToLiveInSeconds":600,"deviceCorrelationId":"723d6d03-ef33-40a8-9682-23a1feb7bccd","sessionExpired":false}`,
    );

    const detect = await service.call('POST', DETECT, {
      token: authToken,
      form: { Content: clip('realface'), Metadata: '<insert-metadata>' },
      headers: { 'user-agent': 'PostmanRuntime/7.34.0' },
    });
    expect([detect.statusCode, detect.body]).toEqual([204, '']);
    const requestId = detect.headers['apim-request-id'];
    const digest = detect.headers['x-bonafide-digest'];
    expect(digest).toMatch(/^[0-9A-F]{64}$/);

    const answer = await service.call('GET', `${SESSIONS}/${sessionId}`);
    const { result } = answer.json();
    expect(answer.body).toBe(
      JSON.stringify({
        status: 'ResultAvailable',
        result: {
          id: 1,
          sessionId,
          requestId,
          receivedDateTime: '2026-11-24T12:00:00.0000000+00:00',
          request: {
            url: DETECT,
            method: 'POST',
            contentLength: result.request.contentLength,
            contentType: result.request.contentType,
            userAgent: 'PostmanRuntime/7.34.0',
          },
          response: {
            body: {
              livenessDecision: 'realface',
              target: {
                faceRectangle: RECTANGLE,
                fileName: 'video.webp',
                timeOffsetWithinFile: 0,
                imageType: 'Color',
              },
              modelVersionUsed: 'fake-1+test-1',
            },
            statusCode: 200,
            latencyInMilliseconds: 0,
          },
          digest,
        },
        id: sessionId,
        createdDateTime: '2026-11-24T12:00:00.0000000+00:00',
        authTokenTimeToLiveInSeconds: 600,
        deviceCorrelationId: '723d6d03-ef33-40a8-9682-23a1feb7bccd',
        sessionExpired: false,
      }),
    );
    expect(result.request.contentLength).toBeGreaterThan(1000);
    expect(result.request.contentType).toMatch(/^multipart\/form-data; boundary=/);
  });

  it('verifies against the photograph of the app server and accepts the dot after Bearer', async () => {
    const created = await service.call('POST', VERIFY_SESSIONS, {
      form: { Parameters: JSON.stringify(PASSIVE), VerifyImage: clip('high') },
    });
    expect(created.statusCode).toBe(200);
    const { sessionId, authToken } = created.json();
    expect(created.body).toBe(
      `{"verifyImage":{"faceRectangle":{"top":506,"left":51,"width":680,"height":475},"qualityForRecognition":"high"},` +
        `"sessionId":"${sessionId}","authToken":"${authToken}"}`,
    );
    const detect = await service.call('POST', DETECT_VERIFY, {
      key: null,
      form: { Content: clip('realface'), Metadata: '<insert-metadata>' },
      headers: { authorization: `Bearer.${authToken}`, 'apim-recognition-model-preview-1904': 'true' },
    });
    expect(detect.statusCode).toBe(204);
    const session = await service.call('GET', `${VERIFY_SESSIONS}/${sessionId}`);
    expect(session.json().result.response.body.verifyResult).toEqual({
      verifyImage: {
        faceRectangle: { top: 506, left: 51, width: 680, height: 475 },
        qualityForRecognition: 'high',
      },
      matchConfidence: 0.9304124,
      isIdentical: true,
    });
  });

  it('deletes: 200 and an empty body, then 404 for everything, and the token is dead', async () => {
    const { sessionId, authToken } = await create();
    const deleted = await service.call('DELETE', `${SESSIONS}/${sessionId}`);
    expect([deleted.statusCode, deleted.body, deleted.headers['content-length']]).toEqual([200, '', '0']);
    for (const [method, url] of [
      ['GET', `${SESSIONS}/${sessionId}`],
      ['DELETE', `${SESSIONS}/${sessionId}`],
      ['GET', `${SESSIONS}/${sessionId}/audit`],
    ] as const) {
      const answer = await service.call(method, url);
      expect(answer.statusCode).toBe(404);
      expect(answer.body).toBe(
        '{"error":{"code":"SessionNotFound","message":"Session Id is not found. The session id is expired or does not exist."}}',
      );
      expect(answer.headers['content-length']).toBe('118');
    }
    const detect = await service.call('POST', DETECT, {
      token: authToken,
      form: { Content: clip('realface') },
    });
    expect(detect.statusCode).toBe(401);
  });
});
