import type { ResourcePolicy } from '../resource-policy.js';
import type { Spoken } from './languages.js';
import type { LinkTexts } from './texts/en.js';

/** What the page's script says by itself. */
const SCRIPT_TEXTS = [
  'loadFailed',
  'startFailed',
  'used',
  'thanks',
  'complete',
  'failed',
  'askAgain',
] as const satisfies readonly (keyof LinkTexts)[];

/** The page of a link that can be opened, under the name and colour of the resource. */
export function quickLinkPage(
  { brandName, brandColor }: Pick<ResourcePolicy, 'brandName' | 'brandColor'>,
  spoken: Spoken,
): string {
  const { texts } = spoken;
  const text = (key: keyof LinkTexts) => escape(texts[key]);
  const forScript = JSON.stringify(Object.fromEntries(SCRIPT_TEXTS.map((key) => [key, texts[key]])));
  return html(
    brandName || texts.title,
    spoken,
    `<body data-brand-color="${escape(brandColor)}" data-texts="${escape(forScript)}">
    <header><p class="name"><bdi>${escape(brandName || 'Bonafide')}</bdi></p></header>
    <main id="intro">
      <h1>${text('heading')}</h1>
      <p class="lead">${text('lead')}</p>
      <ul>
        <li>${text('light')}</li>
        <li>${text('takeOff')}</li>
        <li>${text('upright')}</li>
      </ul>
      <p id="problem" role="alert"></p>
      <button id="begin" type="button">${text('begin')}</button>
      <p class="hint">${text('once')}</p>
    </main>
    <main id="stage" hidden></main>
    <main id="end" hidden tabindex="-1">
      <h1 id="end-title"></h1>
      <p id="end-text" class="lead"></p>
    </main>
    <script type="module" src="/pages/quick-link.js"></script>
  </body>`,
  );
}

/** The page of a link that leads nowhere. */
export function uselessLinkPage(why: 'used' | 'callback', spoken: Spoken): string {
  const { title, useless, uselessUsed, uselessCallback } = spoken.texts;
  return html(
    title,
    spoken,
    `<body>
    <main>
      <h1>${escape(useless)}</h1>
      <p class="lead">${escape(why === 'used' ? uselessUsed : uselessCallback)}</p>
    </main>
  </body>`,
  );
}

function html(title: string, { language, direction }: Spoken, body: string): string {
  return `<!doctype html>
<html lang="${language}" dir="${direction}">
  <head>
    <meta charset="utf-8">
    <title>${escape(title)}</title>
    <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
    <meta name="color-scheme" content="light dark">
    <meta name="robots" content="noindex">
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/pages/pages.css">
  </head>
  ${body}
</html>
`;
}

function escape(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
