import { PolicyError, type OperatingPoint, type Policy } from '@bonafide/engine';
import { decideAgain, type Outcome } from '@bonafide/engine/evaluation';
import type { Candidates } from '../candidates.js';
import { ServiceError } from '../errors.js';
import type { Resource } from '../resources.js';
import type { Store } from '../store/sqlite.js';
import { manifestSha256, sourceOf } from './manifest.js';
import type { Runs } from './runs.js';

/** Thresholds of one operating point, as somebody has moved them. */
export interface MovedThresholds {
  operatingPoint: OperatingPoint;
  /** Least score that is called `realface`, and largest that is called `spoofface`. */
  realface: number;
  spoofface: number;
}

/** What thresholds make of the presentations of one kind. */
export interface KindCounts {
  /** Of the attack instrument; empty for bona fide presentations. */
  species: string;
  n: number;
  /** Those that got a score at all. */
  scored: number;
  /** Bona fide called `spoofface`, or attacks called `realface`. */
  errors: number;
  uncertain: number;
}

/** Where thresholds were moved: an evaluation of the lab by its id, or another one, of which only counts are known here. */
export type MovedOn =
  { run: string } | { engine: string; policy: string; set: string; simulated: boolean; counts: KindCounts[] };

/** Species whose figures are told one by one; more are only counted. */
const TOLD_SPECIES = 12;

export type MovedCandidates = ReturnType<typeof createMovedCandidates>;

/** Makes candidates of thresholds that were moved by hand, each with the error rates that are to be expected of it. */
export function createMovedCandidates(parts: {
  store: Store;
  runs: Pick<Runs, 'result' | 'scores'>;
  candidates: Pick<Candidates, 'add' | 'get'>;
  versions: { engine: string; policy: string };
  installed: Policy;
}) {
  const { store, runs, candidates, versions, installed } = parts;

  /** @throws ServiceError `NotPossible` for what another engine or installed policy has scored */
  function checkVersions({ engine, policy }: { engine: string; policy: string }): void {
    if (engine !== versions.engine || policy !== versions.policy)
      throw new ServiceError('NotPossible', {
        message: `Its scores are of ${engine} and ${policy}, and here are ${versions.engine} and ${versions.policy}; measure again.`,
      });
  }

  /** What was measured in an evaluation of the lab, under the policy whose thresholds are moved. */
  async function ofRun(resource: Resource, id: string, moved: MovedThresholds) {
    const { run } = await runs.result(resource, id);
    if (run.kind !== 'evaluation')
      throw new ServiceError('NotPossible', { message: 'Thresholds are moved on an evaluation.' });
    checkVersions(run);
    const base =
      run.decisionPolicy === '' ? installed : (await candidates.get(resource, run.decisionPolicy)).policy;
    const scored = await runs.scores(run, resource.name);
    const sha256 = manifestSha256(
      scored.map(({ presentation }) => presentation),
      resource.name,
    );
    const counts = countKinds(
      scored.map(({ outcome }) => outcome),
      withThresholds(base, moved, 'being tried'),
      moved.operatingPoint,
    );
    return { base, runId: run.id, set: `${sourceOf(resource.name)} (${sha256.slice(0, 12)})`, counts };
  }

  function ofReport(report: Extract<MovedOn, { counts: unknown }>) {
    checkVersions(report);
    const kind = report.simulated ? 'uploaded, with simulated presentations' : 'uploaded';
    return { base: installed, runId: '', set: `${report.set} (${kind})`, counts: report.counts };
  }

  /** Returns the candidate's id. @throws ServiceError `UnknownName`, `NotPossible`, `InvalidRequestBody` */
  return async (resource: Resource, moved: MovedThresholds, on: MovedOn, by: string): Promise<string> => {
    if (!(moved.spoofface < moved.realface))
      throw new ServiceError('InvalidRequestBody', { message: 'spoofface: must be below realface.' });
    const { base, runId, set, counts } = 'run' in on ? await ofRun(resource, on.run, moved) : ofReport(on);
    const origin = [
      `moved by hand on ${set}: at ${moved.operatingPoint} realface from ${moved.realface} and spoofface to ${moved.spoofface}`,
      ...(base === installed ? [] : [`weights of ${base.version}`]),
      `there ${expectedOf(counts)}`,
    ].join('; ');
    const [bonaFide] = counts.filter(({ species }) => species === '');
    const attacks = counts.filter(({ species }) => species !== '');
    const made = {
      ...{ resourceId: resource.id, runId, origin, policy: withThresholds(base, moved, origin) },
      bonaFide: bonaFide?.scored ?? 0,
      species: Object.fromEntries(attacks.map(({ species, scored }) => [species, scored])),
    };
    try {
      return await store.transaction().execute((db) => candidates.add(db, made, by));
    } catch (error) {
      if (error instanceof PolicyError)
        throw new ServiceError('NotPossible', { message: `It would be no policy: ${error.message}.` });
      throw error;
    }
  };
}

function withThresholds(
  policy: Policy,
  { operatingPoint, realface, spoofface }: MovedThresholds,
  origin: string,
): Policy {
  const thresholds = { realface: { value: realface, origin }, spoofface: { value: spoofface, origin } };
  return { ...policy, operatingPoints: { ...policy.operatingPoints, [operatingPoint]: thresholds } };
}

/** What a policy decides on what was measured, by kind; bona fide first. */
function countKinds(outcomes: readonly Outcome[], policy: Policy, at: OperatingPoint): KindCounts[] {
  const kinds = new Map<string, KindCounts>();
  for (const outcome of outcomes) {
    const { label, decision, score } = decideAgain(outcome, policy, at);
    if (label !== 'bonafide' && label !== 'attack') continue;
    const species = label === 'bonafide' ? '' : outcome.species;
    const kind = kinds.get(species) ?? { species, n: 0, scored: 0, errors: 0, uncertain: 0 };
    kinds.set(species, {
      species,
      n: kind.n + 1,
      scored: kind.scored + Number(score !== null && decision !== 'noResponse'),
      errors: kind.errors + Number(decision === (label === 'bonafide' ? 'spoofface' : 'realface')),
      uncertain: kind.uncertain + Number(decision === 'uncertain'),
    });
  }
  return [...kinds.values()].sort((a, b) => (a.species < b.species ? -1 : 1));
}

/** Error rates in words. */
function expectedOf(counts: readonly KindCounts[]): string {
  const told = counts
    .slice(0, TOLD_SPECIES)
    .map(
      ({ species, n, errors, uncertain }) =>
        `${species === '' ? 'BPCER' : `APCER of ${species}`} ${errors} of ${n}, ${uncertain} uncertain`,
    );
  const more = counts.length - told.length;
  return [...told, ...(more > 0 ? [`${more} more species`] : [])].join('; ') || 'nothing was measured';
}
