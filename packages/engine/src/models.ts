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

/** SHA-256, lower-case hex, by the names of weights. */
export type Checksums = Readonly<Record<string, string>>;

/** The row of a weight. @throws ModelError `unknown` */
export function weightOf(name: string): Weight {
  const weight = readManifest().find((row) => row.name === name);
  if (!weight) throw new ModelError('unknown', `${manifestPath} has no weight named ${name}`);
  return weight;
}

/**
 * The content of a weight, verified against the manifest.
 * @param folder the weights folder, as `npm run models` makes it
 * @param own what weights must be instead of what the manifest says
 * @throws ModelError `unknown`, `missing` or `altered`
 */
export async function readWeight(folder: string, name: string, own: Checksums = {}): Promise<Uint8Array> {
  const { file, sha256 } = weightOf(name);
  const bytes = await readFileOf(folder, file);
  const found = sha256Of(bytes);
  const expected = own[name] ?? sha256;
  if (found !== expected)
    throw new ModelError(
      'altered',
      `${join(folder, file)} is not the expected weight: its SHA-256 is ${found}, ` +
        (own[name] === undefined
          ? `the manifest says ${expected}; delete it and run "npm run models"`
          : `and was ${expected} before`),
    );
  return bytes;
}

/** SHA-256 of a weight as it lies in a folder, whatever it should be. @throws ModelError `unknown`, `missing` */
export async function checksumOf(folder: string, name: string): Promise<string> {
  return sha256Of(await readFileOf(folder, weightOf(name).file));
}

async function readFileOf(folder: string, file: string): Promise<Uint8Array> {
  const path = join(folder, file);
  return readFile(path).catch((cause: unknown) => {
    throw new ModelError('missing', `cannot read the weight ${path}; "npm run models" fetches it`, { cause });
  });
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
