import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One row of the manifest: a weight, where it is from and what may be done with it. */
export interface Weight {
  /** What the code asks for, such as `face-detector`. */
  name: string;
  /** Path in the weights folder. */
  file: string;
  /** Of the file as the engine loads it, lower-case hex. */
  sha256: string;
  bytes: number;
  purpose: string;
  /** The network's one input, float32, planar (NCHW); absent for files that are no network. */
  input?: { shape: number[]; pixels: string };
  /** The network's outputs, in order, and what they hold. */
  outputs?: Record<string, string>;
  /** Licence as the package that ships the weight claims it. */
  licence: string;
  origin: string;
  /** What is known of the training data, and the terms that come with it. */
  trainingData: string;
}

/** Why a weight cannot be used. */
export type ModelErrorCode = 'unknown' | 'missing' | 'altered' | 'unusable';

/** A weight that cannot be used; the message names the file, what is wrong and what to do. */
export class ModelError extends Error {
  override readonly name = 'ModelError';

  constructor(
    readonly code: ModelErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Path of the manifest that the set-up and the engine share. */
const manifestPath = fileURLToPath(new URL('../models.manifest.json', import.meta.url));

/** Every weight of the manifest, in its order. */
export function readManifest(): Weight[] {
  const manifest: { weights: Weight[] } = JSON.parse(readFileSync(manifestPath, 'utf8'));
  return manifest.weights;
}

/**
 * The content of a weight, verified against the manifest.
 * @param folder the weights folder, as `npm run models` makes it
 * @throws ModelError `unknown`, `missing` or `altered`
 */
export async function readWeight(folder: string, name: string): Promise<Uint8Array> {
  const weight = readManifest().find((row) => row.name === name);
  if (!weight) throw new ModelError('unknown', `${manifestPath} has no weight named ${name}`);
  const path = join(folder, weight.file);
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new ModelError('missing', `cannot read the weight ${path}; "npm run models" fetches it`, { cause });
  });
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== weight.sha256)
    throw new ModelError(
      'altered',
      `${path} is not the expected weight: its SHA-256 is ${found}, the manifest says ${weight.sha256}; ` +
        'delete it and run "npm run models"',
    );
  return bytes;
}
