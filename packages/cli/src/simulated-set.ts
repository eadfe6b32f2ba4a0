import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Scenario } from '@bonafide/simulator';
import type { CapturedFor } from '@bonafide/engine/evaluation';
import { companionPath, readCompanion } from './companion.js';
import type { RenderedClip } from './simulate.js';

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
