import type { Calibration, Report } from '@bonafide/engine/evaluation';
import { createCandidates, shortfallOf, type ListedCandidate } from '../candidates.js';
import type { Clock, Random } from '../clock.js';
import { ServiceError } from '../errors.js';
import {
  createModelCandidates,
  isInShadow,
  type ModelCandidate,
  type ShadowWeights,
} from '../model-candidates.js';
import type { ResourcePolicy } from '../resource-policy.js';
import type { Resource, Resources } from '../resources.js';
import { createShadow, type ShadowCount } from '../shadow.js';
import type { Store } from '../store/sqlite.js';
import type { Vault } from '../vault.js';
import { exportLab } from './export.js';
import { createPresentations, TARGETS, type Growth } from './presentations.js';
import { createRuns, type NewRun, type Run } from './runs.js';

// The lab without its engine: what commands do on a data folder, with the same code as the management API. Measuring is left to
// the service, which takes up what it finds waiting.

/** A candidate, and what it is to its resource. */
export interface ConsoleCandidate extends ListedCandidate {
  shortfall: string | null;
  decides: boolean;
  inShadow: boolean;
  /** What it said beside what decided. */
  shadow: ShadowCount[];
}

/** Weights that scored in the shadow, and what they said beside what decided. */
export interface ConsoleModel extends ModelCandidate {
  inShadow: boolean;
  shadow: ShadowCount[];
}

/** What is asked of {@link LabConsole.start}. */
export type WantedRun = Pick<NewRun, 'kind'> & {
  operatingPoint?: NewRun['operatingPoint'] | undefined;
  /** Id of a candidate that decides; as checks now when left out. */
  candidate?: string | undefined;
};

/** Every method throws ServiceError as the management API answers. */
export type LabConsole = ReturnType<typeof createLabConsole>;

/** @param parts.by whom the audit log names */
export function createLabConsole(parts: {
  store: Store;
  vault: Vault;
  resources: Resources;
  clock: Clock;
  random: Random;
  by: string;
}) {
  const { store, vault, resources, clock, random, by } = parts;
  const presentations = createPresentations({ store, vault, clock });

  /** Candidates as the service that last started sees them. */
  async function ofService() {
    const { shadowWeights, ...versions } = await rememberedVersions(store);
    const candidates = createCandidates({ store, versions, clock, random });
    return { versions, shadowWeights, candidates, runs: createRuns({ store, candidates, clock, random }) };
  }

  return {
    targets: TARGETS,
    growth: (resource: Resource): Promise<Growth> => presentations.growth(resource),

    /** The archive that `bonafide evaluate` takes once it is unpacked. */
    async export(
      resource: Resource,
    ): Promise<{ presentations: number; archive: AsyncGenerator<Uint8Array> }> {
      const recorded = await presentations.recorded(resource);
      if (recorded.length === 0)
        throw new ServiceError('NotPossible', { message: 'Nothing was recorded yet.' });
      await presentations.logExport(resource, recorded.length, by);
      return {
        presentations: recorded.length,
        archive: exportLab(presentations, recorded, resource.name),
      };
    },

    /** Newest first, with how many presentations are done. */
    async runs(resource: Resource): Promise<(Run & { done: number })[]> {
      const { runs } = await ofService();
      const list = await runs.list(resource, 100);
      return Promise.all(list.map(async (run) => ({ ...run, done: await runs.done(run) })));
    },

    /** Asks for a measurement; the service does it, now or when it starts. */
    async start(resource: Resource, { kind, operatingPoint, candidate }: WantedRun): Promise<Run> {
      const { candidates, runs, versions } = await ofService();
      const deciding =
        kind === 'calibration'
          ? null
          : candidate === undefined
            ? await candidates.deciding(resource)
            : await candidates.get(resource, candidate);
      const wanted = {
        kind,
        operatingPoint: operatingPoint ?? resource.policy.operatingPoint,
        decisionPolicy: deciding?.id ?? '',
      };
      return runs.start(resource, wanted, { versions, by });
    },

    /** Breaks a measurement off; the service sees it within seconds. */
    cancel: async (resource: Resource, id: string): Promise<void> =>
      (await ofService()).runs.cancel(resource, id, by),

    /** What came of a measurement. */
    async report(
      resource: Resource,
      id: string,
    ): Promise<{ run: Run; result: Report | Calibration; page: string | null }> {
      const { runs } = await ofService();
      const { run, result, page } = await runs.result(resource, id);
      return { run, result: JSON.parse(result) as Report | Calibration, page };
    },

    /** Newest first. */
    async candidates(resource: Resource): Promise<ConsoleCandidate[]> {
      const { candidates } = await ofService();
      const shadow = createShadow({ store, candidates, clock, onError: () => undefined });
      const { decisionPolicy, shadowPolicy } = resource.policy;
      return Promise.all(
        (await candidates.list(resource)).map(async (one) => ({
          ...one,
          shortfall: shortfallOf(one),
          decides: decisionPolicy === one.id && !one.stale,
          inShadow: shadowPolicy === one.id && !one.stale,
          shadow: await shadow.counts(one.id),
        })),
      );
    },

    /** The other weights of the service that last started, and those that scored live sessions, newest first. */
    async models(
      resource: Resource,
    ): Promise<{ shadowWeights: ShadowWeights | null; models: ConsoleModel[] }> {
      const { candidates, shadowWeights } = await ofService();
      const shadow = createShadow({ store, candidates, clock, onError: () => undefined });
      const deciding = await candidates.decidingVersion(resource);
      const list = await createModelCandidates({ store, clock, random }).list(resource);
      const models = list.map(async (one) => ({
        ...one,
        inShadow: isInShadow(one, resource, shadowWeights, deciding),
        shadow: await shadow.counts(one.id),
      }));
      return { shadowWeights, models: await Promise.all(models) };
    },

    adopt: async (resource: Resource, id: string, acknowledged: string | undefined): Promise<Resource> =>
      (await ofService()).candidates.adopt({ resource, resources, by }, id, acknowledged),

    rollBack: async (resource: Resource): Promise<Resource> =>
      (await ofService()).candidates.rollBack({ resource, resources, by }),

    removeCandidate: async (resource: Resource, id: string): Promise<void> =>
      (await ofService()).candidates.remove(resource, id, by),

    /** @param id of the candidate that scores from now on; empty for none */
    watch: (resource: Resource, id: string): Promise<Resource> =>
      resources.setPolicy(resource.name, { shadowPolicy: id }),

    /** Whether other weights score from now on, where the service has some. */
    watchModel: (resource: Resource, shadowModel: ResourcePolicy['shadowModel']): Promise<Resource> =>
      resources.setPolicy(resource.name, { shadowModel }),
  };
}

const VERSIONS = 'engineVersions';

/** What the service runs: engine and installed policy, and other weights in the shadow. */
interface Versions {
  engine: string;
  policy: string;
  shadowWeights: ShadowWeights | null;
}

/** Writes down what the service runs, for commands beside it. */
export async function rememberVersions(
  store: Store,
  { engine, policy, shadowWeights }: Versions,
): Promise<void> {
  const value = JSON.stringify({ engine, policy, shadowWeights });
  await store
    .insertInto('settings')
    .values({ key: VERSIONS, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
}

/** @throws ServiceError `NotPossible` before the first start of a service that writes them down */
async function rememberedVersions(store: Store): Promise<Versions> {
  const row = await store
    .selectFrom('settings')
    .select('value')
    .where('key', '=', VERSIONS)
    .executeTakeFirst();
  if (!row)
    throw new ServiceError('NotPossible', {
      message: 'Start the service once: it says which engine measures.',
    });
  // Services of earlier versions wrote nothing of the shadow.
  return { shadowWeights: null, ...(JSON.parse(row.value) as Omit<Versions, 'shadowWeights'>) };
}
