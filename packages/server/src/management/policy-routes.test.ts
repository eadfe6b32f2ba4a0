import { afterAll, beforeAll, expect, it } from 'vitest';
import { joinAsOwner, type PortalBrowser } from '../../test/portal-browser.js';
import { startService, type TestService } from '../../test/service.js';

let service: TestService;
let owner: PortalBrowser;
beforeAll(async () => {
  service = await startService();
  owner = await joinAsOwner(service);
});
afterAll(() => service.end());

const PATH = '/resources/default/policy/versions';

it('keeps every version of a policy, and goes back to one by making it new', async () => {
  const patch = (policy: object, policyNote?: string) =>
    owner.ok('PATCH', '/resources/default', { policy, ...(policyNote && { policyNote }) });
  await patch({ operatingPoint: 'strict' }, 'a pilot with the bank');
  await patch({ retentionHours: 24 });
  expect(await owner.ok('GET', PATH)).toMatchObject({
    versions: [
      { version: 3, policy: { operatingPoint: 'strict', retentionHours: 24 }, note: '', changedBy: 'olga' },
      { version: 2, policy: { operatingPoint: 'strict' }, note: 'a pilot with the bank' },
      { version: 1, policy: { operatingPoint: 'balanced' }, changedBy: 'console' },
    ],
    next: null,
  });
  expect(await owner.ok('POST', `${PATH}/1/restore`)).toMatchObject({
    operatingPoint: 'balanced',
    retentionHours: 48,
    recognition: 'on',
    recognitionPurpose: 'development',
  });
  expect(await owner.ok('GET', `${PATH}?top=1`)).toMatchObject({
    versions: [{ version: 4, note: 'back to version 1' }],
    next: 4,
  });
  expect(await owner.ok('GET', `${PATH}?top=1&before=4`)).toMatchObject({
    versions: [{ version: 3 }],
    next: 3,
  });
  expect((await owner.call('POST', `${PATH}/9/restore`)).statusCode).toBe(404);
});

it('does not open recognition by going back to a time before it was revoked', async () => {
  await owner.ok('POST', '/resources/default/recognition/decision', {
    decision: 'revoked',
    reason: 'misused',
  });
  expect(await owner.ok('POST', `${PATH}/1/restore`)).toMatchObject({ recognition: 'off' });
});
