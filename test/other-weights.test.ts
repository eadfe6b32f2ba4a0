import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type FaceServer } from '@bonafide/server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ANNA, MODELS_FOLDER, swayingClip } from '../packages/engine/test/clips.js';
import { makeOtherWeights } from '../packages/engine/test/other-weights.js';
import { joinAsOwner } from '../packages/server/test/portal-browser.js';
import { DETECT, PASSIVE, SESSIONS, toMultipart } from '../packages/server/test/service.js';

const CANDIDATES = '/resources/default/policy/candidates';

let folder: string;
let other: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bonafide-adoption-'));
  other = join(folder, 'other');
  makeOtherWeights(other);
});
afterAll(async () => {
  await running?.close();
  rmSync(folder, { recursive: true });
});

/** Its data folder is held by one at a time. */
let running: FaceServer | undefined;
/** The installation with the networks that `npm start` gives it, or those of another folder. */
async function start(config: { modelsDir?: string; weights?: string; shadowModelsDir?: string }) {
  await running?.close();
  running = await createServer({
    ...{ dataDir: join(folder, 'data'), modelsDir: MODELS_FOLDER, port: 0, workers: 1 },
    passwordCost: { N: 2 ** 10, r: 8, p: 1 },
    ...config,
  });
  return running;
}

/** What an application reads of the session that a device sent this clip for. */
async function check({ app, resources }: FaceServer, clip: Buffer) {
  const key = { 'ocp-apim-subscription-key': (await resources.keys('default')).key1 };
  const created = await app.inject({ method: 'POST', url: SESSIONS, headers: key, payload: PASSIVE });
  const { sessionId, authToken } = created.json<{ sessionId: string; authToken: string }>();
  const { body, contentType } = toMultipart({ Content: clip, Metadata: '{}' });
  await app.inject({
    ...{ method: 'POST', url: DETECT, payload: body },
    headers: { authorization: `Bearer ${authToken}`, 'content-type': contentType },
  });
  const read = await app.inject({ method: 'GET', url: `${SESSIONS}/${sessionId}`, headers: key });
  const { response } = read.json<{
    result: { response: { body: { livenessDecision: string; modelVersionUsed: string } } };
  }>().result;
  return response.body;
}

test('other weights: seen in the shadow, then taken into use by whoever names them, and by nobody else', async () => {
  const clip = await swayingClip(ANNA, 6);
  const before = await start({ shadowModelsDir: other });
  const owner = await joinAsOwner(before);
  const list = () =>
    owner.ok<{
      models: { id: string; version: string }[];
      shadowWeights: { version: string; fingerprint: string };
    }>('GET', CANDIDATES);
  await owner.ok('PATCH', '/resources/default', { policy: { shadowModel: 'on' } });
  const live = [await check(before, clip), await check(before, clip)];
  const { shadowWeights } = await list();
  expect(live[0]?.modelVersionUsed).not.toContain('~');
  await expect
    .poll(
      async () => {
        const [model] = (await list()).models;
        return model && owner.ok('GET', `${CANDIDATES}/${model.id}/shadow`);
      },
      { timeout: 20_000 },
    )
    .toMatchObject({ counts: [{ live: live[0]?.livenessDecision, shadow: 'spoofface', count: 2 }] });
  const shadowed = (await list()).models[0]?.version;

  const { fingerprint, version } = shadowWeights;
  const wrong = fingerprint.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
  for (const config of [{ modelsDir: other }, { modelsDir: other, weights: wrong }, { weights: fingerprint }])
    await expect(start(config).then(() => 'started')).rejects.toMatchObject({ code: 'altered' });

  const adopted = await check(await start({ modelsDir: other, weights: fingerprint }), clip);
  // Who decides now is exactly who spoke in the shadow.
  expect(adopted).toMatchObject({ livenessDecision: 'spoofface', modelVersionUsed: shadowed });
  expect(adopted.modelVersionUsed).toContain(`${version}+`);
});
