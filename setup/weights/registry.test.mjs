import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from 'tar';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fetchFiles, npmOptions } from './registry.mjs';

let folder;
let server;
let options;
let integrity;
const requests = [];

/** A registry on this machine that holds one package, and a user's .npmrc with a token for it. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bonafide-registry-'));
  mkdirSync(join(folder, 'package/model'), { recursive: true });
  writeFileSync(join(folder, 'package/package.json'), '{"name":"faces","version":"1.2.3"}');
  writeFileSync(join(folder, 'package/model/eye.bin'), 'an eye');
  writeFileSync(join(folder, 'package/model/other.bin'), 'not wanted');
  await create({ gzip: true, cwd: folder, file: join(folder, 'faces.tgz') }, ['package']);
  const tarball = readFileSync(join(folder, 'faces.tgz'));
  integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
  server = createServer((request, response) => {
    requests.push({ path: request.url, authorization: request.headers.authorization });
    if (request.url === '/faces.tgz') return response.end(tarball);
    const dist = { tarball: `${registry}faces.tgz`, integrity };
    const versions = { '1.2.3': { name: 'faces', version: '1.2.3', dist } };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ name: 'faces', 'dist-tags': { latest: '1.2.3' }, versions }));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${server.address().port}/`;
  const registry = `http://${host}`;
  writeFileSync(join(folder, 'npmrc'), `registry=${registry}\n//${host}:_authToken=secret\n`);
  options = {
    ...(await npmOptions({
      npm_config_userconfig: join(folder, 'npmrc'),
      npm_config_cache: join(folder, 'cache'),
    })),
    fetchRetries: 0,
  };
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

const faces = () => ({ name: 'faces', version: '1.2.3', integrity });

it('takes the named file from the registry and with the credentials of the user', async () => {
  let arrived = 0;
  const files = await fetchFiles(faces(), ['model/eye.bin'], (bytes) => (arrived += bytes), options);
  expect([...files].map(([path, content]) => [path, content.toString()])).toEqual([
    ['model/eye.bin', 'an eye'],
  ]);
  expect(arrived).toBe(readFileSync(join(folder, 'faces.tgz')).length);
  expect(requests.map(({ path }) => path)).toEqual(['/faces', '/faces.tgz']);
  expect(requests[1].authorization).toBe('Bearer secret');
});

it('gives out nothing of a tarball with another integrity', async () => {
  const other = `sha512-${createHash('sha512').update('other').digest('base64')}`;
  await expect(
    fetchFiles({ ...faces(), integrity: other }, ['model/eye.bin'], () => {}, options),
  ).rejects.toMatchObject({ code: 'EINTEGRITY' });
});

it('names a file that the package does not hold', async () => {
  await expect(fetchFiles(faces(), ['model/ear.bin'], () => {}, options)).rejects.toThrow(
    'faces@1.2.3 holds no file model/ear.bin',
  );
});
