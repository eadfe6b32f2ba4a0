import { get as getHttp } from 'node:http';
import { get as getHttps } from 'node:https';
import { ServiceError } from '../errors.js';
import { AddressRefusedError, checkedLookup } from '../http/outgoing.js';

/** The whole download may take so long, ms. */
const TIMEOUT_MS = 5_000;

/**
 * Downloads an image from a host that the operator has listed, and from no other: the scheme, name and port must be listed,
 * the address that the name stands for must be public or be listed too, and redirects are not followed. The connection goes
 * to the very address that was checked.
 * @param hosts the policy's `imageHosts`: origins, addresses and ranges
 * @throws ServiceError `InvalidUrl`; it does not tell what an unlisted host would have answered
 */
export async function fetchImage(text: string, hosts: readonly string[], maxBytes: number): Promise<Buffer> {
  const url = parse(text, hosts);
  return new Promise((done, fail) => {
    const get = url.protocol === 'https:' ? getHttps : getHttp;
    const request = get(
      url,
      {
        agent: false,
        lookup: checkedLookup(hosts),
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: { accept: 'image/*', 'accept-encoding': 'identity' },
      },
      (answer) => {
        const refuse = (why: string) => {
          request.destroy();
          fail(invalid(why));
        };
        if (answer.statusCode !== 200) return refuse(`The server answered ${answer.statusCode}.`);
        const chunks: Buffer[] = [];
        let length = 0;
        answer.on('data', (chunk: Buffer) => {
          length += chunk.length;
          if (length > maxBytes) return refuse('The image is too large.');
          chunks.push(chunk);
        });
        answer.on('end', () =>
          answer.complete ? done(Buffer.concat(chunks, length)) : refuse('It was cut short.'),
        );
        answer.on('error', (cause) => fail(invalid('It was cut short.', cause)));
      },
    );
    request.on('error', (cause) => {
      const refused = cause instanceof AddressRefusedError;
      fail(invalid(refused ? 'Its address is not allowed.' : 'The download failed.', cause));
    });
  });
}

/** The URL, when its origin is listed. */
function parse(text: string, hosts: readonly string[]): URL {
  if (hosts.length === 0) throw invalid('This resource fetches no images; send the image itself.');
  const url = URL.canParse(text) ? new URL(text) : null;
  // Whoever lists an address as an origin means it: names alone are checked where they are looked up.
  const listed = url && hosts.some((host) => URL.canParse(host) && new URL(host).origin === url.origin);
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (!isWeb || !listed || url.username !== '' || url.password !== '')
    throw invalid('Its host is not one that the operator of this resource has listed.');
  return url;
}

function invalid(why: string, cause?: unknown): ServiceError {
  return new ServiceError('InvalidUrl', {
    message: `Invalid image URL or error downloading from target server. ${why}`,
    cause,
  });
}
