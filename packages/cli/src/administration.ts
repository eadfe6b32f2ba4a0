import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openAdministration, type Administration } from '@bonafide/server';
import { Failure } from './failure.js';

/**
 * Works on a data folder, beside a running service or without one. Throws a {@link Failure} when there is no store in the
 * folder, rather than making one where somebody mistyped a name.
 */
export async function administer<T>(
  dataDir: string,
  work: (administration: Administration) => Promise<T>,
): Promise<T> {
  if (!existsSync(join(dataDir, 'bonafide.sqlite')))
    throw new Failure(`${dataDir} holds no store yet; start the service once, or name another --data-dir`);
  const administration = await openAdministration(dataDir);
  try {
    return await work(administration);
  } finally {
    await administration.close();
  }
}
