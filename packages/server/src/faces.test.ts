import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Random } from './clock.js';
import { openDataFolder, type DataFolder } from './data-folder.js';
import { createFaces } from './faces.js';
import { createResources, type Resource } from './resources.js';

const random = randomBytes as Random;
const TEMPLATE = { net: Float32Array.of(0.6, 0.8) };

let dataDir: string;
let folder: DataFolder;
let resource: Resource;
let now = Date.parse('2026-11-24T12:00:00Z');
const clock = () => now;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'bonafide-'));
  folder = await openDataFolder(dataDir, { random });
  resource = await createResources(folder.store, folder.vault, { clock, random }).create({ name: 'one' });
});
afterAll(async () => {
  await folder.close();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('kept faces', () => {
  it('are sealed in the store, come back as they were, and are swept away when their time is over', async () => {
    const faces = createFaces({ ...folder, clock, random });
    const [short = ''] = await faces.keep(resource, [TEMPLATE], 60);
    const [long = ''] = await faces.keep(resource, [TEMPLATE], 120);
    expect(await faces.get(resource, short)).toEqual(TEMPLATE);
    const rows = await folder.store.selectFrom('faces').selectAll().execute();
    expect(rows.every(({ template }) => !template.includes('net'))).toBe(true);

    now += 60_000;
    expect(await faces.sweep()).toBe(1);
    const left = await folder.store.selectFrom('faces').select('id').execute();
    expect(left).toEqual([{ id: long }]);
  });
});
