// Takes single files out of a package's tarball; nothing of the package gets installed or run.
import { dirname } from 'node:path';
import npmConfig from '@npmcli/config';
import npmDefinitions from '@npmcli/config/lib/definitions/index.js';
import pacote from 'pacote';
import { Parser } from 'tar';
import { root } from '../run.mjs';

/**
 * Options for pacote as npm itself would run with here: registry, proxy, certificates and credentials from the
 * environment and every .npmrc.
 * @param {NodeJS.ProcessEnv} env
 */
export async function npmOptions(env = process.env) {
  const { definitions, shorthands, flatten, nerfDarts } = npmDefinitions;
  const config = new npmConfig({
    definitions,
    shorthands,
    flatten,
    nerfDarts,
    env,
    cwd: root,
    argv: [],
    // Where npm lies tells its built-in .npmrc; without npm there is none.
    npmPath: env.npm_execpath ? dirname(dirname(env.npm_execpath)) : root,
    warn: false,
  });
  await config.load();
  return config.flat;
}

/**
 * Downloads a package's tarball and returns the named files of it. The files are returned only when the whole
 * tarball has the pinned integrity.
 * @param {{name: string, version: string, integrity: string}} source
 * @param {string[]} paths files to take, relative to the package's root
 * @param {(bytes: number) => void} onBytes told of every piece that arrives
 * @param {object} options pacote's, as from `npmOptions`
 * @returns {Promise<Map<string, Buffer>>} path -> content
 */
export async function fetchFiles({ name, version, integrity }, paths, onBytes, options) {
  const wanted = new Set(paths);
  const files = await pacote.tarball.stream(
    `${name}@${version}`,
    (stream) => extract(stream, wanted, onBytes),
    { ...options, integrity },
  );
  const missing = paths.find((path) => !files.has(path));
  if (missing) throw new Error(`${name}@${version} holds no file ${missing}`);
  return files;
}

/** Reads a gzipped tar stream to its end and keeps the wanted files; every path loses its first folder. */
async function extract(stream, wanted, onBytes) {
  const files = new Map();
  const parser = new Parser({
    strict: true,
    onReadEntry(entry) {
      const path = entry.path.split('/').slice(1).join('/');
      const parts = [];
      if (wanted.has(path)) {
        entry.on('data', (part) => parts.push(part));
        entry.on('end', () => files.set(path, Buffer.concat(parts)));
      }
      entry.resume();
    },
  });
  const parsed = new Promise((resolve, reject) => {
    parser.on('close', resolve);
    parser.on('error', reject);
  });
  // A failing download ends the loop first; the parser's own end is then of no interest.
  parsed.catch(() => {});
  for await (const chunk of stream) {
    onBytes(chunk.length);
    parser.write(chunk);
  }
  parser.end();
  await parsed;
  return files;
}
