// What each cue besides the networks costs on a whole challenge of 1280 x 720, in CPU time of one core.
import {
  CUES,
  createEngine,
  createLocalInference,
  loadPolicy,
  openNetworks,
  type Inference,
} from '@bonafide/engine';
import { renderClip, requestOf } from '../packages/cli/src/simulate.js';
import { cpuMs } from './cpu.js';

/** All cues besides the networks together may cost so much of one core on about 30 frames of 1280 x 720, ms. */
const LIMIT_MS = 900;
/** One more than are counted: the first warms up. */
const RUNS = 4;

/** Has the cues judge a simulated person who follows a challenge with everything in it, and prints their costs; false when they are above the limit. */
export async function benchCues(modelsFolder: string): Promise<boolean> {
  const size = { width: 1280, height: 720 };
  const asked = { mode: 'PassiveActive', light: true } as const;
  const { file, companion } = await renderClip(requestOf('live', 1, asked, { size }));
  const own = CUES.filter(({ stage }) => stage !== 'network');
  const spent = new Map<string, number>();
  const add = (name: string, ms: number) => spent.set(name, (spent.get(name) ?? 0) + ms);
  const timed = <T>(name: string, work: () => T): T => {
    const begun = process.cpuUsage();
    const value = work();
    add(name, cpuMs(begun));
    return value;
  };
  const local = createLocalInference(await openNetworks(modelsFolder));
  // One job after another, so that what passes between a job's begin and its end is its own.
  let last: Promise<unknown> = Promise.resolve();
  const inference: Inference = {
    run(kind, input, signal) {
      const mine = last.then(async () => {
        const begun = process.cpuUsage();
        const value = await local.run(kind, input, signal);
        add(input && 'cue' in input ? input.cue : kind, cpuMs(begun));
        return value;
      });
      last = mine.catch(() => undefined);
      return mine;
    },
    close: () => local.close(),
  };
  const cues = own.map((cue) => ({
    ...cue,
    plan: (...given: Parameters<typeof cue.plan>) => timed(cue.name, () => cue.plan(...given)),
    conclude: (...given: Parameters<typeof cue.conclude>) => timed(cue.name, () => cue.conclude(...given)),
  }));
  const engine = createEngine(inference, loadPolicy(), cues);
  try {
    const runs: Map<string, number>[] = [];
    for (let k = 0; k < RUNS; k++) {
      spent.clear();
      await engine.analyse({ content: file, capture: companion, allowUnbound: false, allowStill: false });
      runs.push(new Map(spent));
    }
    const medianOf = (name: string) =>
      runs
        .slice(1)
        .map((run) => run.get(name) ?? 0)
        .sort((a, b) => a - b)[Math.floor((RUNS - 1) / 2)] ?? NaN;
    const costs = own.map(({ name, stage }) => ({ name, stage, ms: medianOf(name) }));
    const total = costs.reduce((sum, { ms }) => sum + ms, 0);
    const row = (name: string, ms: number, more: string) =>
      console.log(`  ${name.padEnd(24)} ${`${ms.toFixed(0)} ms`.padStart(14)}   ${more}`);
    console.log(
      `\nCues besides the networks, ${companion.metadata.frames.length} frames of 1280 x 720, CPU of one core`,
    );
    for (const { name, stage, ms } of costs) row(name, ms, `stage ${stage}`);
    row('all of them', total, `limit ${LIMIT_MS} ms`);
    row('decode, find the face', medianOf('see'), 'not counted: every clip needs it');
    return total <= LIMIT_MS;
  } finally {
    await engine.close();
  }
}
