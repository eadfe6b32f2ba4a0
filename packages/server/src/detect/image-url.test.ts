import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchImage } from './image-url.js';

const IMAGE = Buffer.alloc(2_000, 5);
let server: Server;
let port: number;
let asked: string[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url === '/moved') return response.writeHead(302, { location: '/image' }).end();
    if (request.url === '/missing') return response.writeHead(404).end(IMAGE);
    if (request.url === '/endless') {
      const more = () => response.write(IMAGE, () => setImmediate(more));
      return more();
    }
    if (request.url === '/short') {
      response.writeHead(200, { 'content-length': '9999' }).write(IMAGE, () => response.destroy());
      return;
    }
    return response.end(IMAGE);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => server.close());

const fetchOf = (url: string, ...hosts: string[]) => fetchImage(url, hosts, 4_000);

describe('downloading an image', () => {
  it('works from a listed origin, by its address or by a name whose address is listed too', async () => {
    const byAddress = `http://127.0.0.1:${port}`;
    expect(await fetchOf(`${byAddress}/image?size=big`, byAddress)).toEqual(IMAGE);
    const byName = `http://localhost:${port}`;
    expect(await fetchOf(`${byName}/image`, byName, '127.0.0.0/8', '::1')).toEqual(IMAGE);
  });

  it.each([
    ['nothing is listed', (own: string) => [`${own}/image`]],
    ['another port is listed', (own: string) => [`${own}/image`, 'http://127.0.0.1:1']],
    ['another scheme is listed', (own: string) => [`${own}/image`, own.replace('http:', 'https:')]],
    ['the range is listed and the origin is not', (own: string) => [`${own}/image`, '127.0.0.0/8']],
    ['a user is named', (own: string) => [`${own.replace('//', '//me@')}/image`, own]],
    ['it is a file', () => ['file:///etc/passwd', 'file:///']],
    ['it is no URL', (own: string) => ['//image', own]],
  ])('asks nobody where %s', async (_name, argumentsOf) => {
    asked = [];
    const [url = '', ...hosts] = argumentsOf(`http://127.0.0.1:${port}`);
    await expect(fetchOf(url, ...hosts)).rejects.toMatchObject({ row: 'InvalidUrl' });
    expect(asked).toEqual([]);
  });

  it('asks nobody where a listed name stands for a private address', async () => {
    asked = [];
    const own = `http://localhost:${port}`;
    await expect(fetchOf(`${own}/image`, own)).rejects.toMatchObject({
      row: 'InvalidUrl',
      message: expect.stringContaining('Its address is not allowed.'),
    });
    expect(asked).toEqual([]);
  });

  it.each([
    ['/moved', 'The server answered 302.'],
    ['/missing', 'The server answered 404.'],
    ['/endless', 'The image is too large.'],
    ['/short', 'It was cut short.'],
  ])('ends with %s', async (path, message) => {
    const own = `http://127.0.0.1:${port}`;
    await expect(fetchOf(own + path, own)).rejects.toMatchObject({
      row: 'InvalidUrl',
      message: expect.stringContaining(message),
    });
  });
});
