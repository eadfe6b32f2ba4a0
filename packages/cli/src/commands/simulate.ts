import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { SCENARIOS, type Size } from '@bonafide/simulator';
import { companionBeside, companionPath } from '../companion.js';
import { Failure } from '../failure.js';
import { renderClip, requestOf, type Session } from '../simulate.js';
import { table } from '../terminal.js';
import * as option from './options.js';

interface SimulateOptions extends SceneOptions {
  scenario?: string;
  seed: number;
  out?: string;
  list?: boolean;
  json?: boolean;
}

/** What a simulated clip shows and how it is taken, as the command line says it. */
export interface SceneOptions {
  mode: Session['mode'];
  light: boolean;
  tone?: number;
  ambient?: number;
  screenShare?: number;
  size?: Size;
  quality?: number;
}

/** Adds `simulate --scenario NAME`: a rendered person or attack as a clip with its companion. */
export function addSimulate(program: Command): void {
  const command = program
    .command('simulate')
    .summary('render a person or an attack as a clip')
    .description(
      'Renders a person, or an attack with an image of one, before a simulated camera, following a challenge. Writes the ' +
        'clip and, beside it, its companion NAME.json with session, challenge and capture metadata, which check and ' +
        'evaluate use. The same command gives the same clip. Nobody in it exists, and figures from such clips are simulated.',
    )
    .addOption(new Option('--list', 'name the scenarios').conflicts(['scenario', 'out']))
    .option('--scenario <name>', 'what to show; see --list')
    .option(
      '--seed <n>',
      'person, place, camera and challenge follow from it',
      option.wholeNumber(0, 2 ** 31 - 1),
      1,
    )
    .option('--out <file>', 'the clip, NAME.webp');
  addSceneOptions(command)
    .addOption(option.json())
    .addHelpText(
      'after',
      `
Examples:
  npx --no bonafide simulate --list
  npx --no bonafide simulate --scenario live --seed 7 --out clip.webp
  npx --no bonafide check clip.webp --metadata clip.json`,
    )
    .action(run);
}

/** Adds the options that choose what is left to the seed otherwise. */
export function addSceneOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--mode <mode>', 'what the challenge asks for; PassiveActive: also a turn and an expression')
        .choices(['Passive', 'PassiveActive'] satisfies Session['mode'][])
        .default('PassiveActive' satisfies Session['mode']),
    )
    .option('--no-light', 'a challenge without coloured light')
    .option('--tone <0..1>', 'skin, from the lightest to the darkest', share)
    .option('--ambient <0..1>', 'light of the room, 1 = bright', share)
    .option('--screen-share <0..1>', "the face's light by the screen as a share of the room's", share)
    .option('--size <WxH>', 'of the frames, px', frameSize)
    .option('--quality <1..100>', 'of the WebP encoder', option.wholeNumber(1, 100));
}

async function run({ scenario, seed, out, list, json, ...scene }: SimulateOptions): Promise<void> {
  if (list) {
    console.log(describeScenarios(json));
    return;
  }
  if (scenario === undefined || out === undefined)
    throw new Failure('simulate needs --scenario NAME and --out FILE, or --list', { exitCode: 2 });
  const file = resolve(out);
  if (!/\.webp$/i.test(file)) throw new Failure('--out must name a .webp file', { exitCode: 2 });
  checkScenario(scenario);
  if (existsSync(companionPath(file)) && companionBeside(file) === null)
    throw new Failure(
      `${companionPath(out)} is no companion of a clip, and would be overwritten; name another file`,
    );
  const { mode, light, ...options } = scene;
  const clip = await renderClip(requestOf(scenario, seed, { mode, light }, options));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, clip.file);
  writeFileSync(companionPath(file), JSON.stringify(clip.companion, null, 2) + '\n');
  const { frames } = clip.companion.metadata;
  console.log(
    json
      ? JSON.stringify({ clip: file, companion: companionPath(file), scenario, seed, frames: frames.length })
      : `${out}: ${scenario}, seed ${seed}, ${frames.length} frames, ${Math.round(clip.file.length / 1000)} kB\n` +
          `${companionPath(out)}: its session, challenge and capture metadata`,
  );
}

/** @throws Failure with the names that there are */
export function checkScenario(name: string): void {
  if (SCENARIOS.some((scenario) => scenario.name === name)) return;
  const names = SCENARIOS.map((scenario) => scenario.name).join(', ');
  throw new Failure(`there is no scenario ${name}; expected one of ${names}`, { exitCode: 2 });
}

function describeScenarios(json: boolean | undefined): string {
  const rows = SCENARIOS.map(({ name, label, species, description }) => ({
    name,
    label,
    species,
    description,
  }));
  return json
    ? JSON.stringify(rows, null, 2)
    : table(
        ['scenario', 'label', 'species', 'what it shows'],
        rows.map(({ name, label, species, description }) => [name, label, species, description]),
      );
}

function share(text: string): number {
  const value = Number(text);
  if (!/^[\d.]+$/.test(text) || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('Expected a number from 0 to 1.');
  return value;
}

/** A parser of sizes such as 480x640. */
export function frameSize(text: string): Size {
  const [, width, height] = /^(\d{2,4})x(\d{2,4})$/.exec(text) ?? [];
  const parsed = { width: Number(width), height: Number(height) };
  if (!(parsed.width >= 64 && parsed.width <= 1920 && parsed.height >= 64 && parsed.height <= 1920))
    throw new InvalidArgumentError('Expected WIDTHxHEIGHT, each from 64 to 1920.');
  return parsed;
}
