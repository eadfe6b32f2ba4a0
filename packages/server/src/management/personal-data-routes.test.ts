import { afterEach, beforeEach, expect, it } from 'vitest';
import { join, joinAsOwner, type PortalBrowser } from '../../test/portal-browser.js';
import { clip, PASSIVE, startService, type TestService } from '../../test/service.js';

let service: TestService;
let owner: PortalBrowser;
beforeEach(async () => {
  service = await startService();
  owner = await joinAsOwner(service);
});
afterEach(() => service.end());

async function check(
  userCorrelationId: string,
  key = service.key,
  content = clip('realface'),
): Promise<string> {
  const created = await service.call('POST', NEW_SESSIONS, {
    key,
    json: { ...PASSIVE, livenessOperationMode: 'Passive', userCorrelationId },
  });
  const { sessionId, authToken } = created.json<{ sessionId: string; authToken: string }>();
  await service.call('POST', NEW_DETECT, {
    token: authToken,
    form: { Content: content },
    headers: { 'user-agent': 'phone of ada' },
  });
  return sessionId;
}

// The generation of the API that has ids of users.
const NEW_SESSIONS = '/face/v1.3-preview.1/detectLiveness-sessions';
const NEW_DETECT = '/face/v1.3-preview.1/detectLiveness/singleModal';
const PATH = '/resources/default/personal-data';
interface Export {
  abuseEvents: unknown[];
  sessions: {
    session: { id: string };
    templateBytes: number;
    evidence: unknown[];
    calls: { request: { userAgent: string } }[];
    files: { kind: string; attemptId: number }[];
  }[];
}

it('gives everything that is held on one person, and on nobody else', async () => {
  const mine = [await check('ada@shop'), await check('ada@shop')];
  await check('bob');
  await service.resources.create({ name: 'shop' });
  await check('ada@shop', (await service.resources.keys('shop')).key1);
  const held = await owner.ok<Export>('POST', `${PATH}/export`, { userCorrelationId: 'ada@shop' });
  expect(held.sessions.map(({ session }) => session.id).sort()).toEqual(mine.sort());
  for (const { evidence, calls } of held.sessions) {
    expect(evidence).toMatchObject([{ attemptId: 1, analysis: { decision: 'realface' } }]);
    expect(calls).toMatchObject([
      { request: { userAgent: 'phone of ada' }, outcome: { decision: 'realface' } },
    ]);
  }
  expect(await owner.ok('POST', `${PATH}/export`, { userCorrelationId: 'nobody' })).toMatchObject({
    sessions: [],
  });
});

it('gives what abuse monitoring noted under the id, also after the sessions, and the size of the faces it keeps', async () => {
  await service.resources.setPolicy('default', { abuseMonitoring: 'on' });
  const id = await check('ada@shop', service.key, clip('spoofface', 'ada'));
  await check('bob', service.key, clip('spoofface', 'bob'));
  const held = () => owner.ok<Export>('POST', `${PATH}/export`, { userCorrelationId: 'ada@shop' });
  const abuseEvents = [{ event: 'spoof', sessionId: id, attemptId: 1, untilMs: null }];
  const before = await held();
  expect(before).toMatchObject({ abuseEvents, sessions: [{ session: { id } }] });
  expect(before.sessions[0]?.templateBytes).toBeGreaterThan(0);
  await owner.ok('POST', `${PATH}/erasure`, { userCorrelationId: 'ada@shop' });
  expect(await held()).toMatchObject({ abuseEvents, sessions: [] });
});

it('names the clips that are kept, each of which can be taken, and erases them with the rest', async () => {
  await service.resources.setPolicy('default', { clips: 'on' });
  const id = await check('ada@shop');
  const { sessions } = await owner.ok<Export>('POST', `${PATH}/export`, { userCorrelationId: 'ada@shop' });
  expect(sessions).toMatchObject([{ files: [{ kind: 'clip', attemptId: 1 }] }]);
  const file = `/resources/default/sessions/${id}/files/clip/1`;
  expect((await owner.call('GET', file)).rawPayload).toEqual(clip('realface'));
  await owner.ok('POST', `${PATH}/erasure`, { userCorrelationId: 'ada@shop' });
  expect((await owner.call('GET', file)).statusCode).toBe(404);
});

it('erases everything of one person and of nobody else, and says so without naming anybody', async () => {
  const gone = await check('ada@shop');
  const kept = await check('bob');
  expect(await owner.ok('POST', `${PATH}/erasure`, { userCorrelationId: 'ada@shop' })).toEqual({
    sessions: 1,
  });
  expect((await service.call('GET', `${NEW_SESSIONS}/${gone}`)).statusCode).toBe(404);
  expect((await service.call('GET', `${NEW_SESSIONS}/${kept}`)).statusCode).toBe(200);
  expect(await owner.ok('POST', `${PATH}/export`, { userCorrelationId: 'ada@shop' })).toMatchObject({
    sessions: [],
  });
  const { entries } = await owner.ok<{ entries: { event: string; facts: Record<string, unknown> }[] }>(
    'GET',
    '/resources/default/audit',
  );
  expect(entries).toContainEqual(
    expect.objectContaining({
      event: 'person-data.erased',
      facts: { person: expect.stringMatching(/^[0-9a-f]{64}$/) as string, sessions: 1, by: 'olga' },
    }),
  );
  expect(JSON.stringify(entries)).not.toContain('ada@shop');
});

it('is for Contributors', async () => {
  const reader = await join(service, owner, 'rita', 'Reader');
  for (const what of ['export', 'erasure']) {
    const answer = await reader.call('POST', `${PATH}/${what}`, { json: { userCorrelationId: 'ada@shop' } });
    expect(answer.json()).toMatchObject({ error: { code: 'RoleRequired' } });
  }
});
