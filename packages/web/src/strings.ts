import { directionOf, findLanguage } from '@bonafide/protocol';
import { en, type StringKey, type Strings } from './strings/en.js';

/** The texts that a page shows, their language and direction. */
export interface Texts {
  strings: Strings;
  language: string;
  direction: 'ltr' | 'rtl';
}

/** What is shown until, or where, no other language loads. */
export const ENGLISH: Texts = { strings: en, language: 'en', direction: 'ltr' };

/** Loads a language's texts from the assets; English when they cannot be had. */
export async function loadTexts(assetBase: string, locale: string, signal: AbortSignal): Promise<Texts> {
  const language = findLanguage(locale) ?? 'en';
  if (language === 'en') return ENGLISH;
  try {
    const response = await fetch(`${assetBase}strings/${language}.json`, { signal });
    if (!response.ok) return ENGLISH;
    const strings = { ...en, ...((await response.json()) as Partial<Strings>) };
    return { strings, language, direction: directionOf(language) };
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
