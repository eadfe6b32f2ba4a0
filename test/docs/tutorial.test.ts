import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAppServer } from '../../examples/app-server/src/app-server.js';
import { clip, startService, type TestService } from '../../packages/server/test/service.js';
import { launchBrowser, root } from '../e2e/browser.js';

/** A fenced block of docs/tutorial.md; all of them run here, against the service with a stand-in for its networks. */
interface Snippet {
  language: string;
  text: string;
}

const tutorial = readFileSync(join(root, 'docs', 'tutorial.md'), 'utf8');
const snippets = [...tutorial.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(
  ([, language = '', text = '']): Snippet => ({ language, text }),
);
const folder = mkdtempSync(join(tmpdir(), 'bonafide-tutorial-'));
let service: TestService;
let endpoint: string;

beforeAll(async () => {
  service = await startService();
  service.now = Date.now();
  endpoint = await service.listen();
  writeFileSync(join(folder, 'video.webp'), clip('realface'));
  writeFileSync(join(folder, 'portrait.png'), clip('photo'));
});
afterAll(async () => {
  await service.end();
  rmSync(folder, { recursive: true });
});

it('knows what to do with every snippet', () => {
  expect(new Set(snippets.map(({ language }) => language))).toEqual(new Set(['sh', 'json', 'html', 'js']));
});

/** The service runs already, so that `npm start` does nothing; the command is the built one on the service's own folder. */
const PRELUDE = `set -euo pipefail
npm() { test "$*" = start; }
npx() { test "$1 $2" = '--no bonafide'; node '${root}/packages/cli/bin/bonafide.js' "\${@:3}" --data-dir "$DATA"; }
`;
const BREAK = '\u001e';

it('has lines for the terminal that run in their order and answer what the tutorial prints', async () => {
  const shell = snippets.filter(({ language }) => language === 'sh');
  const script = PRELUDE + shell.map(({ text }) => `${text}\nprintf '${BREAK}'\n`).join('');
  const answers = (await runBash(script)).split(BREAK);
  let compared = 0;
  let ran = -1;
  for (const [at, { language, text }] of snippets.entries()) {
    if (language === 'sh') ran += 1;
    if (language !== 'json') continue;
    expect(snippets[at - 1]?.language).toBe('sh');
    expect(shapeOf(JSON.parse(answers[ran] ?? ''))).toEqual(shapeOf(JSON.parse(text)));
    compared += 1;
  }
  expect(compared).toBe(4);
});

it('has a page that runs the SDK, and says how a check ended', async () => {
  const pageFolder = join(folder, 'page');
  mkdirSync(pageFolder);
  writeFileSync(join(pageFolder, 'index.html'), textOf('html'));
  writeFileSync(join(pageFolder, 'page.js'), textOf('js'));
  const server = createServer(
    createAppServer({
      face: (path, init) => fetch(endpoint + path, init),
      key: async () => service.key,
      endpoint: () => endpoint,
      pageFolder,
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.locator('#start').click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Not completed: UserCanceled').waitFor();
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
});

function textOf(wanted: string): string {
  const found = snippets.filter(({ language }) => language === wanted);
  expect(found).toHaveLength(1);
  return found[0]?.text ?? '';
}

function runBash(script: string): Promise<string> {
  const child = spawn('bash', ['-c', script], {
    cwd: folder,
    env: { ...process.env, DATA: service.dataDir, NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text: Buffer) => (out += text.toString()));
  child.stderr.on('data', (text: Buffer) => (err += text.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(out);
      else reject(new Error(`a snippet ended with ${code}: ${err}`));
    });
  });
}

/** Names and types, without the values. */
function shapeOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shapeOf(inner)]));
}
