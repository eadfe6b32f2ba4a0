import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import createFaceClient from 'face-b1';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clip, PASSIVE, startService, toMultipart, type TestService } from '../../test/service.js';

let service: TestService;
let endpoint: string;
const folder = mkdtempSync(join(tmpdir(), 'bonafide-tutorial-'));
const video = join(folder, 'video.webp');
const photo = join(folder, 'test.png');

beforeAll(async () => {
  service = await startService();
  endpoint = await service.listen();
  writeFileSync(video, clip('realface'));
  writeFileSync(photo, clip('high'));
});
afterAll(async () => {
  await service.end();
  rmSync(folder, { recursive: true });
});

/** A command line as people paste it into a shell. `URL`, `KEY`, `TOKEN` and files are what the tutorial leaves open. */
async function curl(line: string): Promise<string> {
  const { stdout } = await promisify(execFile)('sh', ['-c', line.replace(/^curl/, 'curl --silent')]);
  return stdout;
}

/** The lines below say the same as raw requests where a machine has no curl. */
const hasCurl = await curl('curl --version').then(
  () => true,
  () => false,
);

async function send(
  line: string,
  url: string,
  headers: Record<string, string>,
  body: Buffer | null = null,
): Promise<string> {
  if (hasCurl) return curl(line);
  return new Promise((resolve, reject) => {
    const call = request(url, { method: body ? 'POST' : 'GET', headers }, (answer) => {
      let text = '';
      answer.on('data', (part: Buffer) => (text += part.toString()));
      answer.on('end', () => {
        resolve(text);
      });
    });
    call.on('error', reject);
    call.end(body);
  });
}

function form(parts: Record<string, string | Uint8Array>): { type: Record<string, string>; body: Buffer } {
  const { body, contentType } = toMultipart(parts);
  return { type: { 'content-type': contentType }, body };
}

interface Created {
  sessionId: string;
  authToken: string;
}

const key = () => ({ 'ocp-apim-subscription-key': service.key });

describe("the tutorial's command lines, with only host, key, token and file changed", () => {
  it('create a session, bring a clip and read the result', async () => {
    const singlemodal = `${endpoint}/face/v1.1-preview.1/detectliveness/singlemodal`;
    const json = JSON.stringify(PASSIVE);
    const created = JSON.parse(
      await send(
        `curl --location '${singlemodal}/sessions' \\
          --header 'Ocp-Apim-Subscription-Key:${service.key}' \\
          --header 'Content-Type: application/json' \\
          --data '{
            "livenessOperationMode": "passive",
            "deviceCorrelationId": "723d6d03-ef33-40a8-9682-23a1feb7bccd"
          }'`,
        `${singlemodal}/sessions`,
        { ...key(), 'content-type': 'application/json' },
        Buffer.from(json),
      ),
    ) as Created;
    expect(Object.keys(created)).toEqual(['sessionId', 'authToken']);

    const { type, body } = form({ Content: clip('realface'), Metadata: '"<insert-metadata>"' });
    const detected = await send(
      `curl --location '${singlemodal}' \\
        --header 'Content-Type: multipart/form-data' \\
        --header 'Authorization: Bearer.${created.authToken}' \\
        --form 'Content=@"${video}"' \\
        --form 'Metadata="<insert-metadata>"'`,
      singlemodal,
      { authorization: `Bearer.${created.authToken}`, ...type },
      body,
    );
    expect(detected).toBe('');

    const read = await send(
      `curl --location '${singlemodal}/sessions/${created.sessionId}' \\
        --header 'Ocp-Apim-Subscription-Key: ${service.key}'`,
      `${singlemodal}/sessions/${created.sessionId}`,
      key(),
    );
    expect(JSON.parse(read)).toMatchObject({
      status: 'ResultAvailable',
      result: {
        id: 1,
        sessionId: created.sessionId,
        request: { url: '/face/v1.1-preview.1/detectliveness/singlemodal', method: 'POST' },
        response: { body: { livenessDecision: 'realface', target: { fileName: 'video.webp' } } },
      },
      id: created.sessionId,
      authTokenTimeToLiveInSeconds: 600,
    });
  });

  it('create one with a photograph, bring a clip and read how they compare', async () => {
    const singlemodal = `${endpoint}/face/v1.1-preview.1/detectlivenesswithverify/singlemodal`;
    const sent = form({ Parameters: JSON.stringify(PASSIVE), VerifyImage: clip('high') });
    const created = JSON.parse(
      await send(
        `curl --location '${singlemodal}/sessions' \\
          --header 'Ocp-Apim-Subscription-Key: ${service.key}' \\
          --form 'Parameters="{
            \\"livenessOperationMode\\": \\"passive\\",
            \\"deviceCorrelationId\\": \\"723d6d03-ef33-40a8-9682-23a1feb7bccd\\"
          }"' \\
          --form 'VerifyImage=@"${photo}"'`,
        `${singlemodal}/sessions`,
        { ...key(), ...sent.type },
        sent.body,
      ),
    ) as Created;
    expect(Object.keys(created)).toEqual(['verifyImage', 'sessionId', 'authToken']);

    const capture = form({ Content: clip('realface'), Metadata: '"<insert-metadata>"' });
    const detected = await send(
      `curl --location '${singlemodal}' \\
        --header 'Content-Type: multipart/form-data' \\
        --header 'apim-recognition-model-preview-1904: true' \\
        --header 'Authorization: Bearer.${created.authToken}' \\
        --form 'Content=@"${video}"' \\
        --form 'Metadata="<insert-metadata>"'`,
      singlemodal,
      {
        authorization: `Bearer.${created.authToken}`,
        'apim-recognition-model-preview-1904': 'true',
        ...capture.type,
      },
      capture.body,
    );
    expect(detected).toBe('');

    const read = await send(
      `curl --location '${singlemodal}/sessions/${created.sessionId}' \\
        --header 'Ocp-Apim-Subscription-Key: ${service.key}'`,
      `${singlemodal}/sessions/${created.sessionId}`,
      key(),
    );
    expect(JSON.parse(read)).toMatchObject({
      result: { response: { body: { verifyResult: { matchConfidence: 0.9304124, isIdentical: true } } } },
    });
  });
});

describe('the client @azure-rest/ai-vision-face 1.0.0-beta.1, unmodified', () => {
  const client = () => createFaceClient(endpoint, { key: service.key }, { allowInsecureConnection: true });

  it('creates, reads and deletes a session', async () => {
    const created = await client()
      .path('/detectLiveness/singleModal/sessions')
      .post({ body: { livenessOperationMode: 'Passive', deviceCorrelationId: 'device' } });
    expect(created.status).toBe('200');
    const { sessionId } = created.body as Created;
    const session = client().path('/detectLiveness/singleModal/sessions/{sessionId}', sessionId);
    const read = await session.get();
    expect([read.status, read.body]).toMatchObject(['200', { id: sessionId, status: 'NotStarted' }]);
    expect((await session.delete()).status).toBe('200');
    expect((await session.get()).status).toBe('404');
  });

  it('creates, reads and deletes a session with verification, with and without a photograph', async () => {
    const parameters = { livenessOperationMode: 'Passive', deviceCorrelationId: 'device' } as const;
    const withPhoto = await client()
      .path('/detectLivenessWithVerify/singleModal/sessions')
      .post({
        contentType: 'multipart/form-data',
        body: [
          { name: 'VerifyImage', body: Uint8Array.from(clip('high')) },
          { name: 'Parameters', body: parameters },
        ],
      });
    expect([withPhoto.status, withPhoto.body]).toMatchObject([
      '200',
      { verifyImage: { qualityForRecognition: 'high' } },
    ]);
    const without = await client()
      .path('/detectLivenessWithVerify/singleModal/sessions')
      .post({ contentType: 'application/json', body: parameters });
    expect(without.status).toBe('200');
    for (const { body } of [withPhoto, without]) {
      const { sessionId } = body as Created;
      const session = client().path('/detectLivenessWithVerify/singleModal/sessions/{sessionId}', sessionId);
      expect((await session.get()).status).toBe('200');
      expect((await session.delete()).status).toBe('200');
      expect((await session.get()).status).toBe('404');
    }
  });
});
