// Renders a clip of the proof, unless it lies there, and has the engine judge it with and without its networks.
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  CUES,
  createEngine,
  createLocalInference,
  decide,
  drawColours,
  drawsFrom,
  loadPolicy,
  openNetworks,
  type Analysis,
  type Inference,
  type OperatingPoint,
  type Policy,
} from '@bonafide/engine';
import { findFault, type CapturedFor } from '@bonafide/engine/evaluation';
import { Cast, findScenario, screenOnFace } from '@bonafide/simulator';
import { openLight, type Lit } from '../../packages/engine/src/cues/light.js';
import { parallax } from '../../packages/engine/src/cues/parallax.js';
import { parametersOf } from '../../packages/engine/src/cues/measure.js';
import type { FaceFrame, SeenFrame } from '../../packages/engine/src/face.js';
import { renderClip, requestOf } from '../../packages/cli/src/simulate.js';
import { isWritten, readClip, rowsOfSet, writeClip } from '../../packages/cli/src/simulated-set.js';
import { WAYS, type Decided, type Line, type Order } from './line.js';

/** Sequences of other sessions that each lit clip of a person is compared with. */
const WRONG_SEQUENCES = 200;
/** People whose light is compared with other sessions'. */
const COMPARED = ['live'];
/** Clips of captures that are refused unseen need not show anything. */
const UNSEEN = { width: 96, height: 128 };

export interface JudgeOptions {
  modelsFolder: string;
  /** Folder of the clips. */
  clips: string;
  /** Fingerprint that each line gets. */
  of: string;
  /** The networks are asked about the clips of so many seeds. */
  networkClips: number;
}

export async function openJudge({ modelsFolder, clips, of, networkClips }: JudgeOptions) {
  const policy = loadPolicy();
  const own = CUES.filter(({ stage }) => stage !== 'network');
  // Without the networks none of the cues is required.
  const ownPolicy = {
    ...policy,
    cues: Object.fromEntries(
      own.flatMap(({ name }) => (policy.cues[name] ? [[name, policy.cues[name]]] : [])),
    ),
  };
  const { inference, seen } = watched(createLocalInference(await openNetworks(modelsFolder)));
  const [quick, whole] = [createEngine(inference, ownPolicy, own), createEngine(inference, policy, CUES)];
  const cast = new Cast();
  const lightNumbers = parametersOf({ name: 'light' }, policy);
  const depthNumbers = parametersOf(parallax, policy);

  async function clipOf({ way, scenario, seed }: Order) {
    const [row] = rowsOfSet([findScenario(scenario)], seed, 1);
    const file = join(clips, way.replaceAll(/\W+/g, '-'), row?.path ?? '');
    const options = findScenario(scenario).payload ? { size: UNSEEN } : {};
    const request = requestOf(scenario, seed, WAYS[way], options);
    if (!isWritten(file)) {
      mkdirSync(dirname(file), { recursive: true });
      writeClip(file, await renderClip(request, cast));
    }
    return { ...readClip(file), screen: screenOnFace(request) };
  }

  async function judge(order: Order): Promise<Line> {
    const begun = performance.now();
    const { file, capture, screen } = await clipOf(order);
    const rendered = performance.now();
    const line = { ...order, of, screen, renderMs: Math.round(rendered - begun) };
    if (await findFault(file, capture)) {
      const refused: Decided = {
        decisions: { strict: 'refused', balanced: 'refused', convenience: 'refused' },
        score: null,
      };
      return { ...line, ...NOTHING, own: refused, all: refused };
    }
    seen.clear();
    const withNetworks = order.seed <= networkClips;
    const analysis = await (withNetworks ? whole : quick).analyse({
      content: file,
      capture,
      allowUnbound: false,
      allowStill: false,
    });
    const isPerson = COMPARED.includes(order.scenario);
    return {
      ...line,
      own: decided(
        { ...analysis, cues: analysis.cues.filter(({ name }) => ownPolicy.cues[name]) },
        ownPolicy,
      ),
      all: withNetworks ? decided(analysis, policy) : null,
      quality: analysis.quality,
      cues: Object.fromEntries(
        analysis.cues.map(({ name, outcome }) => [
          name,
          outcome.status === 'scored'
            ? (outcome.veto?.code ?? outcome.llr * outcome.quality)
            : outcome.reason,
        ]),
      ),
      evidence: Object.fromEntries(
        analysis.cues.map(({ name, outcome }) => [name, numbersOf(outcome.evidence)]),
      ),
      wrong: isPerson ? tryWrong(capture, order.seed) : null,
      depthAtRest: depthAtRest(capture),
      judgeMs: Math.round(performance.now() - rendered),
    };
  }

  function tryWrong({ challenge, metadata, nonce }: CapturedFor, seed: number) {
    const step = challenge.steps.find((candidate) => candidate.kind === 'light');
    if (!step || seen.lit.length === 0) return null;
    const draw = drawsFrom(new TextEncoder().encode(`sequence of another session ${seed}`));
    const times = seen.lit.map(({ index }) => metadata.frames[index]?.timeMs ?? NaN);
    const measured = seen.lit.map(({ light }) => light.samples);
    const places = seen.lit.map(({ light }) => light.places);
    const mesh =
      seen.frames.find(({ frame }) => frame.index === seen.lit[seen.lit.length >> 1]?.index)?.face?.mesh ??
      null;
    const shown = metadata.light;
    const judgeAgainst = openLight({ measured, places, mesh, times, step, shown, nonce }, lightNumbers);
    const accepted = Array.from({ length: WRONG_SEQUENCES }, () => judgeAgainst(drawColours(draw))).filter(
      (outcome) => outcome.status === 'scored' && outcome.llr > 0,
    ).length;
    return { tried: WRONG_SEQUENCES, accepted };
  }

  /** A face that is held still for the colours has no depth to show. */
  function depthAtRest({ challenge, metadata }: CapturedFor): boolean | null {
    const id = challenge.steps.find(({ kind }) => kind === 'light')?.id;
    const usable = seen.frames.filter(
      (frame): frame is FaceFrame => frame.face !== null && metadata.frames[frame.frame.index]?.stepId === id,
    );
    if (usable.length < 10) return null;
    return Array.isArray(parallax.plan({ mode: 'clip', frames: usable, usable }, depthNumbers));
  }

  return { judge, close: () => quick.close() };
}

const NOTHING = { quality: [], cues: {}, evidence: {}, wrong: null, depthAtRest: null, judgeMs: 0 };

/** The frames and the light of the clip that is being judged, as they pass by. */
class Seen {
  frames: SeenFrame[] = [];
  lit: { index: number; light: Lit }[] = [];

  clear(): void {
    this.frames = [];
    this.lit = [];
  }
}

function watched(local: Inference): { inference: Inference; seen: Seen } {
  const seen = new Seen();
  const inference: Inference = {
    async run(kind, input, signal) {
      const value = await local.run(kind, input, signal);
      if (kind === 'see') seen.frames.push(...(value as SeenFrame[]));
      if (input && 'cue' in input && input.cue === 'light')
        seen.lit.push({ index: input.part.frames[0] ?? -1, light: value as Lit });
      return value;
    },
    close: () => local.close(),
  };
  return { inference, seen };
}

function decided({ cues, quality, unbound }: Analysis, policy: Policy): Decided {
  const verdictAt = (point: OperatingPoint) =>
    decide({ cues, quality, unbound, allowUnbound: false }, policy, point);
  const { strict, balanced, convenience } = {
    strict: verdictAt('strict'),
    balanced: verdictAt('balanced'),
    convenience: verdictAt('convenience'),
  };
  const vetoed = cues.some(({ outcome }) => outcome.status === 'scored' && outcome.veto);
  const compared = balanced.decision !== 'uncertain' || balanced.reasons[0]?.code === 'BetweenThresholds';
  return {
    decisions: {
      strict: strict.decision,
      balanced: balanced.decision,
      convenience: convenience.decision,
    },
    score: compared && !vetoed ? balanced.score : null,
  };
}

/** What of a cue's evidence is a single number. */
function numbersOf(evidence: Record<string, unknown> | undefined): Record<string, number> {
  return Object.fromEntries(
    Object.entries(evidence ?? {}).flatMap(([name, value]) =>
      typeof value === 'number' ? [[name, Number(value.toPrecision(5))]] : [],
    ),
  );
}
