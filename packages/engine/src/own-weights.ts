import { createHash } from 'node:crypto';
import { checksumOf, ModelError, weightOf, type Checksums } from './models.js';
import { WEIGHTS } from './networks.js';

/** Weights that somebody brings: a whole folder, under the manifest's names, of which some are none of the manifest's. */
export interface OwnWeights {
  /** SHA-256 of all names and checksums, lower-case hex: says which weights these are. */
  fingerprint: string;
  checksums: Checksums;
  /** Those that are none of the manifest's. */
  changed: readonly { name: string; file: string; sha256: string }[];
}

/** Digits of the fingerprint in a version. */
const SHORT = 8;

/**
 * Looks at the weights of a folder as they are. The embeddings have to be the manifest's: templates that are kept were made by
 * them, and compare with no others.
 * @throws ModelError `missing`, `altered`
 */
export async function inspectWeights(folder: string): Promise<OwnWeights> {
  const rows = await Promise.all(
    Object.values(WEIGHTS).map(async (name) => {
      const { file, sha256: installed } = weightOf(name);
      const sha256 = await checksumOf(folder, name);
      if (sha256 !== installed && name.startsWith('embedding-'))
        throw new ModelError(
          'altered',
          `${file} in ${folder} is none of the manifest's: faces that are kept cannot be compared by another one ` +
            '(docs/models.md, "Replacing a weight")',
        );
      return { name, file, sha256, changed: sha256 !== installed };
    }),
  );
  const lines = rows.map(({ name, sha256 }) => `${name} ${sha256}\n`).sort();
  return {
    fingerprint: createHash('sha256').update(lines.join('')).digest('hex'),
    checksums: Object.fromEntries(rows.map(({ name, sha256 }) => [name, sha256])),
    changed: rows.filter(({ changed }) => changed).map(({ name, file, sha256 }) => ({ name, file, sha256 })),
  };
}

/** What the weights add to the version of an engine; nothing where all are the manifest's. */
export function versionOfWeights({ fingerprint, changed }: OwnWeights): string {
  return changed.length === 0 ? '' : `~${fingerprint.slice(0, SHORT)}`;
}

/**
 * The weights of a folder, where they are those of a fingerprint.
 * @throws ModelError `missing`, `altered`
 */
export async function expectWeights(folder: string, fingerprint: string): Promise<OwnWeights> {
  const weights = await inspectWeights(folder);
  if (weights.fingerprint !== fingerprint.toLowerCase())
    throw new ModelError(
      'altered',
      `the weights in ${folder} are not those of the fingerprint ${fingerprint}; theirs is ${weights.fingerprint}`,
    );
  return weights;
}
