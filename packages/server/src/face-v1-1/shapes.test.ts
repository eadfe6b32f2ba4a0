import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RECTANGLE } from '../../test/fake-engine.js';
import { clip, PASSIVE, startService, type TestService } from '../../test/service.js';

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.end());

const BASE = '/face/v1.2-preview.1/detectLivenessWithVerify/singleModal';
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{7}\+00:00$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

type Json = Record<string, unknown>;
/** Names and types in their order; objects member by member. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.entries(value).map(([name, member]) => [name, shapeOf(member)]);
}

const RECTANGLE_SHAPE = [
  ['top', 'number'],
  ['left', 'number'],
  ['width', 'number'],
  ['height', 'number'],
];
/** An entry of the audit with everything that it may have. */
const ENTRY_SHAPE = [
  ['id', 'number'],
  ['sessionId', 'string'],
  ['requestId', 'string'],
  ['clientRequestId', 'string'],
  ['receivedDateTime', 'string'],
  [
    'request',
    [
      ['url', 'string'],
      ['method', 'string'],
      ['contentLength', 'number'],
      ['contentType', 'string'],
      ['userAgent', 'string'],
    ],
  ],
  [
    'response',
    [
      [
        'body',
        [
          ['livenessDecision', 'string'],
          [
            'target',
            [
              ['faceRectangle', RECTANGLE_SHAPE],
              ['fileName', 'string'],
              ['timeOffsetWithinFile', 'number'],
              ['imageType', 'string'],
            ],
          ],
          ['modelVersionUsed', 'string'],
          [
            'verifyResult',
            [
              [
                'verifyImage',
                [
                  ['faceRectangle', RECTANGLE_SHAPE],
                  ['qualityForRecognition', 'string'],
                ],
              ],
              ['matchConfidence', 'number'],
              ['isIdentical', 'boolean'],
            ],
          ],
        ],
      ],
      ['statusCode', 'number'],
      ['latencyInMilliseconds', 'number'],
    ],
  ],
  ['digest', 'string'],
  ['sessionImageId', 'string'],
  ['verifyImageHash', 'string'],
];

describe('the shapes of generation A: members, their order and their types', () => {
  let created: { sessionId: string; authToken: string };
  let bodies: { create: Json; session: Json; list: Json[]; audit: Json[] };
  beforeAll(async () => {
    const parameters = { ...PASSIVE, enableSessionImage: true, returnVerifyImageHash: true };
    const create = await service.call('POST', `${BASE}/sessions`, {
      form: { VerifyImage: clip('medium'), Parameters: JSON.stringify(parameters) },
    });
    created = create.json();
    const token = created.authToken;
    await service.call('POST', '/face/v1.2-preview.1/session/start', { token });
    await service.call('POST', '/face/v1.2-preview.1/session/attempt/end', { token });
    const headers = { 'x-ms-client-request-id': 'mine', 'user-agent': 'a test' };
    for (const word of ['NoFace', 'realface'])
      await service.call('POST', BASE, { token, headers, form: { Content: clip(word), Metadata: '{}' } });
    const get = async (path: string) => (await service.call('GET', BASE + path)).json();
    bodies = {
      create: create.json(),
      session: await get(`/sessions/${created.sessionId}`),
      list: await get('/sessions'),
      audit: await get(`/sessions/${created.sessionId}/audit`),
    };
  });

  it('create', () => {
    expect(shapeOf(bodies.create)).toEqual([
      [
        'verifyImage',
        [
          ['faceRectangle', RECTANGLE_SHAPE],
          ['qualityForRecognition', 'string'],
        ],
      ],
      ['sessionId', 'string'],
      ['authToken', 'string'],
    ]);
    expect(created.sessionId).toMatch(UUID);
    expect(created.authToken).toMatch(/^eyJhbGciOiJFUzI1NiIs[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  it('get', () => {
    expect(shapeOf(bodies.session)).toEqual([
      ['status', 'string'],
      ['result', ENTRY_SHAPE],
      ['id', 'string'],
      ['createdDateTime', 'string'],
      ['authTokenTimeToLiveInSeconds', 'number'],
      ['sessionStartDateTime', 'string'],
      ['deviceCorrelationId', 'string'],
      ['sessionExpired', 'boolean'],
    ]);
    expect(bodies.session['createdDateTime']).toMatch(TIME);
    expect(bodies.session['sessionStartDateTime']).toMatch(TIME);
  });

  it('list', () => {
    expect(bodies.list.map(shapeOf)).toEqual([
      [
        ['id', 'string'],
        ['createdDateTime', 'string'],
        ['sessionStartDateTime', 'string'],
        ['sessionExpired', 'boolean'],
        ['deviceCorrelationId', 'string'],
        ['authTokenTimeToLiveInSeconds', 'number'],
      ],
    ]);
  });

  it('audit, newest first, with the refused call and its answer', () => {
    const [latest, first] = bodies.audit;
    expect(latest).toEqual(bodies.session['result']);
    expect(latest).toMatchObject({
      id: 2,
      clientRequestId: 'mine',
      receivedDateTime: expect.stringMatching(TIME),
      request: { url: BASE, method: 'POST', userAgent: 'a test' },
      response: {
        body: { target: { faceRectangle: RECTANGLE, fileName: 'video.webp', imageType: 'Color' } },
      },
      digest: expect.stringMatching(/^[0-9A-F]{64}$/),
      sessionImageId: expect.stringMatching(/^[\w-]{44}$/),
      verifyImageHash: createHash('sha256').update(clip('medium')).digest('hex').toUpperCase(),
    });
    expect(first).toMatchObject({
      id: 1,
      response: {
        body: { error: { code: 'InvalidImage', message: 'No face detected in the image.' } },
        statusCode: 400,
      },
    });
  });

  it('the session image, under the path of this generation', async () => {
    const { sessionImageId } = bodies.session['result'] as { sessionImageId: string };
    const path = `/face/v1.2-preview.1/session/sessionImages/${sessionImageId}`;
    const image = await service.call('GET', path, { headers: { accept: 'application/json' } });
    expect([image.statusCode, image.headers['content-type']]).toEqual([200, 'application/octet-stream']);
    const older = await service.call('GET', path.replace('v1.2', 'v1.1'));
    expect([older.statusCode, older.json().error.code]).toEqual([404, '404']);
  });
});
