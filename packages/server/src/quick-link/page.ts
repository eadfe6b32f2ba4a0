import type { ResourcePolicy } from '../resource-policy.js';

/** The page of a link that can be opened, under the name and colour of the resource. */
export function quickLinkPage({
  brandName,
  brandColor,
}: Pick<ResourcePolicy, 'brandName' | 'brandColor'>): string {
  return html(
    brandName,
    `<body data-brand-color="${escape(brandColor)}">
    <header><p class="name">${escape(brandName || 'Bonafide')}</p></header>
    <main id="intro">
      <h1>Show that you are there</h1>
      <p class="lead">
        Your camera films your face for a few seconds. Nothing is sent before you begin.
      </p>
      <ul>
        <li>Find even light; turn the screen's brightness up.</li>
        <li>Take off dark glasses, a mask or a hat.</li>
        <li>Hold the phone upright, at the height of your eyes.</li>
      </ul>
      <p id="problem" role="alert"></p>
      <button id="begin" type="button">Begin</button>
      <p class="hint">This link works once. Begin when you are ready.</p>
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
export function uselessLinkPage(why: 'used' | 'callback'): string {
  const text =
    why === 'used'
      ? 'It was used, has expired, or was copied incompletely.'
      : 'It leads back to an address that its sender has not allowed.';
  return html(
    '',
    `<body>
    <main>
      <h1>This link does not work</h1>
      <p class="lead">${text} Ask whoever sent it for another one.</p>
    </main>
  </body>`,
  );
}

function html(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>${escape(title || 'Liveness check')}</title>
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
