import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** An operation that a client knows. */
export interface Operation {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** `/facelists/{faceListId}` */
  path: string;
}

/** Paths that the service answers, of both generations; `/verify` and `/detect` are classic as well. */
const SERVED = /^\/(detect|verify|session)/i;

/** The operations of a client's package that the service does not serve, by the table that the package keeps of them. */
export function foreignOperations(packageName: 'face-b1' | 'face-b3'): Operation[] {
  const main = createRequire(import.meta.url).resolve(packageName);
  const table = readFileSync(join(dirname(main), 'isUnexpected.js'), 'utf8');
  const found = [...table.matchAll(/"(GET|POST|PUT|PATCH|DELETE) (\/[^"]*)": \[/g)];
  return found
    .map(([, method = '', path = '']) => ({ method: method.toLowerCase() as Operation['method'], path }))
    .filter(({ path }) => !SERVED.test(path));
}

/** The path with something in place of every parameter. */
export function filled({ path }: Operation): string {
  return path.replace(/\{\w+\}/g, 'a1b2c3d4-0000-4000-8000-000000000000');
}
