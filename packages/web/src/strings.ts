import { LANGUAGES, type Language } from './languages.js';
import { en, type StringKey, type Strings } from './strings/en.js';

/** Languages that are written from right to left. */
const RIGHT_TO_LEFT: readonly string[] = ['ar', 'he'];

/** Scripts and regions of Chinese in traditional characters. */
const TRADITIONAL_CHINESE: readonly string[] = ['hant', 'tw', 'hk', 'mo'];
/** Older codes of languages. */
const SAME_LANGUAGE: Partial<Record<string, string>> = { iw: 'he', in: 'id' };

/** The texts that a page shows, their language and direction. */
export interface Texts {
  strings: Strings;
  language: string;
  direction: 'ltr' | 'rtl';
}

/** What is shown until, or where, no other language loads. */
export const ENGLISH: Texts = { strings: en, language: 'en', direction: 'ltr' };

/**
 * The language for a locale (BCP 47): `pt-BR` is Portuguese, Chinese of Taiwan, Hong Kong and Macao is in traditional script.
 * English where there is no other.
 */
export function matchLanguage(locale: string): Language | 'en' {
  const [first = '', ...rest] = locale.toLowerCase().split(/[-_]/);
  const traditional = rest.some((part) => TRADITIONAL_CHINESE.includes(part));
  const language = first === 'zh' ? (traditional ? 'zh-Hant' : 'zh-Hans') : (SAME_LANGUAGE[first] ?? first);
  return LANGUAGES.find((name) => name === language) ?? 'en';
}

/** Loads a language's texts from the assets; English when they cannot be had. */
export async function loadTexts(assetBase: string, locale: string, signal: AbortSignal): Promise<Texts> {
  const language = matchLanguage(locale);
  if (language === 'en') return ENGLISH;
  try {
    const response = await fetch(`${assetBase}strings/${language}.json`, { signal });
    if (!response.ok) return ENGLISH;
    const strings = { ...en, ...((await response.json()) as Partial<Strings>) };
    return { strings, language, direction: RIGHT_TO_LEFT.includes(language) ? 'rtl' : 'ltr' };
  } catch {
    return ENGLISH;
  }
}

/** Texts with an application's own in place of some. Names that are not ours are left out. */
export function withOwnTexts(texts: Texts, own: Readonly<Record<string, string>>): Texts {
  const known = Object.entries(own).filter((entry): entry is [StringKey, string] =>
    Object.hasOwn(en, entry[0]),
  );
  return { ...texts, strings: { ...texts.strings, ...Object.fromEntries(known) } };
}
