import { SingleBar } from 'cli-progress';

/** A progress bar on standard error while `work` is done; a line every half minute where that is no terminal. */
export async function withBar<T>(
  what: string,
  work: (show: (done: number, all: number) => void) => Promise<T>,
): Promise<T> {
  const bar = new SingleBar({
    format: `  {bar} {value} of {total} ${what}, {eta_formatted} left`,
    barsize: 30,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    etaBuffer: 100,
    noTTYOutput: true,
    notTTYSchedule: 30_000,
  });
  let started = false;
  try {
    return await work((done, all) => {
      if (started) bar.update(done);
      else bar.start(all, done);
      started = true;
    });
  } finally {
    bar.stop();
  }
}
