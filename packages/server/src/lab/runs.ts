import type { OperatingPoint } from '@bonafide/engine';
import type { Calibration, Outcome, Report } from '@bonafide/engine/evaluation';
import { appendAuditLog, type AuditEvent } from '../audit-log.js';
import type { Candidates, NewCandidate } from '../candidates.js';
import { newUuid, type Clock, type Random } from '../clock.js';
import { ServiceError } from '../errors.js';
import type { Resource } from '../resources.js';
import type { LabRunRow } from '../store/schema.js';
import type { Store, StoreTransaction } from '../store/sqlite.js';
import { toLabelled } from './manifest.js';
import type { Presentation } from './presentations.js';

/** A measurement without its results. */
export type Run = Omit<LabRunRow, 'result' | 'page'>;
export type RunKind = LabRunRow['kind'];

/** What is asked for. */
export interface NewRun {
  kind: RunKind;
  operatingPoint: OperatingPoint;
  /** Id of a candidate; empty for the installed policy. */
  decisionPolicy: string;
}

/** What came of a measurement. */
export type RunResult =
  | { kind: 'evaluation'; result: Report; page: string }
  | { kind: 'calibration'; result: Calibration; page: null; candidate: NewCandidate };

/** A presentation of a measurement with what was made of it; its labels are what it is said to show today. */
export interface Scored {
  presentation: Omit<Presentation, 'sizeBytes'>;
  outcome: Outcome;
}

const COLUMNS = [
  'id',
  'resourceId',
  'kind',
  'state',
  'operatingPoint',
  'decisionPolicy',
  'engine',
  'policy',
  'total',
  'createdBy',
  'createdAtMs',
  'startedAtMs',
  'endedAtMs',
  'fault',
] as const satisfies readonly (keyof Run)[];
/** States of a measurement that has not ended. */
const OPEN = ['waiting', 'running'] as const;

/** Measurements as they are stored; run-queue.ts does the work. The scores of a presentation go with it. */
export type Runs = ReturnType<typeof createRuns>;

export function createRuns(parts: {
  store: Store;
  candidates: Pick<Candidates, 'add'>;
  clock: Clock;
  random: Random;
}) {
  const { store, candidates, clock, random } = parts;
  const transaction = <T>(work: (db: StoreTransaction) => Promise<T>) => store.transaction().execute(work);
  const log = (
    db: StoreTransaction,
    event: AuditEvent['event'],
    { id, resourceId }: Pick<Run, 'id' | 'resourceId'>,
    facts: AuditEvent['facts'],
  ) => appendAuditLog(db, clock(), { event, resourceId, facts: { run: id, ...facts } });

  const rowsOf = (db: Store | StoreTransaction, { id }: Pick<Resource, 'id'>) =>
    db.selectFrom('labRuns').where('resourceId', '=', id);

  /** @throws ServiceError `UnknownName` */
  async function rowOf(db: Store | StoreTransaction, resource: Resource, id: string): Promise<Run> {
    const row = await rowsOf(db, resource)
      .select(COLUMNS)
      .where('id', '=', id.toLowerCase())
      .executeTakeFirst();
    if (!row) throw new ServiceError('UnknownName', { message: 'There is no such measurement.' });
    return row;
  }

  /** Ends a run that is open still. */
  async function end(db: StoreTransaction, run: Run, values: Partial<LabRunRow> & Pick<Run, 'state'>) {
    const { numUpdatedRows } = await db
      .updateTable('labRuns')
      .set({ ...values, endedAtMs: clock() })
      .where('id', '=', run.id)
      .where('state', 'in', OPEN)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  return {
    /** Asks for a measurement on what is recorded so far. @throws ServiceError `NotPossible` */
    start: (
      resource: Resource,
      wanted: NewRun,
      { versions, by }: { versions: { engine: string; policy: string }; by: string },
    ): Promise<Run> =>
      transaction(async (db) => {
        const open = await rowsOf(db, resource).select('id').where('state', 'in', OPEN).executeTakeFirst();
        if (open)
          throw new ServiceError('NotPossible', {
            message: 'Another measurement is under way; wait for it or cancel it.',
          });
        const { total } = await db
          .selectFrom('labPresentations')
          .select(({ fn }) => fn.countAll<number>().as('total'))
          .where('resourceId', '=', resource.id)
          .where('recordedAtMs', 'is not', null)
          .executeTakeFirstOrThrow();
        if (total === 0) throw new ServiceError('NotPossible', { message: 'Nothing was recorded yet.' });
        const run: Run = {
          ...{ id: newUuid(random), resourceId: resource.id, ...wanted, ...versions, state: 'waiting' },
          ...{ total, createdBy: by, createdAtMs: clock() },
          ...{ startedAtMs: null, endedAtMs: null, fault: null },
        };
        await db.insertInto('labRuns').values(run).execute();
        await log(db, 'lab.run-started', run, { kind: run.kind, presentations: total, by });
        return run;
      }),

    /** Newest first. */
    list: (resource: Resource, top: number): Promise<Run[]> =>
      rowsOf(store, resource)
        .select(COLUMNS)
        .orderBy('createdAtMs', 'desc')
        .orderBy('id', 'desc')
        .limit(top)
        .execute(),

    /** @throws ServiceError `UnknownName` */
    get: (resource: Resource, id: string): Promise<Run> => rowOf(store, resource, id),

    /** How many presentations are scored. */
    async done({ id }: Pick<Run, 'id'>): Promise<number> {
      const { done } = await store
        .selectFrom('labScores')
        .select(({ fn }) => fn.countAll<number>().as('done'))
        .where('runId', '=', id)
        .executeTakeFirstOrThrow();
      return done;
    },

    /** The one to work on: the oldest that has not ended. */
    next: (): Promise<Run | undefined> =>
      store
        .selectFrom('labRuns')
        .select(COLUMNS)
        .where('state', 'in', OPEN)
        .orderBy('createdAtMs')
        .orderBy('id')
        .executeTakeFirst(),

    begin: ({ id }: Run) =>
      store
        .updateTable('labRuns')
        .set({ state: 'running', startedAtMs: clock() })
        .where('id', '=', id)
        .where('state', '=', 'waiting')
        .execute(),

    /** Recorded presentations of a run that are not scored yet. */
    unscored: ({ id, resourceId, createdAtMs }: Run): Promise<Presentation[]> =>
      store
        .selectFrom('labPresentations')
        .selectAll()
        .where('resourceId', '=', resourceId)
        .where('recordedAtMs', '<=', createdAtMs)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('labScores')
                .select('runId')
                .where('runId', '=', id)
                .whereRef('presentationId', '=', 'labPresentations.id'),
            ),
          ),
        )
        .orderBy('createdAtMs')
        .orderBy('id')
        .execute(),

    /** What the same engine measured on a presentation in an earlier run. */
    async measured({ engine, policy }: Run, presentationId: string): Promise<Outcome | null> {
      const row = await store
        .selectFrom('labScores')
        .innerJoin('labRuns', 'labRuns.id', 'labScores.runId')
        .select('outcome')
        .where('presentationId', '=', presentationId)
        .where('engine', '=', engine)
        .where('policy', '=', policy)
        .orderBy('createdAtMs', 'desc')
        .executeTakeFirst();
      return row ? (JSON.parse(row.outcome) as Outcome) : null;
    },

    /** Keeps a score, unless the run or the presentation is gone or the run has ended meanwhile. */
    keep: ({ id: runId }: Run, { id: presentationId }: Presentation, outcome: Outcome): Promise<void> =>
      transaction(async (db) => {
        const both = await db
          .selectFrom('labRuns')
          .innerJoin('labPresentations', 'labPresentations.resourceId', 'labRuns.resourceId')
          .select('labRuns.id')
          .where('labRuns.id', '=', runId)
          .where('state', 'in', OPEN)
          .where('labPresentations.id', '=', presentationId)
          .executeTakeFirst();
        if (!both) return;
        const values = { runId, presentationId, outcome: JSON.stringify(outcome) };
        await db.insertInto('labScores').values(values).execute();
      }),

    /** What a run has scored, in the order of recording. */
    async scores({ id, resourceId }: Run, resourceName: string): Promise<Scored[]> {
      const rows = await store
        .selectFrom('labScores')
        .innerJoin('labPresentations', 'labPresentations.id', 'labScores.presentationId')
        .selectAll('labPresentations')
        .select('outcome')
        .where('runId', '=', id)
        .where('labPresentations.resourceId', '=', resourceId)
        .orderBy('createdAtMs')
        .orderBy('labPresentations.id')
        .execute();
      return rows.map(({ outcome, ...presentation }) => {
        const { path, label, species, subject, clip, source } = toLabelled(presentation, resourceName);
        const labels = { path, label, species, subject, clip, source };
        return { presentation, outcome: { ...(JSON.parse(outcome) as Outcome), ...labels } };
      });
    },

    /** Keeps the results, unless the run has ended meanwhile; a calibration makes a candidate. */
    finish: (run: Run, done: RunResult): Promise<void> =>
      transaction(async (db) => {
        const result = JSON.stringify(done.result);
        if (!(await end(db, run, { state: 'done', result, page: done.page }))) return;
        if (done.kind === 'calibration') await candidates.add(db, done.candidate, run.createdBy);
        await log(db, 'lab.run-ended', run, { state: 'done' });
      }),

    fail: (run: Run, fault: string): Promise<void> =>
      transaction(async (db) => {
        if (await end(db, run, { state: 'failed', fault }))
          await log(db, 'lab.run-ended', run, { state: 'failed' });
      }),

    /** Whether it waits or is measured; it may have been cancelled, or deleted with its resource. */
    async isOpen({ id }: Pick<Run, 'id'>): Promise<boolean> {
      const row = await store
        .selectFrom('labRuns')
        .select('id')
        .where('id', '=', id)
        .where('state', 'in', OPEN)
        .executeTakeFirst();
      return row !== undefined;
    },

    /** @throws ServiceError `UnknownName`, `NotPossible` where it has ended */
    cancel: (resource: Resource, id: string, by: string): Promise<void> =>
      transaction(async (db) => {
        const run = await rowOf(db, resource, id);
        if (!(await end(db, run, { state: 'cancelled' })))
          throw new ServiceError('NotPossible', { message: 'This measurement has ended.' });
        await log(db, 'lab.run-cancelled', run, { by });
      }),

    /** Removes a run that has ended, with its scores. @throws ServiceError `UnknownName`, `NotPossible` */
    remove: (resource: Resource, id: string, by: string): Promise<void> =>
      transaction(async (db) => {
        const run = await rowOf(db, resource, id);
        if (OPEN.some((state) => state === run.state))
          throw new ServiceError('NotPossible', {
            message: 'This measurement is under way; cancel it first.',
          });
        await db.deleteFrom('labRuns').where('id', '=', run.id).execute();
        await log(db, 'lab.run-deleted', run, { by });
      }),

    /** The results. @throws ServiceError `UnknownName` where there are none (yet) */
    async result(resource: Resource, id: string): Promise<{ run: Run; result: string; page: string | null }> {
      const run = await rowOf(store, resource, id);
      const row = await rowsOf(store, resource)
        .select(['result', 'page'])
        .where('id', '=', run.id)
        .executeTakeFirst();
      if (!row?.result) throw new ServiceError('UnknownName', { message: 'There is no result yet.' });
      return { run, result: row.result, page: row.page };
    },

    /** Writes down that somebody takes scores out of the service. */
    logExport: (run: Run, by: string): Promise<void> =>
      transaction((db) => log(db, 'lab.scores-exported', run, { by })),
  };
}
