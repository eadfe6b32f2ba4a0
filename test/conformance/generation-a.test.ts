import { createHash } from 'node:crypto';
import { isUnexpected } from 'face-b1';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReader, NOBODY, SESSION_NOT_FOUND } from './answers.js';
import { clientA, sendCapture } from './clients.js';
import { filled, foreignOperations } from './operations.js';
import { openStage, TRANSPORTS, type Stage } from './stage.js';

// `@azure-rest/ai-vision-face` 1.0.0-beta.1, the client of v1.1-preview.1.

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const LIVENESS = '/detectLiveness/singleModal/sessions';
const VERIFY = '/detectLivenessWithVerify/singleModal/sessions';
const DECISION = /^(realface|spoofface|uncertain)$/;
const HEX = /^[0-9A-F]{64}$/;
const BODY = { livenessOperationMode: 'Passive', deviceCorrelationId: 'device-of-a-test' };
const { good, refusal } = createReader(isUnexpected);

describe.each(TRANSPORTS)('the client of generation A over %s', (transport) => {
  const client = (options?: Parameters<typeof clientA>[1]) => clientA(stage.targets[transport], options);
  const send = (token: string, content: Uint8Array) =>
    sendCapture(stage.targets[transport], 'detectLiveness', token, content);

  it('takes a session through its life', async () => {
    const { sessionId, authToken } = good(await client().path(LIVENESS).post({ body: BODY }));
    const session = () => client().path(`${LIVENESS}/{sessionId}`, sessionId);
    expect(good(await session().get())).toMatchObject({ status: 'NotStarted', sessionExpired: false });

    const refused = await send(authToken, stage.empty);
    expect([refused.status, refused.body]).toMatchObject(['400', { error: { code: 'InvalidImage' } }]);
    expect((await send(authToken, stage.clip)).status).toBe('204');

    const { status, result } = good(await session().get());
    expect([status, result?.sessionId, result?.digest]).toEqual([
      'ResultAvailable',
      sessionId,
      expect.stringMatching(HEX),
    ]);
    expect(result?.response.body.livenessDecision).toMatch(DECISION);
    expect(result?.response.body.target?.fileName).toBe('video.webp');

    const audit = client().path(`${LIVENESS}/{sessionId}/audit`, sessionId);
    expect(good(await audit.get()).map(({ id, response }) => [id, response.statusCode])).toEqual([
      [2, 200],
      [1, 400],
    ]);
    expect(good(await audit.get({ queryParameters: { start: '1', top: 5 } }))).toHaveLength(1);

    expect((await session().delete()).status).toBe('200');
    for (const answer of [await session().get(), await session().delete(), await audit.get()])
      expect(refusal(answer)).toEqual(['404', SESSION_NOT_FOUND]);
    expect((await send(authToken, stage.clip)).status).toBe('401');
  });

  it('verifies against its photograph', async () => {
    const created = good(
      await client()
        .path(VERIFY)
        .post({
          contentType: 'multipart/form-data',
          body: [
            { name: 'VerifyImage', body: stage.photo },
            { name: 'Parameters', body: { ...BODY, sendResultsToClient: true } },
          ],
        }),
    );
    expect(created).toMatchObject({ verifyImage: { qualityForRecognition: expect.any(String) } });
    const device = await sendCapture(
      stage.targets[transport],
      'detectLivenessWithVerify',
      created.authToken,
      stage.clip,
    );
    expect(device.status).toBe('200');
    const session = client().path(`${VERIFY}/{sessionId}`, created.sessionId);
    const { result } = good(await session.get());
    expect(result?.response.body).toEqual(device.body);
    expect(result?.response.body.verifyResult).toMatchObject({
      isIdentical: true,
      matchConfidence: expect.any(Number),
    });
    const audit = client().path(`${VERIFY}/{sessionId}/audit`, created.sessionId);
    expect(good(await audit.get())).toEqual([result]);
    expect((await session.delete()).status).toBe('200');
    expect(refusal(await session.get())).toEqual(['404', SESSION_NOT_FOUND]);
  });

  it("verifies against the device's photograph where the session has none", async () => {
    const { sessionId, authToken } = good(await client().path(VERIFY).post({ body: BODY }));
    const bring = (photo?: Buffer) =>
      sendCapture(stage.targets[transport], 'detectLivenessWithVerify', authToken, stage.clip, photo);
    expect((await bring()).body).toMatchObject({ error: { code: 'VerifyImageNotProvided' } });
    expect((await bring(stage.photo)).status).toBe('204');
    const { result } = good(await client().path(`${VERIFY}/{sessionId}`, sessionId).get());
    expect(result?.response.body.verifyResult?.isIdentical).toBe(true);
  });

  it.each([LIVENESS, VERIFY] as const)('lists the sessions of %s in pages', async (path) => {
    const ids = [];
    for (let k = 0; k < 3; k++)
      ids.push(
        good(
          await client()
            .path(path as typeof LIVENESS)
            .post({ body: BODY }),
        ).sessionId,
      );
    const list = client().path(path as typeof LIVENESS);
    const all = good(await list.get()).map(({ id }) => id);
    expect(all).toEqual([...all].sort());
    expect(all).toEqual(expect.arrayContaining(ids));
    const page = good(await list.get({ queryParameters: { start: all[0] ?? '', top: 2 } }));
    expect(page.map(({ id }) => id)).toEqual(all.slice(1, 3));
    expect(refusal(await list.get({ queryParameters: { start: 'x'.repeat(65) } }))).toEqual([
      '400',
      {
        code: 'BadArgument',
        message:
          "Start parameter is invalid. Please specify the 'Id' field of the last entry to continue the listing process.",
      },
    ]);
    expect(refusal(await list.get({ queryParameters: { top: 1001 } }))).toEqual([
      '400',
      {
        code: 'BadArgument',
        message: 'Top parameter is invalid. Valid range is between 1 and 1000 inclusive.',
      },
    ]);
  });

  it.each([
    [{ livenessOperationMode: 'Active' }, 'InvalidLivenessOperationMode'],
    [{ authTokenTimeToLiveInSeconds: 59 }, 'InvalidTokenLifetime'],
    [{ deviceCorrelationId: '' }, 'InvalidDeviceCorrelationId'],
    [{ deviceCorrelationId: 'x'.repeat(65) }, 'InvalidDeviceCorrelationId'],
  ])('is refused a session with %j', async (more, code) => {
    for (const path of [LIVENESS, VERIFY] as const) {
      const answer = await client()
        .path(path as typeof LIVENESS)
        .post({ body: { ...BODY, ...more } });
      expect(refusal(answer)).toMatchObject(['400', { code }]);
    }
  });

  it.each([
    ['no face', () => stage.empty, 'No face detected in the image.'],
    ['no picture', () => createHash('sha512').digest(), ''],
    ['broken bytes', () => Buffer.alloc(2_000, 7), 'Decoding error, image format unsupported.'],
  ])('is refused a photograph with %s', async (_name, photo, message) => {
    const answer = await client()
      .path(VERIFY)
      .post({
        contentType: 'multipart/form-data',
        body: [
          { name: 'VerifyImage', body: photo() },
          { name: 'Parameters', body: BODY },
        ],
      });
    const expected = message ? { code: 'InvalidImage', message } : { code: 'InvalidImageSize' };
    expect(refusal(answer)).toMatchObject(['400', expected]);
  });

  it('knows neither a stranger nor a session of nobody', async () => {
    for (const path of [LIVENESS, VERIFY] as const) {
      const own = path as typeof LIVENESS;
      const session = client().path(`${own}/{sessionId}`, NOBODY);
      for (const answer of [
        await session.get(),
        await session.delete(),
        await client().path(`${own}/{sessionId}/audit`, NOBODY).get(),
      ])
        expect(refusal(answer)).toEqual(['404', SESSION_NOT_FOUND]);
      const stranger = client({ key: 'x' });
      for (const answer of [
        await stranger.path(own).get(),
        await stranger.path(own).post({ body: BODY }),
        await stranger.path(`${own}/{sessionId}`, NOBODY).get(),
        await stranger.path(`${own}/{sessionId}`, NOBODY).delete(),
        await stranger.path(`${own}/{sessionId}/audit`, NOBODY).get(),
      ])
        expect(refusal(answer)).toMatchObject(['401', { code: '401' }]);
    }
  });

  it('selects a reference photograph and compares two faces', async () => {
    const detect = async (body: Buffer) =>
      good(
        await client()
          .path('/detect')
          .post({
            contentType: 'application/octet-stream',
            queryParameters: {
              recognitionModel: 'recognition_04',
              detectionModel: 'detection_03',
              returnFaceId: true,
              returnFaceLandmarks: true,
              returnRecognitionModel: true,
              returnFaceAttributes: ['headPose', 'mask', 'qualityForRecognition'],
            },
            body,
          }),
      );
    const [face] = await detect(stage.photo);
    expect(face).toMatchObject({
      recognitionModel: 'recognition_04',
      faceAttributes: { mask: { type: 'noMask' }, qualityForRecognition: expect.any(String) },
    });
    expect(Object.keys(face?.faceLandmarks ?? {})).toHaveLength(27);
    expect(await detect(stage.empty)).toEqual([]);

    const faceId1 = face?.faceId ?? '';
    const verify = client().path('/verify');
    expect(good(await verify.post({ body: { faceId1, faceId2: faceId1 } }))).toMatchObject({
      isIdentical: true,
    });
    expect(refusal(await verify.post({ body: { faceId1, faceId2: NOBODY } }))).toEqual([
      '404',
      { code: 'FaceNotFound', message: 'Face is not found.' },
    ]);
    const fromUrl = await client()
      .path('/detect')
      .post({ contentType: 'application/json', body: { url: 'http://127.0.0.1/photo.jpg' } });
    expect(refusal(fromUrl)).toMatchObject(['400', { code: 'InvalidURL' }]);
  });

  it('gets a 404 in the shape of the contract for everything else that it knows', async () => {
    const operations = foreignOperations('face-b1');
    expect(operations.length).toBeGreaterThan(70);
    for (const operation of operations) {
      const call = client().pathUnchecked(filled(operation) as '/')[operation.method];
      const answer = await call({ body: operation.method === 'get' ? undefined : {} });
      const error = { code: '404', message: expect.stringMatching(/^Resource not found/) };
      expect([operation, answer.status, answer.body]).toEqual([operation, '404', { error }]);
    }
  });
});
