import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFakeEngine } from '../../test/fake-engine.js';
import type { Random } from '../clock.js';
import { openDataFolder, type DataFolder } from '../data-folder.js';
import { createResources } from '../resources.js';
import { sessionKeyContext } from '../session-rows.js';
import { createSeenFaces } from './seen-faces.js';

const random = randomBytes as Random;
const FACE = { net: Float32Array.of(0.6, 0.8) };
const NOW = Date.parse('2026-11-24T12:00:00Z');

let dataDir: string;
let folder: DataFolder;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'bonafide-'));
  folder = await openDataFolder(dataDir, { random });
});
afterAll(async () => {
  await folder.close();
  rmSync(dataDir, { recursive: true, force: true });
});

it('forgets with the next sweep the faces of a resource that was removed, also from outside of the service', async () => {
  const { store, vault } = folder;
  const resources = createResources(store, vault, { clock: () => NOW, random });
  const faces = createSeenFaces({ vault, engine: createFakeEngine() });
  const inTransaction = store.transaction();
  const idOf: Record<string, string> = {};
  for (const name of ['shop', 'bank']) {
    const { id: resourceId } = await resources.create({ name });
    idOf[name] = resourceId;
    const { sealedKey } = vault.newSealer(sessionKeyContext(name));
    await store
      .insertInto('sessions')
      .values({
        id: name,
        resourceId,
        kind: 'liveness',
        status: 'Started',
        settings: '{}',
        deviceCorrelationId: null,
        userCorrelationId: null,
        createdAtMs: NOW,
        startedAtMs: null,
        starts: 0,
        sealedKey,
        lab: 0,
      })
      .execute();
    const sighting = { sessionId: name, attemptId: 1, lookup: name, atMs: NOW, template: FACE };
    await inTransaction.execute((db) => faces.add(db, resourceId, sighting));
  }
  const found = (name: string) =>
    inTransaction.execute((db) =>
      faces.find(db, idOf[name] ?? '', FACE, { sinceMs: NOW - 1, confidence: 0.9 }),
    );
  expect([await found('shop'), await found('bank')]).toMatchObject([
    [{ lookup: 'shop' }],
    [{ lookup: 'bank' }],
  ]);

  await resources.remove('shop');
  await inTransaction.execute((db) => faces.sweep(db, NOW - 1));
  expect([await found('shop'), await found('bank')]).toMatchObject([[], [{ lookup: 'bank' }]]);
});
