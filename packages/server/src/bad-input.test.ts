import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { loadPolicy } from '@bonafide/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ANNA,
  BERTA,
  clipOf,
  fromPixels,
  greyPicture,
  HEIGHT,
  MODELS_FOLDER,
  portrait,
  swayingClip,
  WIDTH,
} from '../../engine/test/clips.js';
import {
  DETECT,
  DETECT_VERIFY,
  PASSIVE,
  SESSIONS,
  startService,
  toMultipart,
  VERIFY_SESSIONS,
  type TestService,
} from '../test/service.js';
import { createAnalysisPool } from './analysis-pool.js';

// What a hostile or broken client sends to the service with its real engine: each is refused in the contract's shape, and
// the next honest caller is served.

/** Everything that needs no network run is refused within this, ms. */
const AT_ONCE_MS = 1_000;

let service: TestService;
let endpoint: string;
let good: Buffer;

beforeAll(async () => {
  const engine = await createAnalysisPool({ modelsFolder: MODELS_FOLDER, policy: loadPolicy(), workers: 1 });
  service = await startService({ engine });
  endpoint = await service.listen();
  good = await swayingClip(ANNA, 6);
});
afterAll(() => service.end());

async function create(more: object = {}): Promise<{ sessionId: string; authToken: string }> {
  const answer = await service.call('POST', SESSIONS, { json: { ...PASSIVE, ...more } });
  expect(answer.statusCode).toBe(200);
  return answer.json();
}

/** Sends a clip; returns status, code and duration, once the answer was found to have the contract's shape. */
async function detect(content: Uint8Array, token?: string) {
  const authToken = token ?? (await create()).authToken;
  const start = performance.now();
  const answer = await service.call('POST', DETECT, {
    token: authToken,
    form: { Content: content, Metadata: 'none' },
  });
  const ms = performance.now() - start;
  if (answer.statusCode < 400) return { status: answer.statusCode, code: null, ms };
  const { error } = answer.json<{ error: { code: string; message: string } }>();
  expect(answer.body).toBe(JSON.stringify({ error: { code: error.code, message: error.message } }));
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(answer.headers['x-ms-error-code']).toBe(error.code);
  return { status: answer.statusCode, code: error.code, ms };
}

/** A PNG whose header declares another size than it has pixels for. */
async function hugePng(side: number): Promise<Buffer> {
  const png = await greyPicture(64, 64).png().toBuffer();
  png.writeUInt32BE(side, 16);
  png.writeUInt32BE(side, 20);
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
  return png;
}

/** As {@link hugePng}, for JPEG. */
async function hugeJpeg(side: number): Promise<Buffer> {
  const jpeg = await greyPicture(64, 64).jpeg().toBuffer();
  const frame = jpeg.indexOf('ffc0', 'hex');
  jpeg.writeUInt16BE(side, frame + 5);
  jpeg.writeUInt16BE(side, frame + 7);
  return jpeg;
}

/** Canvas and frames of an animated WebP that declares any size. */
async function hugeClip(side: number): Promise<Buffer> {
  const clip = Buffer.from(await swayingClip(ANNA, 4));
  clip.writeUIntLE(side - 1, clip.indexOf('VP8X') + 12, 3);
  clip.writeUIntLE(side - 1, clip.indexOf('VP8X') + 15, 3);
  return clip;
}

/** Two people side by side, each of the size of a selfie. */
async function twoPeople(): Promise<Buffer> {
  const pictures = await Promise.all(
    [0, 3, 6, 9].map(async (dx) => {
      const left = await portrait(ANNA, dx).raw().toBuffer();
      const right = await portrait(BERTA, dx).raw().toBuffer();
      const both = Buffer.alloc(2 * left.length);
      for (let y = 0; y < HEIGHT; y++) {
        const row = 3 * WIDTH;
        left.copy(both, 2 * y * row, y * row, (y + 1) * row);
        right.copy(both, (2 * y + 1) * row, y * row, (y + 1) * row);
      }
      return fromPixels(both, 2 * WIDTH, HEIGHT);
    }),
  );
  return clipOf(pictures);
}

const ZIP = Buffer.from('504b0304140000000800000021000000000000000000000000000000000000', 'hex');
const SVG = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="480" height="640"><rect/></svg>');

describe('files that are no clip', () => {
  it.each<[string, () => Uint8Array | Promise<Uint8Array>, string]>([
    ['an empty file', () => new Uint8Array(), 'InvalidImage'],
    ['a clip that was cut off', () => good.subarray(0, good.length >> 1), 'InvalidImage'],
    ['a PNG of 30,000 x 30,000 pixels', () => hugePng(30_000), 'InvalidImageSize'],
    ['a JPEG of 30,000 x 30,000 pixels', () => hugeJpeg(30_000), 'InvalidImageSize'],
    ['a clip of 16,000 x 16,000 pixels', () => hugeClip(16_000), 'InvalidImageSize'],
    ['an SVG', () => SVG, 'InvalidImage'],
    ['a ZIP named .webp', () => ZIP, 'InvalidImage'],
    ['a RIFF header and nothing else', () => Buffer.from('RIFF\x04\0\0\0WEBP', 'latin1'), 'InvalidImage'],
  ])('%s is refused at once', async (_, make, code) => {
    const content = await make();
    const answer = await detect(content);
    expect(answer).toMatchObject({ status: 400, code });
    expect(answer.ms).toBeLessThan(AT_ONCE_MS);
  });

  it('a declared gigabyte is refused before it is sent', async () => {
    const { authToken } = await create();
    const start = performance.now();
    const [status, body] = await new Promise<[number | undefined, string]>((resolve, reject) => {
      const call = request(`${endpoint}${DETECT}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${authToken}`,
          'content-type': 'multipart/form-data; boundary=b',
          'content-length': 1e9,
        },
      });
      call.on('response', (answer) => {
        let text = '';
        answer.on('data', (part: Buffer) => (text += part.toString()));
        answer.on('end', () => {
          call.destroy();
          resolve([answer.statusCode, text]);
        });
      });
      call.on('error', reject);
      call.write('--b\r\n');
    });
    expect(performance.now() - start).toBeLessThan(AT_ONCE_MS);
    expect(status).toBe(413);
    expect(JSON.parse(body)).toMatchObject({ error: { code: 'PayloadTooLarge' } });
  });

  it('the same is true of reference photographs', async () => {
    const padding = Buffer.alloc(2_000, ' ');
    for (const image of [
      Buffer.alloc(10),
      ...[SVG, ZIP, await hugePng(30_000)].map((file) => Buffer.concat([file, padding])),
    ]) {
      const answer = await service.call('POST', VERIFY_SESSIONS, {
        form: { Parameters: JSON.stringify(PASSIVE), VerifyImage: image },
      });
      expect(answer.statusCode).toBe(400);
      expect(answer.json()).toMatchObject({
        error: { code: expect.stringMatching(/^InvalidImage/) as unknown },
      });
    }
  });
});

describe('clips that do not show one person', () => {
  it('two people are refused', async () => {
    expect(await detect(await twoPeople())).toMatchObject({ status: 400, code: 'InvalidImage' });
  });

  it('nobody is refused', async () => {
    const clip = await clipOf(Array.from({ length: 4 }, () => greyPicture()));
    expect(await detect(clip)).toMatchObject({ status: 400, code: 'InvalidImage' });
  });
});

describe('tokens and keys', () => {
  it('a wrong token, an expired one and a key open no device route', async () => {
    const { authToken } = await create({ authTokenTimeToLiveInSeconds: 60 });
    const [head = '', claims = '', signature = ''] = authToken.split('.');
    const other = signature.startsWith('A') ? 'B' : 'A';
    for (const token of ['', 'x', `${head}.${claims}.${other}${signature.slice(1)}`, `${head}.${claims}.`])
      expect(await detect(good, token)).toMatchObject({ status: 401, code: '401' });
    service.now += 61_000;
    expect(await detect(good, authToken)).toMatchObject({ status: 401, code: '401' });
    const byKey = await service.call('POST', DETECT, { form: { Content: good } });
    expect(byKey.statusCode).toBe(401);
    expect(byKey.json()).toMatchObject({ error: { code: '401' } });
  });

  it("another session's token writes nothing into this one, and opens no route of another kind or of applications", async () => {
    const { sessionId } = await create();
    const another = await create();
    expect((await detect(good, another.authToken)).status).toBe(204);
    const untouched = await service.call('GET', `${SESSIONS}/${sessionId}`);
    expect(untouched.json()).toMatchObject({ status: 'NotStarted' });
    const verify = await service.call('POST', DETECT_VERIFY, {
      token: another.authToken,
      form: { Content: good },
    });
    expect(verify.statusCode).toBe(403);
    for (const method of ['GET', 'DELETE'] as const) {
      const answer = await service.call(method, `${SESSIONS}/${sessionId}`, { token: another.authToken });
      expect(answer.statusCode).toBe(401);
    }
  });
});

describe('two clips that race for one session', () => {
  it('give one result and one 409', async () => {
    const { sessionId, authToken } = await create();
    const answers = await Promise.all([detect(good, authToken), detect(good, authToken)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
    const audit = await service.call('GET', `${SESSIONS}/${sessionId}/audit`);
    const decided = audit
      .json<{ response: { statusCode: number } }[]>()
      .filter(({ response }) => response.statusCode === 200);
    expect(decided).toHaveLength(1);
  });
});

describe('uploads of one session', () => {
  it('come one at a time: a second is refused before it is sent, and the first is judged', async () => {
    const { authToken } = await create();
    const { body, contentType } = toMultipart({ Content: good, Metadata: 'none' });
    const send = () => {
      const call = request(`${endpoint}${DETECT}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${authToken}`,
          'content-type': contentType,
          'content-length': body.length,
        },
      });
      const status = new Promise<number | undefined>((resolve, reject) => {
        call.on('response', (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        call.on('error', reject);
      });
      call.write(body.subarray(0, 100));
      return { call, status };
    };
    const first = send();
    await delay(200);
    const second = send();
    expect(await second.status).toBe(409);
    second.call.on('error', () => {}).destroy();
    first.call.end(body.subarray(100));
    expect(await first.status).toBe(204);
  });
});

describe('after all of that', () => {
  it('an honest clip is served, with a result', async () => {
    const { sessionId, authToken } = await create();
    expect((await detect(good, authToken)).status).toBe(204);
    const session = await service.call('GET', `${SESSIONS}/${sessionId}`);
    expect(session.json()).toMatchObject({
      status: 'ResultAvailable',
      result: { response: { statusCode: 200 } },
    });
  });
});
