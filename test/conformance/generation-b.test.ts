import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { isUnexpected } from 'face-b3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReader, NOBODY, SESSION_NOT_FOUND } from './answers.js';
import { clientB, sendCapture } from './clients.js';
import { filled, foreignOperations } from './operations.js';
import { openStage, TRANSPORTS, type Stage } from './stage.js';

// `@azure-rest/ai-vision-face` 1.0.0-beta.3, the client of v1.2.

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const { good, refusal } = createReader(isUnexpected);
const LIVENESS = '/detectLiveness-sessions';
const VERIFY = '/detectLivenessWithVerify-sessions';
const BODY = { livenessOperationMode: 'PassiveActive', deviceCorrelationId: 'device-of-a-test' };
const DECISION = /^(realface|spoofface|uncertain)$/;

/** The parts of a create request with a photograph. */
const partsOf = (photo: Uint8Array, more: object = {}) =>
  Object.entries({ ...BODY, verifyImage: photo, ...more }).map(([name, body]) => ({ name, body })) as never;

describe.each(TRANSPORTS)('the client of generation B over %s', (transport) => {
  const client = (options?: Parameters<typeof clientB>[1]) => clientB(stage.targets[transport], options);
  const send = (token: string, content: Uint8Array, kind?: 'detectLivenessWithVerify') =>
    sendCapture(stage.targets[transport], kind ?? 'detectLiveness', token, content);
  const createVerify = (parts: never) =>
    client().path(VERIFY).post({ contentType: 'multipart/form-data', body: parts });

  const versions = transport === 'http' ? ['v1.2', 'v1.3-preview.1'] : ['v1.2'];
  it.each(versions)('takes a session of %s through its life', async (apiVersion) => {
    const own = client({ apiVersion });
    const more = { numberOfClientAttemptsAllowed: 2, enableSessionImage: true };
    const created = good(await own.path(LIVENESS).post({ body: { ...BODY, ...more } }));
    expect(created).toMatchObject({ status: 'NotStarted', results: { attempts: [] } });
    const session = own.path(`${LIVENESS}/{sessionId}`, created.sessionId);

    const refused = await send(created.authToken, stage.empty);
    expect([refused.status, refused.body]).toMatchObject(['400', { error: { code: 'InvalidImage' } }]);
    expect(good(await session.get())).toMatchObject({ status: 'Running', authToken: '' });
    expect((await send(created.authToken, stage.clip)).status).toBe('204');

    const { status, results } = good(await session.get());
    expect(status).toBe('Succeeded');
    expect(results.attempts).toMatchObject([
      {
        attemptId: 2,
        attemptStatus: 'Succeeded',
        result: { livenessDecision: expect.stringMatching(DECISION) },
      },
      { attemptId: 1, attemptStatus: 'Failed', error: { code: 'NoFaceDetected' } },
    ]);

    const sessionImageId = results.attempts[0]?.result?.sessionImageId ?? '';
    const image = await own.path('/sessionImages/{sessionImageId}', sessionImageId).get().asNodeStream();
    expect(image.headers).toMatchObject({ 'content-type': 'application/octet-stream' });
    if (!image.body) throw new Error('expected an image');
    const jpeg = await buffer(image.body);
    expect(jpeg.subarray(0, 3)).toEqual(Buffer.of(0xff, 0xd8, 0xff));
    const faces = good(
      await own.path('/detect').post({
        contentType: 'application/json',
        queryParameters: { returnFaceId: false },
        body: { sessionImageId },
      }),
    );
    // The image was compressed once more than the frame.
    const target = results.attempts[0]?.result?.targets.color.faceRectangle.left ?? NaN;
    expect(faces).toHaveLength(1);
    expect(Math.abs((faces[0]?.faceRectangle.left ?? NaN) - target)).toBeLessThan(10);

    expect((await session.delete()).status).toBe('204');
    for (const answer of [await session.get(), await session.delete()])
      expect(refusal(answer)).toEqual(['404', SESSION_NOT_FOUND]);
    expect((await send(created.authToken, stage.clip)).status).toBe('401');
    const gone = await own.path('/sessionImages/{sessionImageId}', sessionImageId).get();
    expect(refusal(gone)).toMatchObject(['404', { code: 'SessionImageNotFound' }]);
  });

  it('verifies against its photograph, whose hash it is told', async () => {
    const parts = partsOf(stage.photo, { returnVerifyImageHash: true, verifyConfidenceThreshold: 0.4 });
    const created = good(await createVerify(parts));
    expect(created.results.verifyReferences).toMatchObject([{ referenceType: 'image' }]);
    expect((await send(created.authToken, stage.clip, 'detectLivenessWithVerify')).status).toBe('204');
    const session = client().path(`${VERIFY}/{sessionId}`, created.sessionId);
    const { results } = good(await session.get());
    expect(results.attempts).toMatchObject([
      {
        result: {
          verifyImageHash: createHash('sha256').update(stage.photo).digest('hex').toUpperCase(),
          verifyResult: { isIdentical: true, matchConfidence: expect.any(Number) },
        },
      },
    ]);
    expect((await session.delete()).status).toBe('204');
    expect(refusal(await session.get())).toEqual(['404', SESSION_NOT_FOUND]);
    expect(refusal(await session.delete())).toEqual(['404', SESSION_NOT_FOUND]);
  });

  it('takes the form of a browser, too', async () => {
    const form = new FormData();
    for (const [name, value] of Object.entries(BODY)) form.append(name, value);
    form.append('verifyImage', new Blob([Uint8Array.from(stage.photo)]), 'me.jpg');
    const created = good(
      await client().path(VERIFY).post({ contentType: 'multipart/form-data', body: form }),
    );
    expect(created.results.verifyReferences).toHaveLength(1);
  });

  it.each([
    [{ livenessOperationMode: 'Active' }, 'InvalidLivenessOperationMode'],
    [{ authTokenTimeToLiveInSeconds: 86_401 }, 'InvalidTokenLifetime'],
    [{ deviceCorrelationId: '' }, 'InvalidDeviceCorrelationId'],
  ])('is refused a session with %j', async (more, code) => {
    const plain = await client()
      .path(LIVENESS)
      .post({ body: { ...BODY, ...more } });
    expect(refusal(plain)).toMatchObject(['400', { code }]);
    expect(refusal(await createVerify(partsOf(stage.photo, more)))).toMatchObject(['400', { code }]);
  });

  it('is refused photographs without a face, of the wrong size or broken', async () => {
    const errors = [];
    for (const photo of [stage.empty, Buffer.alloc(10), Buffer.alloc(2_000, 7)])
      errors.push(refusal(await createVerify(partsOf(photo))));
    expect(errors).toMatchObject([
      ['400', { code: 'InvalidImage', message: 'No face detected in the image.' }],
      ['400', { code: 'InvalidImageSize' }],
      ['400', { code: 'InvalidImage', message: 'Decoding error, image format unsupported.' }],
    ]);
  });

  it('knows neither a stranger nor a session of nobody', async () => {
    const stranger = client({ key: 'x' });
    for (const path of [`${LIVENESS}/{sessionId}`, `${VERIFY}/{sessionId}`] as const) {
      const own = path as `${typeof LIVENESS}/{sessionId}`;
      expect(refusal(await client().path(own, NOBODY).get())).toEqual(['404', SESSION_NOT_FOUND]);
      expect(refusal(await client().path(own, NOBODY).delete())).toEqual(['404', SESSION_NOT_FOUND]);
      expect(refusal(await stranger.path(own, NOBODY).get())).toMatchObject(['401', { code: '401' }]);
      expect(refusal(await stranger.path(own, NOBODY).delete())).toMatchObject(['401', { code: '401' }]);
    }
    for (const answer of [
      await stranger.path(LIVENESS).post({ body: BODY }),
      await stranger.path('/sessionImages/{sessionImageId}', 'x').get(),
      await stranger.path('/verify').post({ body: { faceId1: NOBODY, faceId2: NOBODY } }),
      await stranger.path('/detect').post({ contentType: 'application/json', body: { sessionImageId: 'x' } }),
    ])
      expect(refusal(answer)).toMatchObject(['401', { code: '401' }]);
    const unknown = await client().path('/sessionImages/{sessionImageId}', 'x').get();
    expect(refusal(unknown)).toMatchObject(['404', { code: 'SessionImageNotFound' }]);
  });

  it('detects and compares faces, and is told which attribute it cannot have', async () => {
    const detect = (returnFaceAttributes: string[], body: Uint8Array = stage.photo) =>
      client()
        .path('/detect')
        .post({
          contentType: 'application/octet-stream',
          queryParameters: { recognitionModel: 'recognition_04', returnFaceAttributes },
          body,
        });
    const [face] = good(await detect(['headPose', 'mask', 'blur', 'exposure', 'noise', 'occlusion']));
    expect(Object.keys(face?.faceAttributes ?? {})).toHaveLength(6);
    expect(refusal(await detect(['glasses']))).toMatchObject([
      '400',
      { code: 'BadArgument', message: expect.stringContaining('glasses') },
    ]);
    expect(refusal(await detect([], Buffer.alloc(2_000, 7)))).toMatchObject([
      '400',
      { code: 'InvalidImage' },
    ]);
    const fromUrl = await client()
      .path('/detect')
      .post({ contentType: 'application/json', body: { url: 'http://127.0.0.1/photo.jpg' } });
    expect(refusal(fromUrl)).toMatchObject(['400', { code: 'InvalidURL' }]);

    const verify = client().path('/verify');
    const faceId1 = face?.faceId ?? '';
    expect(good(await verify.post({ body: { faceId1, faceId2: faceId1 } })).isIdentical).toBe(true);
    expect(refusal(await verify.post({ body: { faceId1, faceId2: NOBODY } }))).toEqual([
      '404',
      { code: 'FaceNotFound', message: 'Face is not found.' },
    ]);
  });

  it('is told when to come again', async () => {
    const { server } = stage.targets[transport];
    await server.resources.create({ name: 'busy', tier: 'F0' });
    const { key1: key } = await server.resources.keys('busy');
    const ask = () => client({ key }).path(`${LIVENESS}/{sessionId}`, NOBODY).get();
    for (let call = 0; call < 20; call++) expect((await ask()).status).toBe('404');
    const answer = await ask();
    expect(refusal(answer)).toEqual(['429', { code: '429', message: 'Rate limit is exceeded.' }]);
    expect(answer.headers).toMatchObject({ 'retry-after': expect.stringMatching(/^[1-9]\d?$/) });
  });

  it('gets a 404 in the shape of the contract for everything else that it knows', async () => {
    const operations = foreignOperations('face-b3');
    expect(operations.length).toBeGreaterThan(50);
    for (const operation of operations) {
      const call = client().pathUnchecked(filled(operation) as '/')[operation.method];
      const answer = await call({ body: operation.method === 'get' ? undefined : {} });
      const error = { code: '404', message: expect.stringMatching(/^Resource not found/) };
      expect([operation, answer.status, answer.body]).toEqual([operation, '404', { error }]);
    }
  });
});
