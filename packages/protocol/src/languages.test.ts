import { describe, expect, it } from 'vitest';
import { directionOf, findLanguage } from './languages.js';

describe('the language of a locale', () => {
  it.each([
    ['de-AT', 'de'],
    ['pt_BR', 'pt'],
    ['zh-CN', 'zh-Hans'],
    ['zh', 'zh-Hans'],
    ['zh-TW', 'zh-Hant'],
    ['zh-Hant-HK', 'zh-Hant'],
    ['iw-IL', 'he'],
    ['in', 'id'],
    ['en-GB', 'en'],
    ['tlh', null],
    ['', null],
  ])('%j is the language %s', (locale, language) => {
    expect(findLanguage(locale)).toBe(language);
  });

  it('is written from right to left in Arabic and Hebrew', () => {
    expect((['ar', 'he', 'en', 'ja'] as const).map(directionOf)).toEqual(['rtl', 'rtl', 'ltr', 'ltr']);
  });
});
