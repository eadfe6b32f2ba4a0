// Runs a command of the set-up and stops with its exit code when it fails.
import { spawn, spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root folder of the clone. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs `command args`, its output shown; a failure ends this process with the same exit code. */
export function run(command, args, options = {}) {
  const { error, status } = spawnSync(...programOf(command, args), { ...SHOWN, ...options });
  stopUnless(command, error, status);
}

/** The same beside what this process does. */
export async function runBeside(command, args, options = {}) {
  const child = spawn(...programOf(command, args), { ...SHOWN, ...options });
  const stop = () => child.kill();
  process.once('exit', stop);
  const [error, status] = await new Promise((done) => {
    child.once('error', (failure) => done([failure, null]));
    child.once('close', (code) => done([undefined, code]));
  });
  process.off('exit', stop);
  stopUnless(command, error, status);
}

const SHOWN = { cwd: root, stdio: 'inherit' };

/** npm is a .cmd file on Windows, which only starts through its JavaScript. */
function programOf(command, args) {
  const npm = process.env.npm_execpath;
  return command === 'npm' && npm ? [process.execPath, [npm, ...args]] : [command, args];
}

function stopUnless(command, error, status) {
  if (error) console.error(`${command}: ${error.message}`);
  if (error || status !== 0) process.exit(status ?? 1);
}

/** Runs the command-line program of an installed package: `runBin('typescript', 'bin/tsc', ['-b'])`. */
export function runBin(name, file, args, options = {}) {
  run(process.execPath, [`${root}/node_modules/${name}/${file}`, ...args], options);
}
