import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService, type TestService } from '../../test/service.js';

const SETTINGS = '/face/v1.3-preview.1/settings';

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.end());

describe('/settings', () => {
  it('switches abuse monitoring of the resource, each shape answered in its own', async () => {
    const long = await service.call('PATCH', SETTINGS, {
      json: { livenessAbuseMonitoring: { enabled: true } },
    });
    expect([long.statusCode, long.body]).toEqual([200, '{"livenessAbuseMonitoring":{"enabled":true}}']);
    expect((await service.resources.get('default')).policy.abuseMonitoring).toBe('on');
    const short = await service.call('PATCH', SETTINGS, { json: { enabled: 'False' } });
    expect([short.statusCode, short.body]).toEqual([
      200,
      '{"name":"liveness-abuse-monitoring","enabled":false}',
    ]);
    const read = await service.call('GET', SETTINGS);
    expect(read.body).toBe('{"livenessAbuseMonitoring":{"enabled":false}}');
  });

  it('changes nothing where nothing is named, and takes a merge patch', async () => {
    const answer = await service.call('PATCH', SETTINGS, {
      payload: '{}',
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    expect([answer.statusCode, answer.body]).toEqual([200, '{"livenessAbuseMonitoring":{"enabled":false}}']);
  });

  it.each([
    { enabled: 'perhaps' },
    { enabled: null },
    { livenessAbuseMonitoring: [] },
    { livenessAbuseMonitoring: { enabled: 2 } },
  ])('refuses %j', async (json) => {
    const answer = await service.call('PATCH', SETTINGS, { json });
    expect([answer.statusCode, answer.json().error.code]).toEqual([400, 'InvalidRequestBody']);
  });

  it('belongs to v1.3-preview.1 alone, and to applications', async () => {
    expect((await service.call('GET', '/face/v1.2/settings')).statusCode).toBe(404);
    expect((await service.call('GET', SETTINGS, { key: null })).statusCode).toBe(401);
  });
});
