import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startService, type TestService } from '../../test/service.js';

const DOCS = '../../../../docs';
let service: TestService;
let document: { paths: Record<string, Record<string, { summary: string }>> };
beforeAll(async () => {
  service = await startService();
  const answer = await service.call('GET', '/management/v1/openapi.json', { key: null });
  document = answer.json();
});
afterAll(() => service.end());

test('docs/openapi/management.json is the document of this build', async () => {
  // `npx vitest run packages/server/src/management/document.test.ts -u` writes it anew.
  await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot(
    `${DOCS}/openapi/management.json`,
  );
});

test('docs/management-api.md lists every route', () => {
  const text = readFileSync(new URL(`${DOCS}/management-api.md`, import.meta.url), 'utf8');
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(
      (method) => `| \`${method.toUpperCase()} ${path.replace('/management/v1', '')}\` |`,
    ),
  );
  expect(routes.length).toBeGreaterThan(25);
  expect(routes.filter((route) => !text.includes(route))).toEqual([]);
});
