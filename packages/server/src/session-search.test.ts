import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Random } from './clock.js';
import { openDataFolder, type DataFolder } from './data-folder.js';
import { createResources } from './resources.js';
import { searchSessions, type FoundSession, type SessionFilter } from './session-search.js';

// Every filter, alone and with others, against what a plain look at every session finds.

const NOW = Date.parse('2026-11-24T12:00:00Z');
const DECISIONS = ['realface', 'spoofface', 'uncertain'] as const;
const STATES = ['NotStarted', 'Started', 'Failed', 'Canceled'] as const;
const KEPT_AFTER = NOW - 1_000_000;

type Made = FoundSession & { resourceId: string; requestId: string };

let dataDir: string;
let folder: DataFolder;
let shop: string;
const made: Made[] = [];

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'bonafide-'));
  folder = await openDataFolder(dataDir, { random: randomBytes as Random });
  const resources = createResources(folder.store, folder.vault, {
    clock: () => NOW,
    random: randomBytes as Random,
  });
  const owners = [
    (await resources.create({ name: 'shop' })).id,
    (await resources.create({ name: 'bank' })).id,
  ];
  shop = owners[0] ?? '';
  for (let k = 0; k < 400; k++) {
    const decision = k % 7 < 3 ? (DECISIONS[k % 3] ?? null) : null;
    made.push({
      resourceId: owners[k % 10 === 9 ? 1 : 0] ?? '',
      id: idOf((k * 2_654_435_761) % 4_294_967_296),
      requestId: idOf((k * 40_503 * 65_537) % 4_294_967_296),
      kind: k % 4 === 0 ? 'livenessWithVerify' : 'liveness',
      decision,
      status: decision ? 'Succeeded' : (STATES[k % 4] ?? 'NotStarted'),
      // Some are equally old, some older than they are kept.
      createdAtMs: NOW - 3_000 * (k >> 1) - (k > 380 ? 1_000_000 : 0),
      startedAtMs: null,
      deviceCorrelationId: k % 3 === 0 ? 'kiosk' : `phone-${k % 40}`,
      userCorrelationId: k % 5 === 0 ? null : k % 11 === 0 ? 'kiosk' : `user-${k % 30}`,
    });
  }
  await folder.store.transaction().execute(async (db) => {
    for (const { requestId, ...session } of made) {
      await db
        .insertInto('sessions')
        .values({ ...session, settings: '{}', starts: 0, sealedKey: Buffer.alloc(1), lab: 0 })
        .execute();
      await db
        .insertInto('auditEntries')
        .values({
          ...{ sessionId: session.id, id: 1, attemptId: null, requestId, clientRequestId: null },
          ...{ receivedAtMs: session.createdAtMs, request: '{}', outcome: '{}', latencyMs: 1, digest: '' },
          ...{ contentSha256: null, sessionImageId: null, verifyImageHash: null },
        })
        .execute();
    }
  });
});
afterAll(async () => {
  await folder.close();
  rmSync(dataDir, { recursive: true, force: true });
});

function idOf(number: number): string {
  return `${number.toString(16).padStart(8, '0')}-0000-4000-a000-000000000000`;
}

/** What should be found, in its order. */
function expected({ kind, status, decision, fromMs, toMs, correlationId, text }: SessionFilter): string[] {
  const begins = (id: string | null) => text === undefined || (id?.startsWith(text) ?? false);
  return made
    .filter((one) => one.resourceId === shop && one.createdAtMs > KEPT_AFTER)
    .filter((one) => kind === undefined || one.kind === kind)
    .filter((one) => status === undefined || one.status === status)
    .filter((one) => decision === undefined || one.decision === decision)
    .filter((one) => fromMs === undefined || one.createdAtMs >= fromMs)
    .filter((one) => toMs === undefined || one.createdAtMs < toMs)
    .filter(
      (one) =>
        correlationId === undefined ||
        [one.deviceCorrelationId, one.userCorrelationId].includes(correlationId),
    )
    .filter((one) => [one.id, one.requestId, one.deviceCorrelationId, one.userCorrelationId].some(begins))
    .sort((a, b) => b.createdAtMs - a.createdAtMs || (a.id < b.id ? 1 : -1))
    .map(({ id }) => id);
}

/** All pages, one after another. */
async function found(filter: SessionFilter, top: number) {
  const ids: string[] = [];
  let incomplete = false;
  let next: string | null = '';
  while (next !== null) {
    const page = await searchSessions(
      folder.store,
      { resourceId: shop, createdAfterMs: KEPT_AFTER },
      filter,
      { next, top },
    );
    ids.push(...page.sessions.map(({ id }) => id));
    incomplete ||= page.incomplete;
    next = page.next;
  }
  return { ids, incomplete };
}

const KINDS: SessionFilter[] = [{}, { kind: 'liveness' }, { kind: 'livenessWithVerify' }];
const WHICH: SessionFilter[] = [
  {},
  ...[...STATES, 'Succeeded' as const].map((status) => ({ status })),
  ...DECISIONS.map((decision) => ({ decision })),
  { status: 'Succeeded', decision: 'spoofface' },
  { status: 'Failed', decision: 'spoofface' },
];
const WHOSE: SessionFilter[] = [
  {},
  { correlationId: 'kiosk' },
  { correlationId: 'phone-1' },
  { correlationId: 'user-7' },
  { text: 'kio' },
  { text: 'phone-3' },
  { text: 'user-2', correlationId: 'kiosk' },
  { text: 'kiosk', correlationId: 'user-7' },
  { text: 'user-7', correlationId: 'user-7' },
  { text: 'nobody' },
];

describe('the search finds what a look at every session finds', () => {
  it.each(WHOSE)('of %o, whichever kind, state and time is asked for', async (whose) => {
    for (const kind of KINDS)
      for (const which of WHICH)
        for (const when of [{}, { fromMs: NOW - 400_000, toMs: NOW - 100_000 }]) {
          const filter = { ...whose, ...kind, ...which, ...when };
          const { ids } = await found(filter, 50);
          expect(ids, JSON.stringify(filter)).toEqual(expected(filter));
        }
  });

  it('by the beginning of its id or of the id of a call, whole or in capitals', async () => {
    const one = made.find(({ resourceId }) => resourceId === shop);
    for (const text of [one?.id, one?.id.slice(0, 8), one?.requestId.slice(0, 6).toUpperCase()]) {
      const { ids, incomplete } = await found({ text }, 50);
      expect(ids).toContain(one?.id);
      expect(incomplete).toBe(false);
    }
  });

  it.each([1, 7, 1_000])('by pages of %i, none twice and none left out', async (top) => {
    for (const filter of [{}, { correlationId: 'kiosk' }, { decision: 'realface' as const }])
      expect((await found(filter, top)).ids).toEqual(expected(filter));
  });

  it('and says so where more devices begin with a text than it looked at', async () => {
    const { ids, incomplete } = await found({ text: 'phone-' }, 50);
    expect(incomplete).toBe(true);
    expect(ids.length).toBeGreaterThan(20);
    expect(expected({ text: 'phone-' })).toEqual(expect.arrayContaining(ids));
  });
});
