import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { capturedFor } from '../../test/captured.js';
import { clip, DETECT, PASSIVE, SESSIONS, startService, type TestService } from '../../test/service.js';

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.end());

const V = '/face/v1.1-preview.1';
const START = `${V}/session/start`;
const END = `${V}/session/attempt/end`;
const ORIGIN = 'https://app.example.com';

async function create(more: object = {}): Promise<{ sessionId: string; authToken: string }> {
  return (await service.call('POST', SESSIONS, { json: { ...PASSIVE, ...more } })).json();
}
const send = (token: string, word = 'realface', form: Record<string, string | Uint8Array> = {}) =>
  service.call('POST', DETECT, { token, form: { Content: clip(word), ...form } });
const codeOf = (answer: { json: () => { error: { code: string } } }) => answer.json().error.code;

describe('session/start and session/attempt/end', () => {
  it('hand out another nonce at every start, ten times at most', async () => {
    const { authToken: token } = await create();
    const nonces = new Set<string>();
    for (let k = 0; k < 10; k++) {
      const { attemptId, nonce } = (await service.call('POST', START, { token })).json();
      expect(attemptId).toBe(1);
      nonces.add(nonce);
    }
    expect(nonces.size).toBe(10);
    const eleventh = await service.call('POST', START, { token });
    expect([eleventh.statusCode, codeOf(eleventh)]).toEqual([403, 'AttemptsExhausted']);
  });

  it('leave no room for an unbound capture in an attempt that was started', async () => {
    const { authToken: token } = await create();
    await service.call('POST', START, { token });
    expect(codeOf(await send(token))).toBe('InvalidMetadata');
  });

  it('refuse what is neither empty nor theirs, and end without an attempt all the same', async () => {
    const { authToken: token } = await create();
    expect((await service.call('POST', END, { token })).statusCode).toBe(204);
    expect((await service.call('POST', END, { token, json: { reason: 'Bored' } })).statusCode).toBe(400);
    expect((await service.call('POST', START, { token, json: [] })).statusCode).toBe(400);
    const text = await service.call('POST', START, {
      token,
      payload: 'x',
      headers: { 'content-type': 'text/plain' },
    });
    expect(text.statusCode).toBe(415);
    const huge = await service.call('POST', START, { token, json: { light: 'x'.repeat(20_000) } });
    expect(huge.statusCode).toBe(413);
  });
});

describe('captures', () => {
  it('are judged one at a time', async () => {
    const { authToken: token } = await create();
    let open = () => {};
    service.engine.gate = new Promise((done) => (open = done));
    const first = send(token);
    await expect.poll(() => service.engine.requests.length).toBeGreaterThan(0);
    for (const answer of [
      await send(token),
      await service.call('POST', START, { token }),
      await service.call('POST', END, { token }),
    ])
      expect([answer.statusCode, codeOf(answer)]).toEqual([409, 'ConcurrentOperationConflict']);
    open();
    expect((await first).statusCode).toBe(204);
  });

  it('are three of a token, and the latest decision counts', async () => {
    const { sessionId, authToken: token } = await create({ sendResultsToClient: 'true' });
    const first = await send(token, 'spoofface');
    expect([first.statusCode, first.json().livenessDecision]).toEqual([200, 'spoofface']);
    await send(token, 'NoFace');
    await send(token, 'uncertain');
    expect(codeOf(await send(token))).toBe('AttemptsExhausted');
    const session = (await service.call('GET', `${SESSIONS}/${sessionId}`)).json();
    expect(session.result.response.body.livenessDecision).toBe('uncertain');
    const audit = (await service.call('GET', `${SESSIONS}/${sessionId}/audit`)).json();
    expect(audit.map(({ response }: { response: { statusCode: number } }) => response.statusCode)).toEqual([
      403, 200, 400, 200,
    ]);
  });

  it('bring no photograph to a session that has none to compare, and are of their own kind of session', async () => {
    const { authToken: token } = await create();
    const wrong = await service.call('POST', `${V}/detectLivenessWithVerify/singleModal`, {
      token,
      form: { Content: clip('realface') },
    });
    expect([wrong.statusCode, codeOf(wrong)]).toEqual([403, 'Forbidden']);
    expect((await service.call('POST', DETECT, { token, json: {} })).statusCode).toBe(415);
    expect((await service.call('POST', DETECT, { token, form: { Metadata: '{}' } })).statusCode).toBe(400);
  });

  it('take a photograph from the device once, unless the app server has set it', async () => {
    const verify = `${V}/detectLivenessWithVerify/singleModal`;
    const bring = (token: string, form: Record<string, Uint8Array> = {}) =>
      service.call('POST', verify, { token, form: { Content: clip('realface'), ...form } });
    const without = (await service.call('POST', `${verify}/sessions`, { json: PASSIVE })).json();
    expect(codeOf(await bring(without.authToken))).toBe('VerifyImageNotProvided');
    expect((await bring(without.authToken, { VerifyImage: clip('high') })).statusCode).toBe(204);

    const form = { Parameters: JSON.stringify(PASSIVE), VerifyImage: clip('high') };
    const set = (await service.call('POST', `${verify}/sessions`, { form })).json();
    expect(codeOf(await bring(set.authToken, { VerifyImage: clip('high') }))).toBe(
      'SetVerifyImageNotAllowed',
    );
  });
});

describe('photographs of devices', () => {
  const VERIFY = '/face/v1.2/detectLivenessWithVerify';
  const createVerify = async (): Promise<string> => {
    const json = { livenessOperationMode: 'PassiveActive', deviceCorrelationId: 'abc' };
    return (await service.call('POST', `${VERIFY}-sessions`, { json })).json().authToken;
  };
  const bring = async (token: string, photo: Uint8Array, metadata = '') => {
    const form = { Content: clip('realface'), VerifyImage: photo, Metadata: metadata };
    const answer = await service.call('POST', `${VERIFY}/singleModal`, { token, form });
    return answer.statusCode === 204 ? 204 : codeOf(answer);
  };

  it('use the attempt up where they show no single face', async () => {
    const token = await createVerify();
    for (const word of ['undecodable', 'NoFace', 'SeveralFaces'])
      expect(await bring(token, clip(word))).toBe('InvalidImage');
    expect(await bring(token, clip('high'))).toBe('AttemptsExhausted');
  });

  it('use none up where they are of no size that is accepted, or the engine fails', async () => {
    const token = await createVerify();
    for (let k = 0; k < 3; k++) {
      expect(await bring(token, Buffer.from('high'))).toBe('InvalidImageSize');
      expect(await bring(token, clip('crash'))).toBe('Unspecified');
    }
    expect(await bring(token, clip('high'))).toBe(204);
  });

  it('are not looked at for a capture that belongs to no attempt', async () => {
    const inspect = vi.spyOn(service.engine, 'inspectReference');
    const token = await createVerify();
    await service.call('POST', START, { token });
    expect(await bring(token, clip('high'))).toBe('InvalidMetadata');
    expect(inspect).not.toHaveBeenCalled();
    inspect.mockRestore();
  });
});

describe('credentials of devices', () => {
  it.each(['', 'Bearer', 'Bearer x', 'Bearer a.b.c', 'Basic a.b.c'])(
    '%j opens nothing',
    async (authorization) => {
      const answer = await service.call('POST', START, { key: null, headers: { authorization } });
      expect([answer.statusCode, codeOf(answer)]).toEqual([401, '401']);
    },
  );

  it('end with their time, and open no route of applications; nor does a key open theirs', async () => {
    const { sessionId, authToken: token } = await create({ authTokenTimeToLiveInSeconds: 60 });
    expect((await service.call('GET', `${SESSIONS}/${sessionId}`, { token })).statusCode).toBe(401);
    expect((await service.call('POST', START)).statusCode).toBe(401);
    service.now += 121_000;
    expect((await service.call('POST', START, { token })).statusCode).toBe(401);
  });
});

describe('web pages of other origins', () => {
  const preflight = (url: string) =>
    service.call('OPTIONS', url, {
      key: null,
      headers: { origin: ORIGIN, 'access-control-request-method': 'POST' },
    });

  it('may call the four device routes of every version and no others', async () => {
    for (const version of ['v1.1-preview.1', 'v1.2-preview.1', 'v1.2', 'v1.3-preview.1']) {
      for (const route of [
        'session/start',
        'detectLiveness/singleModal',
        'detectlivenesswithverify/singlemodal',
        'session/attempt/end',
      ]) {
        const { statusCode, headers } = await preflight(`/face/${version}/${route}`);
        expect([route, statusCode, headers['access-control-allow-origin']]).toEqual([route, 204, ORIGIN]);
        expect(headers['access-control-allow-headers']).toContain('Authorization');
        expect(headers['access-control-allow-credentials']).toBeUndefined();
      }
      for (const route of [
        'detect',
        'verify',
        'detectLiveness/singleModal/sessions',
        'detectLiveness-sessions',
      ]) {
        const { statusCode, headers } = await preflight(`/face/${version}/${route}`);
        expect(statusCode).toBeGreaterThanOrEqual(400);
        expect(headers['access-control-allow-origin']).toBeUndefined();
      }
    }
  });

  it('read the headers that the digest needs, also of a refusal', async () => {
    const { authToken: token } = await create();
    const answer = await service.call('POST', END, { token, headers: { origin: ORIGIN } });
    expect(answer.headers['access-control-expose-headers']).toContain('apim-request-id');
    const refused = await service.call('POST', END, { key: null, headers: { origin: ORIGIN } });
    expect([refused.statusCode, refused.headers['access-control-allow-origin']]).toEqual([401, ORIGIN]);
  });

  it("are allowed from an app's own page, whose origin has a scheme of its own", async () => {
    const { authToken: token } = await create();
    const origin = 'capacitor://localhost';
    await service.resources.setPolicy('default', { allowedOrigins: [origin] });
    const answer = await service.call('POST', START, { token, headers: { origin } });
    expect([answer.statusCode, answer.headers['access-control-allow-origin']]).toEqual([200, origin]);
    await service.resources.setPolicy('default', { allowedOrigins: ['*'] });
  });

  it('are refused where the resource does not list their origin', async () => {
    const { authToken: token } = await create();
    await service.resources.setPolicy('default', { allowedOrigins: ['https://other.example.com'] });
    expect((await preflight(START)).headers['access-control-allow-origin']).toBeUndefined();
    const answer = await service.call('POST', START, { token, headers: { origin: ORIGIN } });
    expect(answer.statusCode).toBe(403);
    await service.resources.setPolicy('default', { allowedOrigins: ['*'] });
  });
});

describe('coloured light', () => {
  const start = async (token: string, light?: string) =>
    service.call('POST', START, { token, json: light === undefined ? {} : { light } });
  const isAsked = (answer: { json: () => { challenge: { steps: { kind: string }[] } } }) =>
    answer.json().challenge.steps.some(({ kind }) => kind === 'light');
  const setLight = (light: 'on' | 'off' | 'required') => service.resources.setPolicy('default', { light });
  afterEach(() => setLight('on'));

  it.each([
    ['on', undefined, true],
    ['on', 'on', true],
    ['on', 'off', false],
    ['off', 'on', false],
    ['off', 'off', false],
    ['required', undefined, true],
    ['required', 'on', true],
  ] as const)('where the policy has it %s and the device %s: %s', async (policy, wanted, expected) => {
    await setLight(policy);
    const { authToken } = await create();
    expect(isAsked(await start(authToken, wanted))).toBe(expected);
  });

  it('cannot be declined where it is required, which uses nothing up', async () => {
    await setLight('required');
    const { authToken } = await create();
    for (let k = 0; k < 12; k++) {
      const declined = await start(authToken, 'Off');
      expect([declined.statusCode, codeOf(declined)]).toEqual([403, 'LightRequired']);
    }
    expect((await start(authToken, 'on')).json().attemptId).toBe(1);
  });

  it('is missing from a challenge of before it was required: its capture is refused, and the next may come', async () => {
    const { sessionId, authToken } = await create();
    const old = (await start(authToken, 'off')).json();
    await setLight('required');
    const refused = await service.call('POST', DETECT, {
      token: authToken,
      form: await capturedFor(sessionId, old),
    });
    expect([refused.statusCode, codeOf(refused)]).toEqual([403, 'LightRequired']);
    const next = (await start(authToken, 'on')).json();
    service.now += 20_000;
    const form = await capturedFor(sessionId, next);
    expect((await service.call('POST', DETECT, { token: authToken, form })).statusCode).toBe(204);
  });

  it('where it is required, lets no clip pass that has no challenge', async () => {
    const allowed = async () => {
      await send((await create()).authToken);
      return service.engine.requests.at(-1)?.allowUnbound;
    };
    expect(await allowed()).toBe(true);
    await setLight('required');
    expect(await allowed()).toBe(false);
  });
});
