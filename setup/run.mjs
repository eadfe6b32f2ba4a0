// Runs a command of the set-up and stops with its exit code when it fails.
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root folder of the clone. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs `command args`, its output shown; a failure ends this process with the same exit code. */
export function run(command, args, options = {}) {
  // npm is a .cmd file on Windows, which only starts through its JavaScript.
  const npm = process.env.npm_execpath;
  const [file, argv] = command === 'npm' && npm ? [process.execPath, [npm, ...args]] : [command, args];
  const result = spawnSync(file, argv, { cwd: root, stdio: 'inherit', ...options });
  if (result.error) {
    console.error(`${command}: ${result.error.message}`);
    process.exit(1);
  }
  if (result.status !== 0) process.exit(result.status ?? 1);
}

/** Runs the command-line program of an installed package: `runBin('typescript', 'bin/tsc', ['-b'])`. */
export function runBin(name, file, args, options = {}) {
  run(process.execPath, [`${root}/node_modules/${name}/${file}`, ...args], options);
}
