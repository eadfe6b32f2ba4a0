import { expect, it } from 'vitest';
import { table } from './terminal.js';

it('a table puts numbers to the right and words to the left', () => {
  expect(
    table(
      ['species', 'n'],
      [
        ['print', '7'],
        ['replay', '120'],
      ],
    ),
  ).toBe('  species    n\n  print      7\n  replay   120');
});
