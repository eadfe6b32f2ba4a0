import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { SCENARIOS, type ClipOptions, type Scenario } from '@bonafide/simulator';
import sharp from 'sharp';
import type { CapturedFor } from '@bonafide/engine/evaluation';
import { companionPath, readCompanion } from './companion.js';
import { Failure } from './failure.js';
import { sessionOf, type RenderedClip, type Session } from './simulate.js';

/** One clip of a set of simulated ones. */
export interface SetRow {
  scenario: Scenario;
  seed: number;
  /** Relative to the set's folder. */
  path: string;
}

/** The rows of so many clips of each scenario: seed by seed, so that a set that was broken off is balanced. */
export function rowsOfSet(scenarios: readonly Scenario[], firstSeed: number, count: number): SetRow[] {
  return Array.from({ length: count }, (_, k) => firstSeed + k).flatMap((seed) =>
    scenarios.map((scenario) => ({
      scenario,
      seed,
      path: `${scenario.name}/${String(seed).padStart(5, '0')}.webp`,
    })),
  );
}

/** The manifest that `evaluate` and `calibrate` read. The subject is the seed: all its clips show the same person. */
export function manifestOf(rows: readonly SetRow[]): string {
  const line = ({ scenario, seed, path }: SetRow) =>
    [
      path,
      scenario.label,
      scenario.species,
      `simulated-${seed}`,
      path,
      'simulated',
      'clip',
      'generated',
    ].join();
  return ['path,label,species,subject,clip,source,media,licence', ...rows.map(line), ''].join('\n');
}

/** Whether {@link manifestOf} wrote a manifest, and nobody changed it. */
function isOurs(manifest: string): boolean {
  const rows = manifest.split('\n').flatMap((line): SetRow[] => {
    const [, path = '', name, seed] = /^(([^/,]+)\/(\d+)\.webp),/.exec(line) ?? [];
    const scenario = SCENARIOS.find((one) => one.name === name);
    return scenario ? [{ scenario, seed: Number(seed), path }] : [];
  });
  return manifestOf(rows) === manifest;
}

/** What shapes the clips of a set besides scenario and seed. */
export type Shape = Session & ClipOptions;

/**
 * Takes a folder for a set of such clips and notes in its set.json what shapes them: clips of two kinds under one manifest
 * would be measured as one. Throws a {@link Failure} where the folder has clips of another kind, or somebody's manifest.
 */
export function claimFolder(folder: string, rows: readonly SetRow[], shape: Shape): void {
  const file = join(folder, 'set.json');
  const made = { schema: 'bonafide-simulated-set/1', simulator: fingerprint(shape), ...shape };
  const found = existsSync(file) ? readRecord(file) : null;
  const differences = found === null ? [] : differencesOf(found, { ...made });
  if (differences.length > 0)
    throw new Failure(`${folder} has clips of another kind: ${differences.join(', ')}; name another folder`);
  if (found === null && rows.some(({ path }) => isWritten(join(folder, path))))
    throw new Failure(
      `${folder} has clips and no set.json that says how they were made; name another folder`,
    );
  const manifest = join(folder, 'manifest.csv');
  if (existsSync(manifest) && !isOurs(readFileSync(manifest, 'utf8')))
    throw new Failure(
      `${manifest} is not as simulate-set writes it, and would be overwritten; name another folder`,
    );
  writeFileSync(file, JSON.stringify(made, null, 2) + '\n');
}

function readRecord(file: string): Record<string, unknown> {
  try {
    return { ...(JSON.parse(readFileSync(file, 'utf8')) as object) };
  } catch (cause) {
    throw new Failure(`${file} cannot be read as what simulate-set notes`, { cause });
  }
}

function differencesOf(found: Record<string, unknown>, made: Record<string, unknown>): string[] {
  const word = (value: unknown) => (value === undefined ? 'left to the seed' : JSON.stringify(value));
  return [...new Set([...Object.keys(found), ...Object.keys(made)])]
    .filter((name) => word(found[name]) !== word(made[name]))
    .map((name) => `${name} was ${word(found[name])} and is ${word(made[name])}`);
}

/** Of everything that draws, the encoder, and the challenge of such sessions. */
function fingerprint(shape: Session): string {
  const { resolve } = createRequire(import.meta.url);
  const simulator = dirname(resolve('@bonafide/simulator'));
  const drawing = readdirSync(simulator, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .sort()
    .map((name) => join(simulator, name));
  const encoding = join(dirname(resolve('@bonafide/cli/simulate-worker')), 'simulate.js');
  const hash = createHash('sha256').update(JSON.stringify([sharp.versions, sessionOf(1, shape)]));
  for (const file of [...drawing, encoding]) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 12);
}

/** Writes a clip and its companion, which is there last: with it the clip is whole. */
export function writeClip(file: string, clip: RenderedClip): void {
  const companion = companionPath(file);
  writeFileSync(file, clip.file);
  writeFileSync(`${companion}.new`, JSON.stringify(clip.companion));
  renameSync(`${companion}.new`, companion);
}

/** Whether a clip was written whole. */
export function isWritten(file: string): boolean {
  return existsSync(companionPath(file));
}

/** Reads what {@link writeClip} wrote. */
export function readClip(file: string): { file: Uint8Array; capture: CapturedFor } {
  return { file: readFileSync(file), capture: readCompanion(companionPath(file)) };
}
