import { readdirSync } from 'node:fs';
import { LANGUAGES } from '@bonafide/protocol';
import { describe, expect, it } from 'vitest';
import { ENGLISH, withOwnTexts } from './strings.js';
import { en, type Strings } from './strings/en.js';

describe('languages', () => {
  it('are at least 20, each with its file', () => {
    const files = readdirSync(new URL('strings', import.meta.url)).map((name) => name.replace(/\.ts$/, ''));
    expect(files.sort()).toEqual(['en', ...LANGUAGES].sort());
    expect(files.length).toBeGreaterThanOrEqual(20);
  });

  it.each(LANGUAGES)(
    '%s has its own words for every hint that can be confused with another',
    async (language) => {
      const { default: strings } = (await import(`./strings/${language}.ts`)) as { default: Strings };
      for (const [one, other] of [
        ['moveLeft', 'moveRight'],
        ['turnLeft', 'turnRight'],
        ['moveUp', 'moveDown'],
        ['moveCloser', 'moveBack'],
        ['moreLight', 'lessLight'],
        ['smile', 'openMouth'],
      ] as const) {
        expect(strings[one]).not.toBe(strings[other]);
        expect(strings[one]).not.toBe(en[one]);
      }
      for (const text of Object.values(strings)) expect(text.trim()).toMatch(/\S/);
    },
  );

  it.each(LANGUAGES)(
    '%s tells who declines required light what to do, in its own words',
    async (language) => {
      const { default: strings } = (await import(`./strings/${language}.ts`)) as { default: Strings };
      expect(strings.problemNoLight).not.toBe(en.problemNoLight);
      // What is not possible, what to do for whom light can harm, and for everybody else.
      expect(strings.problemNoLight.split(/[.:。।：]\s*/).filter(Boolean).length).toBeGreaterThanOrEqual(3);
    },
  );

  it("keep an application's own texts in place, and nothing that is no text of ours", () => {
    const { strings } = withOwnTexts(ENGLISH, { start: 'Go on', constructor: 'x' });
    expect(strings.start).toBe('Go on');
    expect(strings.cancel).toBe(en.cancel);
    expect(Object.hasOwn(strings, 'constructor')).toBe(false);
  });
});
