import { FACE_LANDMARKS } from '@bonafide/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RECTANGLE } from '../../test/fake-engine.js';
import { clip, startService, type TestService } from '../../test/service.js';

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.end());

const BYTES = { 'content-type': 'application/octet-stream' };
const detect = (query: string, payload: Buffer | string = clip('realface'), key?: string) =>
  service.call('POST', `/face/v1.0/detect?${query}`, { payload, headers: BYTES, ...(key && { key }) });
const verify = (json: unknown, key?: string) =>
  service.call('POST', '/face/v1.0/verify', { json, ...(key && { key }) });

async function faceIdOf(name: string, query = '', key?: string): Promise<string> {
  const [face] = (await detect(query, clip(`face:${name} realface`), key)).json();
  return face.faceId;
}

describe('detecting faces', () => {
  it('answers with nothing but rectangles where nothing else is asked for', async () => {
    const answer = await detect('returnFaceId=false');
    expect(answer.body).toBe(JSON.stringify([{ faceRectangle: RECTANGLE }]));
    expect((await detect('returnFaceId=false', clip('SeveralFaces'))).json()).toHaveLength(2);
    expect((await detect('', clip('NoFace'))).body).toBe('[]');
  });

  it('gives ids and echoes the model', async () => {
    const [face] = (await detect('returnRecognitionModel=True&RECOGNITIONMODEL=Recognition_04')).json();
    expect(Object.keys(face)).toEqual(['faceId', 'recognitionModel', 'faceRectangle']);
    expect(face.recognitionModel).toBe('recognition_04');
    expect(face.faceId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it('gives 27 landmarks and the attributes that were asked for, in the order of the contract', async () => {
    const all = 'qualityForRecognition,mask,NOISE,exposure,blur,occlusion,headPose';
    const answer = await detect(
      `returnFaceId=false&returnFaceLandmarks=true&recognitionModel=recognition_04&returnFaceAttributes=${all}`,
    );
    const [{ faceLandmarks, faceAttributes }] = answer.json();
    expect(Object.keys(faceLandmarks)).toEqual(FACE_LANDMARKS);
    expect(faceLandmarks.pupilLeft).toEqual({ x: 122.3, y: 59 });
    expect(JSON.stringify(faceAttributes)).toBe(
      JSON.stringify({
        headPose: { pitch: -12.3, roll: 3, yaw: 0 },
        occlusion: { foreheadOccluded: false, eyeOccluded: false, mouthOccluded: false },
        blur: { blurLevel: 'Low', value: 0.01 },
        exposure: { exposureLevel: 'GoodExposure', value: 0.45 },
        noise: { noiseLevel: 'Low', value: 0.06 },
        mask: { type: 'noMask', noseAndMouthCovered: false },
        qualityForRecognition: 'high',
      }),
    );
  });

  it.each([
    ['returnFaceAttributes=glasses', 'The face attribute glasses is not supported'],
    ['returnFaceAttributes=headPose,AGE', 'The face attribute age is not supported'],
    ['returnFaceAttributes=shoeSize', 'returnFaceAttributes is invalid: "shoeSize" is none of headPose'],
    ['returnFaceAttributes=qualityForRecognition', 'qualityForRecognition needs recognitionModel'],
    [
      'returnFaceAttributes=qualityForRecognition&recognitionModel=recognition_03&detectionModel=detection_02',
      'qualityForRecognition needs',
    ],
    ['detectionModel=detection_04', 'detectionModel is invalid. Allowed: detection_01'],
    ['faceIdTimeToLive=59', 'faceIdTimeToLive is invalid. Allowed: 60 to 86400'],
    ['returnFaceId=maybe', 'returnFaceId is invalid'],
  ])('refuses %s by its name', async (query, message) => {
    const answer = await detect(query);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error.code).toBe('BadArgument');
    expect(answer.json().error.message).toContain(message);
  });

  it('refuses what is no image of its size or type, and never says why the engine fell over', async () => {
    const small = await detect('', Buffer.alloc(1023));
    expect([small.statusCode, small.json().error.code]).toEqual([400, 'InvalidImageSize']);
    const broken = await detect('', clip('undecodable'));
    expect([broken.statusCode, broken.json().error]).toEqual([
      400,
      { code: 'InvalidImage', message: 'Decoding error, image format unsupported.' },
    ]);
    const text = await service.call('POST', '/face/v1.0/detect', {
      payload: 'x',
      headers: { 'content-type': 'text/plain' },
    });
    expect([text.statusCode, text.json().error.message]).toEqual([415, 'Invalid Media Type.']);
    const empty = await service.call('POST', '/face/v1.0/detect', { json: {} });
    expect([empty.statusCode, empty.json().error.code]).toEqual([400, 'InvalidRequestBody']);
    const crash = await detect('', clip('crash'));
    expect([crash.statusCode, crash.json().error]).toEqual([
      500,
      { code: 'Unspecified', message: 'Internal server error' },
    ]);
  });

  it('is given up when the caller hangs up, and not before', async () => {
    const { engine } = service;
    const { detectFaces } = engine;
    const endpoint = await service.listen();
    const headers = { ...BYTES, 'ocp-apim-subscription-key': service.key };
    const url = `${endpoint}/face/v1.0/detect?returnFaceId=false`;
    const post = (signal?: AbortSignal) =>
      fetch(url, {
        method: 'POST',
        body: new Uint8Array(clip('realface')),
        headers,
        ...(signal && { signal }),
      });
    const signals: (AbortSignal | undefined)[] = [];
    engine.detectFaces = (content, options, signal) => {
      signals.push(signal);
      return detectFaces(content, options);
    };
    expect((await post()).status).toBe(200);

    const caller = new AbortController();
    const givenUp = new Promise<void>((resolve) => {
      engine.detectFaces = (_content, _options, signal) => {
        caller.abort();
        return new Promise((_found, fail) =>
          signal?.addEventListener('abort', () => {
            resolve();
            fail(signal.reason as Error);
          }),
        );
      };
    });
    await expect(post(caller.signal)).rejects.toThrow('aborted');
    await givenUp;
    engine.detectFaces = detectFaces;
    expect(signals.map((signal) => signal?.aborted)).toEqual([false]);
  });

  it('is there in every version, for keys alone', async () => {
    for (const version of ['v1.0', 'v1.1-preview.1', 'v1.2-preview.1', 'v1.2', 'v1.3-preview.1']) {
      const url = `/face/${version}/detect?returnFaceId=false`;
      const answer = await service.call('POST', url, { payload: clip('realface'), headers: BYTES });
      expect([version, answer.statusCode]).toEqual([version, 200]);
      expect((await service.call('POST', url, { token: 'a.b.c', payload: 'x' })).statusCode).toBe(401);
    }
  });
});

describe('verifying two faces', () => {
  it('tells the same face from another', async () => {
    const [anna, again, berta] = [await faceIdOf('anna'), await faceIdOf('anna'), await faceIdOf('berta')];
    const same = await verify({ faceId1: anna, faceId2: again.toUpperCase() });
    expect(same.json()).toEqual({ isIdentical: true, confidence: expect.closeTo(1, 5) });
    const other = await verify({ faceId1: anna, faceId2: berta });
    expect(Object.keys(other.json())).toEqual(['isIdentical', 'confidence']);
    expect(other.json().isIdentical).toBe(false);
  });

  it('forgets a face when its time is over, in its answers at once and in the store with the next sweep', async () => {
    const [short, long] = [await faceIdOf('anna', 'faceIdTimeToLive=60'), await faceIdOf('anna')];
    service.now += 60_000;
    const answer = await verify({ faceId1: long, faceId2: short });
    expect([answer.statusCode, answer.body]).toEqual([
      404,
      '{"error":{"code":"FaceNotFound","message":"Face is not found."}}',
    ]);
    expect((await verify({ faceId1: long, faceId2: long })).json().isIdentical).toBe(true);
  });

  it("does not know another resource's face", async () => {
    await service.resources.create({ name: 'other', recognitionPurpose: 'to test' });
    const { key1 } = await service.resources.keys('other');
    const [own, foreign] = [await faceIdOf('anna'), await faceIdOf('anna', '', key1)];
    expect((await verify({ faceId1: own, faceId2: foreign })).statusCode).toBe(404);
    expect((await verify({ faceId1: foreign, faceId2: foreign }, key1)).json().isIdentical).toBe(true);
  });

  it('is refused where recognition is off, as are face ids, and detection alone is not', async () => {
    await service.resources.create({ name: 'unapproved' });
    const { key1 } = await service.resources.keys('unapproved');
    for (const answer of [await detect('', clip('realface'), key1), await verify({}, key1)])
      expect([answer.statusCode, answer.json().error.code]).toEqual([403, 'UnsupportedFeature']);
    expect((await detect('returnFaceId=false', clip('realface'), key1)).statusCode).toBe(200);
  });

  it.each([{}, { faceId1: 'x' }, { faceId1: 1, faceId2: [] }])('refuses %j', async (body) => {
    const answer = await verify(body);
    expect([answer.statusCode, answer.json().error.code]).toEqual([400, 'InvalidRequestBody']);
  });

  it('names what there is to those who verify against a person', async () => {
    const answer = await verify({ faceId: 'x', personId: 'y', personGroupId: 'z' });
    expect(answer.statusCode).toBe(404);
    expect(answer.json().error.message).toContain('faceId1 and faceId2');
  });
});
