import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService, type TestService } from '../../test/service.js';

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.end());

describe('the OpenAPI document', () => {
  it('is the committed one, docs/openapi/face.json; `npx vitest run packages/server/src/openapi -u` writes it', async () => {
    const { body } = await service.call('GET', '/docs/json', { key: null });
    const document: unknown = JSON.parse(body);
    await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot(
      '../../../../docs/openapi/face.json',
    );
  });

  it('tells of each operation its caller, its answers and the shape of its errors', async () => {
    const { openapi, paths } = (await service.call('GET', '/docs/json', { key: null })).json();
    expect(openapi).toBe('3.1.0');
    const operations = Object.values<Record<string, Described>>(paths).flatMap((path) => Object.values(path));
    expect(operations.length).toBeGreaterThan(45);
    for (const { summary, security, responses } of operations) {
      expect(summary).not.toBe('');
      expect(security).toHaveLength(1);
      expect(Object.keys(responses)).toContain('default');
    }
  });

  it('can be browsed without anything from another host', async () => {
    const page = await service.call('GET', '/docs/', { key: null });
    expect(page.statusCode).toBe(200);
    expect(page.headers['content-security-policy']).toMatch(/default-src 'none'; script-src 'self';/);
    expect(page.body).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    expect(page.body).not.toMatch(/<script>(?!\s*<)|onload=/);
    for (const [, file] of page.body.matchAll(/(?:src|href)="([^"]+)"/g)) {
      const asset = await service.call('GET', new URL(String(file), 'http://x/docs/').pathname, {
        key: null,
      });
      expect([file, asset.statusCode]).toEqual([file, 200]);
    }
  });
});

interface Described {
  summary: string;
  security: unknown[];
  responses: Record<string, unknown>;
}
