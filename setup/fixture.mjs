// `node setup/fixture.mjs [COMMIT]`: makes packages/server/test/fixtures/schema-NNNN.sqlite.gz, the store of a service as that
// commit left it, for upgrade.test.ts. To be run for every commit that brings a migration, before the next one does.
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { build } from 'esbuild';
import { root } from './run.mjs';

const commit = process.argv[2] ?? 'HEAD';
const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
const folder = mkdtempSync(join(tmpdir(), 'bonafide-fixture-'));
const tree = join(folder, 'tree');
const fixtures = 'packages/server/test/fixtures';
git('worktree', 'add', '--quiet', '--detach', tree, commit);
try {
  mkdirSync(join(tree, fixtures), { recursive: true });
  cpSync(join(root, fixtures, 'make.ts'), join(tree, fixtures, 'make.ts'));
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  // Threads that a service holds ready; a fixture asks nothing of them.
  symlinkSync(join(root, 'packages/engine/dist'), join(tree, 'packages/engine/dist'));
  // Where the engine's sources are: it finds its policies from there.
  const bundle = join(tree, 'packages/engine/src/fixture.mjs');
  await build({
    entryPoints: [join(tree, fixtures, 'make.ts')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    // The packages of that commit from their sources, those of others as they are installed here.
    plugins: [{ name: 'packages', setup: resolvePackages }],
    logLevel: 'error',
  });
  const dataDir = join(folder, 'data');
  const { makeFixture } = await import(pathToFileURL(bundle).href);
  await makeFixture(dataDir);
  const file = join(folder, 'small.sqlite');
  const database = new Database(join(dataDir, 'bonafide.sqlite'));
  database.exec(`vacuum into '${file}'`);
  const names = database.prepare('select name from kysely_migration').pluck().all();
  database.close();
  // By the migration that the commit has added, which need not have the highest number.
  const added = git(
    'log',
    '-1',
    '--diff-filter=A',
    '--format=',
    '--name-only',
    commit,
    '--',
    'packages/server/src/store/migrations/0*',
  );
  const newest = added
    .split('\n')
    .sort()
    .at(-1)
    ?.match(/(\d{4})-[^/]*$/)?.[1];
  const target = join(root, fixtures, `schema-${newest}.sqlite.gz`);
  writeFileSync(target, gzipSync(readFileSync(file), { level: 9 }));
  console.log(`${target}\nmigrations: ${names.join(', ')}`);
} finally {
  git('worktree', 'remove', '--force', tree);
  rmSync(folder, { recursive: true });
}

function resolvePackages({ onResolve }) {
  // What a commit does not have is never asked of it.
  onResolve({ filter: /\/captured\.js$/ }, ({ path }) =>
    existsSync(join(tree, fixtures, path.replace('.js', '.ts'))) ? null : { path, external: true },
  );
  onResolve({ filter: /^@bonafide\// }, ({ path }) => {
    const [, name, ...rest] = path.split('/');
    const folder = join(tree, 'packages', name);
    const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return { path: join(folder, exports[['.', ...rest].join('/')].source) };
  });
  onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
    kind === 'entry-point' ? null : { path, external: true },
  );
}
