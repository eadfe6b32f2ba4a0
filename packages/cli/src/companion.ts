import { existsSync, readFileSync } from 'node:fs';
import type { CapturedFor } from '@bonafide/engine/evaluation';
import { parseCompanion, type Companion } from '@bonafide/protocol';
import { Failure } from './failure.js';

/** Where the companion of a clip would be: `NAME.json` beside `NAME.webp`. */
export function companionPath(clip: string): string {
  return clip.replace(/\.[^./\\]+$/, '') + '.json';
}

/** What the companion beside a clip says. */
export interface Beside {
  capture: CapturedFor;
  /** A clip whose companion names no camera was rendered. */
  simulated: boolean;
}

/**
 * Reads the companion beside a clip; null where there is none, or JSON that plainly is something else. Throws a
 * {@link Failure} for one that is damaged or of another version: without its session the clip would pass for another thing.
 */
export function companionBeside(clip: string): Beside | null {
  const file = companionPath(clip);
  if (file === clip || !existsSync(file)) return null;
  return read(file, (value) => {
    if (!claimsToBeOne(value)) return null;
    const companion = parseCompanion(value);
    return { capture: captureOf(companion), simulated: companion.origin !== 'captured' };
  });
}

/** Reads a companion file; throws a {@link Failure} that names what is wrong with it. */
export function readCompanion(file: string): CapturedFor {
  return read(file, (value) => captureOf(parseCompanion(value)));
}

function captureOf({ sessionId, nonce, challenge, metadata }: Companion): CapturedFor {
  return { sessionId, nonce, challenge, metadata };
}

function read<T>(file: string, parse: (value: unknown) => T): T {
  try {
    return parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    const fault = cause instanceof Error ? cause.message : String(cause);
    throw new Failure(`${file} is not the companion of a clip: ${fault}`, { cause });
  }
}

function claimsToBeOne(value: unknown): boolean {
  const { schema } = (value ?? {}) as { schema?: unknown };
  return typeof schema === 'string' && schema.startsWith('bonafide-companion/');
}
