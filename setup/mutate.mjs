// `npm run mutate [FILE...]`: breaks the maths of each cue, one sign, scale or lag at a time, and expects its tests to fail. The files
// stay as they are: the change is made while the test runner reads them.
import { basename, join } from 'node:path';
import { readFileSync } from 'node:fs';
import { root } from './run.mjs';
import { MUTATIONS } from './mutations.mjs';

const cues = join(root, 'packages/engine/src/cues');
const wanted = process.argv.slice(2).map((name) => basename(name));
const survivors = [];
let count = 0;
for (const { file, tests = file, from, to } of MUTATIONS) {
  if (wanted.length > 0 && !wanted.includes(basename(file))) continue;
  const path = join(cues, file);
  const parts = readFileSync(path, 'utf8').split(from);
  if (parts.length !== 2)
    throw new Error(`${file}: expected ${JSON.stringify(from)} once, found it ${parts.length - 1} times`);
  count++;
  const caught = await failsWith(path, parts.join(to), join(cues, tests.replace(/\.ts$/, '.test.ts')));
  console.log(`${caught ? 'caught  ' : 'SURVIVED'} ${file}: ${from} -> ${to}`);
  if (!caught) survivors.push(file);
}
console.log(`${count - survivors.length} of ${count} mutations were caught`);
process.exit(survivors.length === 0 ? 0 : 1);

/** Whether the tests fail when the file reads like this. */
async function failsWith(path, text, testFile) {
  const { startVitest } = await import('vitest/node');
  const mutation = {
    name: 'mutation',
    enforce: 'pre',
    load: (id) => (id.split('?')[0] === path ? text : null),
  };
  const source = { conditions: ['source'] };
  const runner = await startVitest(
    'test',
    [testFile],
    { root, config: false, watch: false, reporters: [{}], bail: 1, testTimeout: 60_000 },
    { plugins: [mutation], resolve: source, ssr: { resolve: source } },
  );
  const modules = runner.state.getTestModules();
  const passed = modules.length === 1 && modules.every((module) => module.ok());
  await runner.close();
  process.exitCode = 0;
  if (modules.length !== 1) throw new Error(`expected one test file ${testFile}`);
  return !passed;
}
