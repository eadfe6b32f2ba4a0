/** The page of a quick link: swaps the link for its session's token when the person begins, and runs the SDK's element. */

import type { LinkTexts } from '../src/quick-link/texts/en.js';

interface LivenessElement extends HTMLElement {
  start(token: string): Promise<{ resultId: string; digest: string }>;
}

const link = new URLSearchParams(location.search);
/** In the page's language. */
const texts = JSON.parse(document.body.dataset['texts'] ?? '{}') as LinkTexts;
const begin = find('begin', HTMLButtonElement);
const { brandColor } = document.body.dataset;
// Inline styles are forbidden by the page's policy; a property that a script sets is none.
if (brandColor) document.documentElement.style.setProperty('--brand', brandColor);
if (brandColor) document.documentElement.style.setProperty('--on-brand', readableOn(brandColor));
begin.addEventListener('click', () => void run());

async function run(): Promise<void> {
  begin.disabled = true;
  say('problem', '');
  let opened: { authToken: string; callbackUrl: string | null };
  try {
    // The SDK first: a link is not used up by a page that could not have gone on.
    await import(new URL('/client/bonafide-liveness.js', location.href).href);
    opened = await open();
  } catch (error) {
    begin.disabled = false;
    return say('problem', error instanceof LinkError ? error.message : texts.loadFailed);
  }
  // The link is worth nothing any more; a reload or the history should not lead to it.
  history.replaceState(null, '', '/');
  const element = document.createElement('bonafide-liveness') as LivenessElement;
  find('stage', HTMLElement).replaceChildren(element);
  show('stage');
  try {
    const { resultId, digest } = await element.start(opened.authToken);
    leave(opened.callbackUrl, { resultId, digest });
    end(texts.thanks, texts.complete);
  } catch (failure) {
    const name =
      typeof failure === 'object' && failure !== null && 'livenessError' in failure
        ? String(failure.livenessError)
        : 'Unexpected';
    leave(opened.callbackUrl, { livenessError: name });
    end(texts.failed, texts.askAgain);
  }
}

/** The link was refused. */
class LinkError extends Error {}

async function open(): Promise<{ authToken: string; callbackUrl: string | null }> {
  const callbackUrl = link.get('callbackUrl');
  const answer = await fetch('/api/quicklink/open', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ s: link.get('s'), ...(callbackUrl !== null && { callbackUrl }) }),
  });
  if (answer.status === 404) throw new LinkError(texts.used);
  if (!answer.ok) throw new LinkError(texts.startFailed);
  return (await answer.json()) as { authToken: string; callbackUrl: string | null };
}

/** Goes back to the application, which asks the service itself for the result. */
function leave(callbackUrl: string | null, outcome: Record<string, string>): void {
  if (callbackUrl === null) return;
  const url = new URL(callbackUrl);
  for (const [name, value] of Object.entries(outcome)) url.searchParams.set(name, value);
  location.replace(url.href);
}

function end(title: string, text: string): void {
  say('end-title', title);
  say('end-text', text);
  show('end');
  find('end', HTMLElement).focus();
}

function show(part: 'intro' | 'stage' | 'end'): void {
  for (const id of ['intro', 'stage', 'end']) find(id, HTMLElement).hidden = id !== part;
}

/** Black or white, whichever stands out more (relative luminance of WCAG 2.2; equal contrast at 0.179). */
function readableOn(color: string): string {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#000' : '#fff';
}

function say(id: string, text: string): void {
  find(id, HTMLElement).textContent = text;
}

function find<T extends HTMLElement>(id: string, kind: abstract new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`expected #${id} in the page`);
  return found;
}
