import { existsSync, readFileSync } from 'node:fs';
import type { CapturedFor } from '@bonafide/engine/evaluation';
import { parseCompanion } from '@bonafide/protocol';
import { Failure } from './failure.js';

/** Where the companion of a clip would be: `NAME.json` beside `NAME.webp`. */
export function companionPath(clip: string): string {
  return clip.replace(/\.[^./\\]+$/, '') + '.json';
}

/** Whether a companion lies beside the clip; JSON files that are something else do not count. */
export function hasCompanion(clip: string): boolean {
  return beside(clip) !== null;
}

/** Whether the companion beside a clip says that it was simulated: it does unless a camera took the clip. */
export function isSimulated(clip: string): boolean {
  const companion = beside(clip);
  return companion !== null && companion.origin !== 'captured';
}

/** The companion beside a clip, unchecked. */
function beside(clip: string): { origin?: unknown } | null {
  const file = companionPath(clip);
  if (file === clip || !existsSync(file)) return null;
  try {
    const value = parsed(file);
    return String(value?.schema).startsWith('bonafide-companion/') ? value : null;
  } catch {
    return null;
  }
}

/** Reads a companion file; throws a {@link Failure} that names what is wrong with it. */
export function readCompanion(file: string): CapturedFor {
  try {
    const { sessionId, nonce, challenge, metadata } = parseCompanion(parsed(file));
    return { sessionId, nonce, challenge, metadata };
  } catch (cause) {
    const fault = cause instanceof Error ? cause.message : String(cause);
    throw new Failure(`${file} is not the companion of a clip: ${fault}`, { cause });
  }
}

function parsed(file: string): { schema?: unknown; origin?: unknown } | null {
  const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return typeof value === 'object' ? value : null;
}
