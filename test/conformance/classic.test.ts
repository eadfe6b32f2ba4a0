import type { FaceClient } from '@azure/cognitiveservices-face';
import { RestError } from '@azure/ms-rest-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NOBODY } from './answers.js';
import { classicClient } from './clients.js';
import { openStage, TRANSPORTS, type Stage } from './stage.js';

// `@azure/cognitiveservices-face` 5.0.0, the client of v1.0: the tutorial's step "select a good reference image".

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

/** Status and body, as the client reads it, of what it throws. */
async function refusal(call: Promise<unknown>): Promise<[number | undefined, unknown]> {
  const error: unknown = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof RestError)) throw error ?? new Error('expected a refusal');
  return [error.statusCode, error.body];
}

describe.each(TRANSPORTS)('the classic client over %s', (transport) => {
  const client = (key?: string) => classicClient(stage.targets[transport], key);

  it('selects a reference photograph and compares it', async () => {
    const [face, ...others] = await client().face.detectWithStream(stage.photo, {
      returnFaceLandmarks: true,
      recognitionModel: 'recognition_04',
      detectionModel: 'detection_01',
      returnRecognitionModel: true,
      returnFaceAttributes: ['headPose', 'mask', 'qualityForRecognition'],
    });
    expect(others).toEqual([]);
    expect(face).toMatchObject({
      recognitionModel: 'recognition_04',
      faceAttributes: { qualityForRecognition: expect.stringMatching(/^(high|medium|low)$/i) },
    });
    expect(face?.faceLandmarks?.noseTip?.x).toBeGreaterThan(0);
    const id = face?.faceId ?? '';
    expect(await client().face.verifyFaceToFace(id, id)).toMatchObject({ isIdentical: true });
    expect([...(await client().face.detectWithStream(stage.empty))]).toEqual([]);
  });

  it('is refused what it may not have', async () => {
    const { face } = client();
    const codeOf = (code: string) => ({ error: { code, message: expect.any(String) } });
    expect(await refusal(face.verifyFaceToFace(NOBODY, NOBODY))).toEqual([
      404,
      { error: { code: 'FaceNotFound', message: 'Face is not found.' } },
    ]);
    const smile = face.detectWithStream(stage.photo, { returnFaceAttributes: ['smile'] });
    expect(await refusal(smile)).toEqual([400, codeOf('BadArgument')]);
    expect(await refusal(face.detectWithUrl('http://127.0.0.1/photo.jpg'))).toEqual([
      400,
      codeOf('InvalidURL'),
    ]);
    expect(await refusal(face.detectWithStream(Buffer.alloc(2_000, 7)))).toEqual([
      400,
      codeOf('InvalidImage'),
    ]);
    expect(await refusal(client('x').face.detectWithStream(stage.photo))).toEqual([401, codeOf('401')]);
    expect(await refusal(client('x').face.verifyFaceToFace(NOBODY, NOBODY))).toEqual([401, codeOf('401')]);
  });

  it('gets a 404 in the shape of the contract for everything else that it knows', async () => {
    const { face, ...rest } = client();
    const calls = [
      () => face.findSimilar(NOBODY, { faceListId: 'a' }),
      () => face.group([NOBODY, NOBODY]),
      () => face.identify([NOBODY], { personGroupId: 'a' }),
      () => face.verifyFaceToPerson(NOBODY, NOBODY, { personGroupId: 'a' }),
      ...operationsOf(rest),
    ];
    expect(calls.length).toBeGreaterThan(55);
    for (const call of calls)
      expect([String(call), ...(await refusal(call()))]).toEqual([
        String(call),
        404,
        { error: { code: '404', message: expect.stringMatching(/^Resource not found/) } },
      ]);
  });
});

/** Every operation of the client's other groups, with something for each argument. */
function operationsOf(groups: Omit<FaceClient, 'face'> | object): (() => Promise<unknown>)[] {
  return Object.entries(groups).flatMap(([groupName, group]: [string, unknown]) => {
    const prototype: unknown =
      typeof group === 'object' && group !== null ? Object.getPrototypeOf(group) : null;
    if (!/Group|List|snapshot/i.test(groupName) || prototype === null || prototype === undefined) return [];
    return Object.entries(prototype as Record<string, (...args: unknown[]) => Promise<unknown>>).flatMap(
      ([name, operation]) => {
        if (name === 'constructor') return [];
        // The last two are options and a callback.
        const given = argumentsOf(operation).slice(0, -2).map(valueOf);
        return [
          Object.assign(() => operation.apply(group, given), { toString: () => `${groupName}.${name}` }),
        ];
      },
    );
  });
}

function argumentsOf(operation: unknown): string[] {
  return (
    /\(([^)]*)\)/
      .exec(String(operation))?.[1]
      ?.split(',')
      .map((name) => name.trim()) ?? []
  );
}

function valueOf(name: string): unknown {
  if (name === 'applyScope') return [NOBODY];
  if (name === 'type') return 'FaceList';
  if (name === 'url') return 'http://127.0.0.1/photo.jpg';
  if (name === 'image') return Buffer.alloc(2_000);
  return NOBODY;
}
