import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { may, PERMISSIONS, ROLES } from './roles.js';

it('docs/people.md prints who may do what, as the code has it', () => {
  const text = readFileSync(new URL('../../../../docs/people.md', import.meta.url), 'utf8');
  const [, table = ''] = text.split('| What | Least role |');
  const rows = (table.split('\n\n')[0] ?? '')
    .trim()
    .split('\n')
    .slice(1)
    .map((row) =>
      row
        .split('|')
        .slice(1, 3)
        .map((cell) => cell.trim()),
    );
  expect(rows).toEqual(Object.entries(PERMISSIONS));
});

it('a higher role may do all that a lower one may, on its resource alone', () => {
  for (const [permission, least] of Object.entries(PERMISSIONS) as [keyof typeof PERMISSIONS, string][])
    for (const [rank, role] of ROLES.entries()) {
      const grants = [{ role, resourceId: 'mine' }];
      const expected = rank <= ROLES.findIndex((one) => one === least);
      expect([permission, role, may(grants, permission, 'mine')]).toEqual([permission, role, expected]);
      expect(may(grants, permission, 'other')).toBe(false);
      expect(may(grants, permission, null)).toBe(false);
    }
});
