import { directionOf, findLanguage, type Language } from '@bonafide/protocol';
import ar from './texts/ar.js';
import de from './texts/de.js';
import { en, type LinkTexts } from './texts/en.js';
import es from './texts/es.js';
import fr from './texts/fr.js';
import he from './texts/he.js';
import hi from './texts/hi.js';
import id from './texts/id.js';
import it from './texts/it.js';
import ja from './texts/ja.js';
import ko from './texts/ko.js';
import nl from './texts/nl.js';
import pl from './texts/pl.js';
import pt from './texts/pt.js';
import ru from './texts/ru.js';
import sv from './texts/sv.js';
import tr from './texts/tr.js';
import uk from './texts/uk.js';
import vi from './texts/vi.js';
import zhHans from './texts/zh-Hans.js';
import zhHant from './texts/zh-Hant.js';

/** What a person is told, and in which language. */
export interface Spoken {
  texts: LinkTexts;
  language: Language | 'en';
  direction: 'ltr' | 'rtl';
}

const TEXTS: Readonly<Record<Language | 'en', LinkTexts>> = {
  ...{ ar, de, en, es, fr, he, hi, id, it, ja, ko, nl, pl, pt, ru, sv, tr, uk, vi },
  ...{ 'zh-Hans': zhHans, 'zh-Hant': zhHant },
};

/** So many of a header's languages are looked at. */
const MAX_RANGES = 20;

/** Speaks the language that a browser asks for most (RFC 9110, 12.5.4) of those that there are; else English. */
export function speak(acceptLanguage: string | undefined): Spoken {
  const wished = (acceptLanguage ?? '')
    .split(',', MAX_RANGES)
    .map((range) => {
      const [locale = '', ...parameters] = range.split(';').map((part) => part.trim());
      const quality = parameters.find((part) => part.startsWith('q='));
      return { locale, quality: quality === undefined ? 1 : Number(quality.slice(2)) };
    })
    .filter(({ quality }) => quality > 0)
    .sort((one, other) => other.quality - one.quality);
  const language = wished.map(({ locale }) => findLanguage(locale)).find((found) => found !== null) ?? 'en';
  return { texts: TEXTS[language], language, direction: directionOf(language) };
}
