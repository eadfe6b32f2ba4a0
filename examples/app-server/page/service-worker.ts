/**
 * Lets the page be installed and say something when there is no network. Kept is what stands below and nothing else: no token,
 * no result, no answer of the server. A check always needs the network.
 */

/** The page that is shown offline, and what it is made of. */
const OFFLINE = 'offline.html';
const KEPT = [OFFLINE, 'page.css', 'icon.svg'];
const CACHE = 'offline-page';

interface WaitingEvent {
  waitUntil(work: Promise<unknown>): void;
}
interface RequestEvent {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}
/** What of a service worker's scope is used here; TypeScript's types of it exclude those of pages. */
const scope = self as unknown as {
  addEventListener(type: 'install', listener: (event: WaitingEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: RequestEvent) => void): void;
};
const urls = KEPT.map((path) => new URL(path, location.href).href);

scope.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(urls.map((url) => new Request(url, { cache: 'reload' })))),
  );
});

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = request.mode === 'navigate' ? urls[0] : urls.find((kept) => kept === request.url);
  // Everything else goes its way as if there were no service worker.
  if (request.method !== 'GET' || url === undefined) return;
  event.respondWith(
    fetch(request).catch(async () => (await caches.match(url, { cacheName: CACHE })) ?? Response.error()),
  );
});
