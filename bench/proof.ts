// What the cues other than the networks are worth against simulated attacks: error rates with their bounds, per species and
// per way of capture. Slow by design; every clip's line is kept, so that a run goes on where it was broken off.
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CUES,
  createEngine,
  createLocalInference,
  drawColours,
  drawsFrom,
  loadPolicy,
  openNetworks,
  type Analysis,
  type Inference,
} from '@bonafide/engine';
import { SCENARIOS, type Scenario } from '@bonafide/simulator';
import { judgeLight, type Samples } from '../packages/engine/src/cues/light.js';
import { parametersOf } from '../packages/engine/src/cues/measure.js';
import { clopperPearson } from '../packages/cli/src/evaluate/intervals.js';
import { findFault, type Capture } from '../packages/cli/src/companion.js';
import { renderClip, requestOf, type Session } from '../packages/cli/src/simulate.js';

/** Ways to capture, each with its own figures. */
const WAYS: Record<string, Session> = {
  'turn, expression and light': { mode: 'PassiveActive', light: true },
  'light alone': { mode: 'Passive', light: true },
  'no light': { mode: 'Passive', light: false },
};
/** Sequences of other sessions that each lit clip of a person is compared with. */
const WRONG_SEQUENCES = 20;

export interface ProofOptions {
  modelsFolder: string;
  /** Clips of each species and way. */
  clips: number;
  /** Folder of the lines. */
  out: string;
  /** Names of scenarios and ways; all without. */
  scenarios?: readonly string[];
  ways?: readonly string[];
}

/** One clip's outcome. */
interface Line {
  way: string;
  scenario: string;
  seed: number;
  /** `refused`: the binding is broken, so that it is never judged. */
  decision: Analysis['decision'] | 'refused';
  score: number | null;
  quality: string[];
  cues: Record<string, number | string>;
  depth: number | null;
  /** Wrong sequences that were tried, and those that were accepted. */
  wrong?: { tried: number; accepted: number };
}

/** Runs the proof and prints its tables. */
export async function prove(options: ProofOptions): Promise<Line[]> {
  const { modelsFolder, clips, out } = options;
  mkdirSync(out, { recursive: true });
  const journal = join(out, 'proof.jsonl');
  const lines = existsSync(journal)
    ? readFileSync(journal, 'utf8')
        .split('\n')
        .flatMap((text) => (text ? [JSON.parse(text) as Line] : []))
    : [];
  const done = new Set(lines.map(keyOf));
  const judge = await openJudge(modelsFolder);
  const wanted = <T>(all: readonly T[], names: readonly string[] | undefined, nameOf: (one: T) => string) =>
    names ? all.filter((one) => names.includes(nameOf(one))) : all;
  try {
    // Seed after seed, so that a run that is broken off has the same number of every species.
    for (let seed = 1; seed <= clips; seed++)
      for (const [way, session] of wanted(Object.entries(WAYS), options.ways, ([name]) => name))
        for (const scenario of wanted(SCENARIOS, options.scenarios, ({ name }) => name)) {
          if (done.has(keyOf({ way, scenario: scenario.name, seed }))) continue;
          const line = { way, scenario: scenario.name, seed, ...(await judge.clip(scenario, seed, session)) };
          lines.push(line);
          appendFileSync(journal, JSON.stringify(line) + '\n');
        }
  } finally {
    await judge.close();
  }
  const text = summarise(lines);
  writeFileSync(join(out, 'proof.txt'), text + '\n');
  console.log(text);
  return lines;
}

function keyOf({ way, scenario, seed }: Pick<Line, 'way' | 'scenario' | 'seed'>): string {
  return `${way}/${scenario}/${seed}`;
}

async function openJudge(modelsFolder: string) {
  const policy = loadPolicy();
  const networks = await openNetworks(modelsFolder);
  const local = createLocalInference(networks);
  let lit: { index: number; samples: Samples }[] = [];
  const inference: Inference = {
    async run(kind, input, signal) {
      const value = await local.run(kind, input, signal);
      if (input && 'cue' in input && input.cue === 'light')
        lit.push({ index: input.part.frames[0] ?? -1, samples: value as Samples });
      return value;
    },
    close: () => local.close(),
  };
  const cues = CUES.filter(({ stage }) => stage !== 'network');
  // Without the networks none of the cues is required.
  const own = Object.fromEntries(
    cues.flatMap(({ name }) => (policy.cues[name] ? [[name, policy.cues[name]]] : [])),
  );
  const engine = createEngine(inference, { ...policy, cues: own }, cues);
  const lightNumbers = parametersOf({ name: 'light' }, policy);

  async function clip(scenario: Scenario, seed: number, session: Session) {
    const { file, companion } = await renderClip(requestOf(scenario.name, seed, session, {}));
    const { sessionId, nonce, challenge, metadata } = companion;
    const capture: Capture = { sessionId, nonce, challenge, metadata };
    if (await findFault(file, capture))
      return { decision: 'refused' as const, score: null, quality: [], cues: {}, depth: null };
    lit = [];
    const analysis = await engine.analyse({ content: file, capture, allowUnbound: false, allowStill: false });
    const depth = evidenceOf(analysis, 'parallax')?.['depth'];
    const wrong = scenario.label === 'bonafide' ? tryWrong(capture, seed) : null;
    return {
      decision: analysis.decision,
      score: analysis.score,
      quality: analysis.quality,
      cues: Object.fromEntries(
        analysis.cues.map(({ name, outcome }) => [
          name,
          outcome.status === 'scored' ? (outcome.veto?.code ?? outcome.llr) : outcome.reason,
        ]),
      ),
      depth: typeof depth === 'number' ? depth : null,
      ...(wrong && { wrong }),
    };
  }

  function tryWrong({ challenge, metadata, nonce }: Capture, seed: number) {
    const step = challenge.steps.find((candidate) => candidate.kind === 'light');
    if (!step || lit.length === 0) return null;
    const draw = drawsFrom(new TextEncoder().encode(`sequence of another session ${seed}`));
    const times = lit.map(({ index }) => metadata.frames[index]?.timeMs ?? NaN);
    const measured = lit.map(({ samples }) => samples);
    let accepted = 0;
    for (let k = 0; k < WRONG_SEQUENCES; k++) {
      const other = { ...step, colours: drawColours(draw) };
      const outcome = judgeLight(
        { measured, times, step: other, shown: metadata.light, nonce },
        lightNumbers,
      );
      if (outcome.status === 'scored' && outcome.llr > 0) accepted++;
    }
    return { tried: WRONG_SEQUENCES, accepted };
  }

  return { clip, close: () => engine.close() };
}

function evidenceOf({ cues }: Analysis, name: string) {
  const outcome = cues.find((cue) => cue.name === name)?.outcome;
  return outcome?.status === 'scored' ? outcome.evidence : null;
}

/** The tables of the proof as text. */
export function summarise(lines: readonly Line[]): string {
  const ways = Object.keys(WAYS).filter((way) => lines.some((line) => line.way === way));
  const blocks = ways.map((way) => {
    const rows = SCENARIOS.flatMap(({ name, label }) => {
      const own = lines.filter((line) => line.way === way && line.scenario === name);
      return own.length > 0 ? [rowOf(name, label, own)] : [];
    });
    return [`## ${way}`, HEAD, ...rows].join('\n');
  });
  const tried = lines.reduce((sum, { wrong }) => sum + (wrong?.tried ?? 0), 0);
  const accepted = lines.reduce((sum, { wrong }) => sum + (wrong?.accepted ?? 0), 0);
  const light =
    tried > 0
      ? [
          `Light of other sessions: ${accepted} of ${tried} sequences accepted (up to ${bound(accepted, tried)})`,
        ]
      : [];
  return ['Simulated clips, cues other than the networks', ...blocks, ...depths(lines), ...light].join(
    '\n\n',
  );
}

const HEAD =
  '| scenario | n | realface | uncertain | spoofface | refused | 95 % bound |\n|---|---|---|---|---|---|---|';

function rowOf(name: string, label: Scenario['label'], own: readonly Line[]): string {
  const count = (decision: Line['decision']) => own.filter((line) => line.decision === decision).length;
  const errors = count(label === 'attack' ? 'realface' : 'spoofface');
  const kind = label === 'attack' ? 'APCER' : 'BPCER';
  const cells = (['realface', 'uncertain', 'spoofface', 'refused'] as const).map(count);
  return `| ${name} | ${own.length} | ${cells.join(' | ')} | ${kind} up to ${bound(errors, own.length)} |`;
}

/** Equal error rate of depth between people and sheets, where the head moved enough to tell. */
function depths(lines: readonly Line[]): string[] {
  const of = (...names: string[]) =>
    lines.flatMap(({ scenario, depth }) => (names.includes(scenario) && depth !== null ? [depth] : []));
  const people = of('live', 'live-two-jpegs');
  return [
    ['flat', of('print-flat', 'print-glossy', 'tablet-still', 'laptop-still', 'phone-still')] as const,
    ['bent', of('print-bent')] as const,
  ].flatMap(([name, sheets]) =>
    people.length > 0 && sheets.length > 0
      ? [
          `Depth, people (${people.length}) against ${name} sheets (${sheets.length}): equal error rate ${percent(equalError(people, sheets))}`,
        ]
      : [],
  );
}

function equalError(people: readonly number[], sheets: readonly number[]): number {
  const share = (list: readonly number[], fails: (value: number) => boolean) =>
    list.filter(fails).length / list.length;
  return Math.min(
    ...[...people, ...sheets].map((cut) =>
      Math.max(
        share(people, (depth) => depth < cut),
        share(sheets, (depth) => depth >= cut),
      ),
    ),
  );
}

/** One-sided upper bound at 95 %: that of the two-sided interval at 90 % would be the same; ours is a little wider. */
function bound(errors: number, n: number): string {
  return percent(clopperPearson(errors, n).high);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
