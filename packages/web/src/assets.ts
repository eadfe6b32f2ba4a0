/** Where this script came from; its assets lie in a folder beside it unless `asset-base` says otherwise. */
const scriptUrl: string | undefined = import.meta.url;

/** The assets' folder as a whole URL with a slash at its end. */
export function resolveAssetBase(attribute: string | null): string {
  const base = attribute === null ? new URL('./assets/', scriptUrl) : new URL(attribute, document.baseURI);
  return base.href.endsWith('/') ? base.href : `${base.href}/`;
}

/**
 * Starts a module worker from an asset. Browsers start no worker from another origin, so that there a script of one line in a
 * Blob imports it (the page's CSP then needs `worker-src blob:`).
 */
export function startWorker(assetBase: string, file: string): Worker {
  const url = `${assetBase}${file}`;
  if (new URL(url).origin === location.origin) return new Worker(url, { type: 'module' });
  const blob = new Blob([`import ${JSON.stringify(url)};`], { type: 'text/javascript' });
  const blobUrl = URL.createObjectURL(blob);
  const worker = new Worker(blobUrl, { type: 'module' });
  // The worker has fetched it by the time of its first message; revoking earlier would race with that.
  worker.addEventListener('message', () => URL.revokeObjectURL(blobUrl), { once: true });
  return worker;
}

/** An asset could not be loaded: the folder is elsewhere, a file is missing, or the server sends a wrong type. */
export class AssetError extends Error {
  override readonly name = 'AssetError';
}
