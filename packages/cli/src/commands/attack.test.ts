import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bonafide } from '../../test/command.js';

const folder = mkdtempSync(join(tmpdir(), 'bonafide-attack-'));
const results = join(folder, 'results');
let asked = 0;
let whenAsked = () => {};
/** A service that opens a session for nobody. */
const server = createServer((_, response) => {
  asked++;
  whenAsked();
  response.writeHead(403, { 'content-type': 'application/json' }).end('{"error":{"code":"Throttled"}}');
}).listen(0, '127.0.0.1');

beforeEach(() => {
  asked = 0;
  mkdirSync(results, { recursive: true });
});
afterEach(() => {
  whenAsked = () => {};
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const attack = (out: string) => {
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const small = ['--key', 'k', '--levels', 'L0', '--people', '1', '--count', '1', '--workers', '1'];
  return bonafide('attack', '--endpoint', endpoint, ...small, '--out', out);
};

describe('attack', () => {
  it('finds out at the start that its file cannot be written', async () => {
    const { code, err } = await attack(join(folder, 'none', 'rates.json'));
    expect(err).toMatch(/rates\.json cannot be written: ENOENT/);
    expect(code).toBe(1);
    expect(asked).toBe(0);
  });

  it('tells what it counted although it can be written no more', async () => {
    whenAsked = () => {
      rmSync(results, { recursive: true });
    };
    const { code, out, err } = await attack(join(results, 'rates.json'));
    expect(out).toContain('genuine: not judged: Throttled 1.');
    expect(err).toContain('ENOENT');
    expect(code).toBe(1);
  });

  it('writes what it counted before it failed', async () => {
    const file = join(results, 'rates.json');
    const { code, err } = await attack(file);
    expect(err).toContain('let nobody make a genuine capture');
    expect(code).toBe(1);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      results: [{ level: 'genuine', n: 0, notJudged: { Throttled: 1 } }],
    });
  });
});
