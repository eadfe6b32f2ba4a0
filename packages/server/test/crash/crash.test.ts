import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openAdministration } from '../../src/index.js';
import { startMortalService, type MortalService } from './mortal-service.js';
import { liveThrough, readAgain, type Told } from './session-life.js';

/** Sessions at once, and how often the process is killed meanwhile; `npm run stress` takes 50 and at least 20. */
const SESSIONS = Number(process.env['BONAFIDE_CRASH_SESSIONS'] ?? 10);
const KILLS = Number(process.env['BONAFIDE_CRASH_KILLS'] ?? 2);
/** It lives so long between two deaths, ms. */
const LIFE_MS = { least: 50, most: 600 };

const dataDir = mkdtempSync(join(tmpdir(), 'bonafide-crash-'));
const cacheDir = fileURLToPath(new URL('../../../../node_modules/.cache/bonafide-crash/', import.meta.url));
let service: MortalService;
let told: Told[] = [];

beforeAll(async () => {
  mkdirSync(cacheDir, { recursive: true });
  service = await startMortalService(dataDir, cacheDir);
  let kills = 0;
  let living = true;
  const death = (async () => {
    while (living || kills < KILLS) {
      await setTimeout(LIFE_MS.least + Math.random() * (LIFE_MS.most - LIFE_MS.least));
      await service.kill();
      kills++;
    }
  })();
  // Sessions go on until the last death, so that each one falls into the middle of some.
  const lives = Array.from({ length: SESSIONS }, async (_, lane) => {
    const lived: Told[] = [];
    do lived.push(await liveThrough(service, lane + lived.length * SESSIONS));
    while (kills < KILLS);
    return lived;
  });
  told = (await Promise.all(lives)).flat();
  living = false;
  await death;
  process.stdout.write(`${told.length} sessions lived through ${kills} deaths of the service\n`);
}, 900_000);

afterAll(async () => {
  await service.end();
  rmSync(dataDir, { recursive: true, force: true });
});

it('no session answers twice', () => {
  expect(told.filter(({ judged }) => judged > 1)).toEqual([]);
});

it('no acknowledged result is lost or changed', async () => {
  for (const life of told) {
    const now = await readAgain(service, life);
    if (life.deleted) {
      expect(now.status).toBe(404);
      continue;
    }
    expect([now.status, now.session, now.signed]).toEqual([200, life.session, life.signed]);
  }
});

it('every session ends with exactly one attempt: what the device was told, or a failure by the crash', () => {
  for (const { session, judged, digest, decision, signed } of told) {
    const { status, results } = JSON.parse(session ?? '{}');
    expect(results.attempts).toHaveLength(1);
    const [{ result, error }] = results.attempts;
    if (judged > 0) expect([result.livenessDecision, result.digest]).toEqual([decision, digest]);
    else
      expect(result?.livenessDecision ?? error?.code).toMatch(
        new RegExp(`^(${decision}|UnexpectedServerError)$`),
      );
    expect(status).toBe(result ? 'Succeeded' : 'Failed');
    const claims = JSON.parse(signed ?? '{}');
    expect(claims.decision ?? claims.error).toBe(result?.livenessDecision ?? error?.code);
  }
});

it('the audit log is whole, and tells of every session once', async () => {
  const administration = await openAdministration(dataDir);
  const { fault, entries } = await administration.verifyAuditLog();
  await administration.close();
  expect(fault).toBeNull();
  expect(entries).toBeGreaterThanOrEqual(2 * told.length);
});
