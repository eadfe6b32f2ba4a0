// The static checks: types of the tests, lint, format, import directions.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { root } from './run.mjs';

const eslint = 'eslint/bin/eslint.js . --max-warnings 0 --cache --cache-location node_modules/.cache/eslint/';
const types = 'typescript/bin/tsc -p tsconfig.test.json';
const prettier = 'prettier/bin/prettier.cjs --check --log-level warn --cache .';
const folders = ['packages', 'apps', 'examples'].filter((folder) => existsSync(join(root, folder)));
const directions = `dependency-cruiser/bin/dependency-cruise.mjs ${folders.join(' ')} --config .dependency-cruiser.cjs`;

/** Runs every static check, two at a time; when one fails, the process ends once all have said what they found. */
export async function check() {
  // Lint takes as long as the others together.
  const lanes = [[eslint], [types, prettier, directions]];
  const passed = await Promise.all(lanes.map(allPass));
  if (passed.includes(false)) process.exit(1);
}

async function allPass(commands) {
  let pass = true;
  for (const command of commands) pass = (await passes(command)) && pass;
  return pass;
}

/** Runs a program of an installed package; its output is shown in one piece. */
async function passes(command) {
  const [program, ...args] = command.split(' ');
  const child = spawn(process.execPath, [join(root, 'node_modules', program), ...args], { cwd: root });
  const [out, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  process.stdout.write(out + errors);
  return code === 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await (await import('./install.mjs')).ensureInstalled();
  (await import('./build.mjs')).ensureBuilt();
  await check();
}
