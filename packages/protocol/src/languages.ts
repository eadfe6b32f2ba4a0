/** Languages besides English that people who are checked are spoken to in; their texts are machine-made and unreviewed. */
export const LANGUAGES = [
  'ar',
  'de',
  'es',
  'fr',
  'he',
  'hi',
  'id',
  'it',
  'ja',
  'ko',
  'nl',
  'pl',
  'pt',
  'ru',
  'sv',
  'tr',
  'uk',
  'vi',
  'zh-Hans',
  'zh-Hant',
] as const;

export type Language = (typeof LANGUAGES)[number];

/** Languages that are written from right to left. */
const RIGHT_TO_LEFT: readonly string[] = ['ar', 'he'];
/** Scripts and regions of Chinese in traditional characters. */
const TRADITIONAL_CHINESE: readonly string[] = ['hant', 'tw', 'hk', 'mo'];
/** Older codes of languages. */
const SAME_LANGUAGE: Partial<Record<string, string>> = { iw: 'he', in: 'id' };

/**
 * The language for a locale (BCP 47): `pt-BR` is Portuguese, Chinese of Taiwan, Hong Kong and Macao is in traditional script.
 * Null where there is none.
 */
export function findLanguage(locale: string): Language | 'en' | null {
  const [first = '', ...rest] = locale.toLowerCase().split(/[-_]/);
  const traditional = rest.some((part) => TRADITIONAL_CHINESE.includes(part));
  const language = first === 'zh' ? (traditional ? 'zh-Hant' : 'zh-Hans') : (SAME_LANGUAGE[first] ?? first);
  return language === 'en' ? 'en' : (LANGUAGES.find((name) => name === language) ?? null);
}

export function directionOf(language: Language | 'en'): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.includes(language) ? 'rtl' : 'ltr';
}
