import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { OperatingPoint } from '@bonafide/engine';

/** Options that several commands share, each with one meaning. */

/** The root folder of the clone, which the default folders lie in. */
const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** Where the store lies unless `--data-dir` says otherwise. */
export const DEFAULT_DATA_DIR = resolve(ROOT, 'data');

/** `--models-dir DIR` */
export const modelsDir = () =>
  new Option('--models-dir <dir>', 'folder of the weights, as `npm run models` makes it')
    .default(resolve(ROOT, 'models'), '"models" in the clone')
    .argParser((dir: string) => resolve(dir));

/** `--weights FINGERPRINT` */
export const weights = () =>
  new Option(
    '--weights <fingerprint>',
    "of the weights where some are none of the manifest's; a wrong one is answered with that of the folder",
  );

/** `--data-dir DIR` */
export const dataDir = () =>
  new Option('--data-dir <dir>', 'folder of the store and its keys')
    .default(DEFAULT_DATA_DIR, '"data" in the clone')
    .argParser((dir: string) => resolve(dir));

/** `--policy FILE` */
export const policyFile = () =>
  new Option('--policy <file>', 'decision policy (default: the one that ships with the engine)').argParser(
    (file: string) => resolve(file),
  );

/** `--operating-point NAME` */
export const operatingPoint = () =>
  new Option('--operating-point <name>', 'thresholds of the policy to decide by')
    .choices(['strict', 'balanced', 'convenience'] satisfies OperatingPoint[])
    .default('balanced' satisfies OperatingPoint);

/** `--workers N` */
export const workers = () =>
  new Option('--workers <n>', 'threads that run the networks')
    .default(availableParallelism(), 'one a core')
    .argParser(wholeNumber(1, 256));

/** `--json` */
export const json = () => new Option('--json', 'print JSON instead of text');

/** Makes commands under `parent` that work on the store: each takes `--data-dir` and `--json`, and its help ends with examples. */
export function storeCommands(parent: Command, examples: string): (name: string, does: string) => Command {
  return (name, does) =>
    parent
      .command(name)
      .description(does)
      .addOption(dataDir())
      .addOption(json())
      .addHelpText('after', `\n${examples}`);
}

/** A parser of whole numbers from `min` to `max`. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
    return value;
  };
}
