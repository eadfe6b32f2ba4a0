import { LANGUAGES } from '@bonafide/protocol';
import { describe, expect, it } from 'vitest';
import { speak } from './languages.js';
import { en } from './texts/en.js';

describe('a quick link', () => {
  it.each([
    ['de-AT,de;q=0.9,en;q=0.8', 'de'],
    ['tlh, pt-BR;q=0.5', 'pt'],
    ['en;q=0.3, zh-TW;q=0.9', 'zh-Hant'],
    ['en-GB,de;q=0.9', 'en'],
    ['de;q=0, fr;q=0.1', 'fr'],
    ['de;q=much, fr', 'fr'],
    ['*', 'en'],
    ['', 'en'],
    [undefined, 'en'],
    [`${'x,'.repeat(10_000)}de`, 'en'],
  ])('answers %j in %s', (header, language) => {
    expect(speak(header).language).toBe(language);
  });

  it('is written from right to left in Hebrew', () => {
    expect(speak('he-IL').direction).toBe('rtl');
  });

  it.each(LANGUAGES)('has words of its own in %s', (language) => {
    const { texts } = speak(language);
    expect(Object.keys(texts)).toEqual(Object.keys(en));
    expect(Object.entries(texts).filter(([key, text]) => text === en[key as keyof typeof en])).toEqual([]);
  });
});
