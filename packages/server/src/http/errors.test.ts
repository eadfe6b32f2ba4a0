import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  clip,
  DETECT,
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

const NOBODY = `${SESSIONS}/00000000-0000-4000-8000-000000000000`;

type Call = Parameters<TestService['call']>;
const create = (json: object): Call => ['POST', SESSIONS, { json: { ...PASSIVE, ...json } }];
const photo = (image: Buffer): Call => [
  'POST',
  VERIFY_SESSIONS,
  { form: { Parameters: JSON.stringify(PASSIVE), VerifyImage: image } },
];

/** Each error whose whole text the real service was seen to print. */
const PRINTED: [string, Call, number, string, string][] = [
  [
    'a start that is too long',
    ['GET', `${SESSIONS}?start=${'x'.repeat(65)}`],
    400,
    'BadArgument',
    "Start parameter is invalid. Please specify the 'Id' field of the last entry to continue the listing process.",
  ],
  [
    'a top of 0',
    ['GET', `${SESSIONS}?top=0`],
    400,
    'BadArgument',
    'Top parameter is invalid. Valid range is between 1 and 1000 inclusive.',
  ],
  [
    'a top of 1001',
    ['GET', `${NOBODY}/audit?top=1001`],
    400,
    'BadArgument',
    'Top parameter is invalid. Valid range is between 1 and 1000 inclusive.',
  ],
  [
    'a body that is no object',
    ['POST', SESSIONS, { payload: '[]', headers: { 'content-type': 'application/json' } }],
    400,
    'BadArgument',
    'Request body is invalid.',
  ],
  [
    'a part without a name',
    [
      'POST',
      VERIFY_SESSIONS,
      {
        payload: '--b\r\nContent-Disposition: form-data; name\r\n\r\nx\r\n--b--\r\n',
        headers: { 'content-type': 'multipart/form-data; boundary=b' },
      },
    ],
    400,
    'BadArgument',
    'Request body is invalid.',
  ],
  [
    'a body that is cut short',
    ['POST', SESSIONS, { payload: '{"a":', headers: { 'content-type': 'application/json' } }],
    400,
    'BadArgument',
    'JSON parsing error.',
  ],
  [
    'a member of the wrong type',
    create({ sendResultsToClient: 5 }),
    400,
    'InvalidRequestBody',
    'Incorrect request body provided. Please check the operation schema and try again.',
  ],
  [
    'a token that lives too long',
    create({ authTokenTimeToLiveInSeconds: 86_401 }),
    400,
    'InvalidTokenLifetime',
    'Invalid authTokenTimeToLiveInSeconds specified. Must be within 60 to 86400.',
  ],
  [
    'a mode of another version',
    create({ livenessOperationMode: 'PassiveActive' }),
    400,
    'InvalidLivenessOperationMode',
    "Invalid livenessOperationMode specified. Must be 'Passive'.",
  ],
  [
    'no correlation id',
    create({ deviceCorrelationId: '' }),
    400,
    'InvalidDeviceCorrelationId',
    'A device correlation ID is required in the request body during session create or session start. Must not be null or empty, and be no more than 64 characters.',
  ],
  [
    'a photograph that is none',
    photo(clip('undecodable')),
    400,
    'InvalidImage',
    'Decoding error, image format unsupported.',
  ],
  [
    'a photograph without a face',
    photo(clip('NoFace')),
    400,
    'InvalidImage',
    'No face detected in the image.',
  ],
  [
    'a photograph of several',
    photo(clip('SeveralFaces')),
    400,
    'InvalidImage',
    'There is more than 1 face in the image.',
  ],
  [
    'a session that is not there',
    ['GET', NOBODY],
    404,
    'SessionNotFound',
    'Session Id is not found. The session id is expired or does not exist.',
  ],
  [
    'an id that is none',
    ['DELETE', `${SESSIONS}/nonsense`],
    404,
    'SessionNotFound',
    'Session Id is not found. The session id is expired or does not exist.',
  ],
  [
    'a form for the device routes that is none',
    ['POST', SESSIONS, { payload: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
    415,
    'BadArgument',
    'Invalid Media Type.',
  ],
];

describe('an error', () => {
  it.each(PRINTED)('for %s is equal to the byte', async (_what, call, status, code, message) => {
    const answer = await service.call(...call);
    expect(answer.statusCode).toBe(status);
    expect(answer.body).toBe(JSON.stringify({ error: { code, message } }));
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'x-ms-error-code': code,
      'apim-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it('for a wrong key begins as the real one does', async () => {
    const answer = await service.call('GET', SESSIONS, { key: 'nonsense' });
    expect([answer.statusCode, answer.json().error.code]).toEqual([401, '401']);
    expect(answer.json().error.message).toMatch(
      /^Access denied due to invalid subscription key or wrong API endpoint/,
    );
  });

  it('for a session that is not there has the length of the real one', async () => {
    expect((await service.call('GET', NOBODY)).headers['content-length']).toBe('118');
  });

  it('for another method names those that the route has', async () => {
    const answer = await service.call('PUT', SESSIONS, { json: {} });
    expect([answer.statusCode, answer.headers['allow']]).toEqual([405, 'GET, POST']);
  });

  it('for a body above the limit comes before the body', async () => {
    const { authToken } = (await service.call(...create({}))).json();
    const headers = { 'content-type': 'multipart/form-data; boundary=b', 'content-length': '99999999' };
    const answer = await service.call('POST', DETECT, { token: authToken, headers, payload: 'x' });
    expect([answer.statusCode, answer.json().error.code]).toEqual([413, 'PayloadTooLarge']);
  });

  it('of our own tells nothing of its cause', async () => {
    const { authToken } = (await service.call(...create({}))).json();
    const answer = await service.call('POST', DETECT, { token: authToken, form: { Content: clip('crash') } });
    expect([answer.statusCode, answer.body]).toEqual([
      500,
      '{"error":{"code":"Unspecified","message":"Internal server error"}}',
    ]);
    expect(JSON.stringify(answer.headers)).not.toContain('secret');
  });

  it('echoes the id of the caller where it asks for that, and only one that is fit to be printed', async () => {
    const ask = (id: string) =>
      service.call('GET', NOBODY, {
        headers: { 'x-ms-client-request-id': id, 'x-ms-return-client-request-id': 'true' },
      });
    expect((await ask('call-1')).headers['x-ms-client-request-id']).toBe('call-1');
    expect((await ask('a b\tc')).headers['x-ms-client-request-id']).toBeUndefined();
    const unasked = await service.call('GET', NOBODY, { headers: { 'x-ms-client-request-id': 'call-1' } });
    expect(unasked.headers['x-ms-client-request-id']).toBeUndefined();
  });
});
