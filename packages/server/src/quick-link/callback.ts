/**
 * The address that a link leads back to, or null where the resource's list does not have it. Scheme, host, port and path must
 * be those of an entry; the query is the application's own. A fragment and credentials are never taken along.
 * @param text as it came in the link
 * @param allowed the resource's `callbackUrls`
 */
export function allowedCallback(text: string, allowed: readonly string[]): URL | null {
  const url = parse(text);
  if (!url || url.username !== '' || url.password !== '') return null;
  url.hash = '';
  return allowed.map(parse).some((entry) => entry !== null && place(entry) === place(url)) ? url : null;
}

function parse(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

function place({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`;
}
