import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../e2e/browser.js';

/** A fenced block of a page of docs/. */
export interface Snippet {
  language: string;
  text: string;
}

/** All blocks of docs/`name`, in their order. */
export function snippetsOf(name: string): Snippet[] {
  const page = readFileSync(join(root, 'docs', name), 'utf8');
  return [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', text = '']): Snippet => ({
    language,
    text,
  }));
}

/** Where a reader's terminal would be. */
export interface Terminal {
  folder: string;
  /** Data folder of the service that runs already. */
  dataDir: string;
}

/** The service runs already, so that `npm start` does nothing; the command is the built one on the service's own folder. */
const PRELUDE = `set -euo pipefail
npm() { test "$*" = start; }
npx() { test "$1 $2" = '--no bonafide'; node '${root}/packages/cli/bin/bonafide.js' "\${@:3}" --data-dir "$DATA"; }
`;
const BREAK = '\u001e';

/** A JSON block, and what the lines of the terminal above it answered. */
export interface Answer {
  printed: unknown;
  answered: unknown;
}

/**
 * Runs all lines for the terminal in one shell, as a reader does.
 * @returns the answers that the page prints
 * @throws Error where a line fails, or a JSON block does not follow a shell block that answers JSON
 */
export async function runShell(snippets: readonly Snippet[], terminal: Terminal): Promise<Answer[]> {
  const shell = snippets.filter(({ language }) => language === 'sh');
  const script = PRELUDE + shell.map(({ text }) => `${text}\nprintf '${BREAK}'\n`).join('');
  const outputs = (await runBash(script, terminal)).split(BREAK);
  const answers: Answer[] = [];
  let ran = -1;
  for (const [at, { language, text }] of snippets.entries()) {
    if (language === 'sh') ran += 1;
    if (language !== 'json') continue;
    if (snippets[at - 1]?.language !== 'sh') throw new Error(`nothing answers ${text}`);
    answers.push({ printed: JSON.parse(text), answered: JSON.parse(outputs[ran] ?? '') });
  }
  return answers;
}

function runBash(script: string, { folder, dataDir }: Terminal): Promise<string> {
  const child = spawn('bash', ['-c', script], {
    cwd: folder,
    env: { ...process.env, DATA: dataDir, NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text: Buffer) => (out += text.toString()));
  child.stderr.on('data', (text: Buffer) => (err += text.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(out);
      else reject(new Error(`a snippet ended with ${code}: ${err}\n${out.split(BREAK).at(-1) ?? ''}`));
    });
  });
}

/** Names and types, without the values. */
export function shapeOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shapeOf(inner)]));
}
