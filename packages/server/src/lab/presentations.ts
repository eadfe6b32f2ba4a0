import { appendAuditLog, type AuditEvent } from '../audit-log.js';
import type { Clock } from '../clock.js';
import { ServiceError } from '../errors.js';
import type { Resource } from '../resources.js';
import { discardLabSessions } from '../session-rows.js';
import type { LabPresentationRow, LabSubjectRow } from '../store/schema.js';
import type { Store, StoreTransaction } from '../store/sqlite.js';
import type { Vault } from '../vault.js';
import { openClip, type LabClip } from './clips.js';

/** What is shown to the camera, as whoever shows it says. */
export type Labels = Pick<LabPresentationRow, 'label' | 'species' | 'instrument'>;

/** A presentation, without its clip. */
export type Presentation = Omit<LabPresentationRow, 'resourceId'>;

/** Which presentations are looked for; what is left out is not asked. */
export interface PresentationFilter {
  label?: Labels['label'] | undefined;
  species?: string | undefined;
  subject?: string | undefined;
}

/** How many there are of what. */
export interface Growth {
  subjects: number;
  bonaFide: { recorded: number; subjects: number };
  species: { species: string; recorded: number; subjects: number }[];
}

/** A subject with the consent that its presentations rest on. */
export type Subject = Omit<LabSubjectRow, 'resourceId'> & { recorded: number };

/** A set is worth measuring on from so many presentations on: of people, and of each species. */
export const TARGETS = { bonaFide: 50, species: 150 } as const;
/** What is planned and not recorded after so long is dropped; the phone has to be at hand, ms. */
export const RECORDING_TIME_MS = 600_000;

/** The set of a lab: presentations with what they really show. recording.ts adds to it. */
export type Presentations = ReturnType<typeof createPresentations>;

export function createPresentations(parts: { store: Store; vault: Vault; clock: Clock }) {
  const { store, vault, clock } = parts;
  const transaction = <T>(work: (db: StoreTransaction) => Promise<T>) => store.transaction().execute(work);
  const log = (
    db: StoreTransaction,
    event: AuditEvent['event'],
    { id: resourceId }: Resource,
    facts: AuditEvent['facts'],
  ) => appendAuditLog(db, clock(), { event, resourceId, facts });
  const isWaiting = () => clock() - RECORDING_TIME_MS;

  /** Presentations of a resource that are recorded or still can be. */
  const rowsOf = (db: Store | StoreTransaction, { id }: Resource) =>
    db
      .selectFrom('labPresentations')
      .selectAll()
      .where('resourceId', '=', id)
      .where(({ or, eb }) => or([eb('recordedAtMs', 'is not', null), eb('createdAtMs', '>', isWaiting())]));

  /** @throws ServiceError `UnknownName` */
  async function rowOf(db: Store | StoreTransaction, resource: Resource, id: string) {
    const row = await rowsOf(db, resource).where('id', '=', id.toLowerCase()).executeTakeFirst();
    if (!row) throw new ServiceError('UnknownName', { message: 'There is no such presentation.' });
    return row;
  }

  return {
    /** How the set has grown. */
    async growth({ id }: Resource): Promise<Growth> {
      const rows = await store
        .selectFrom('labPresentations')
        .select(({ fn }) => [
          'label',
          'species',
          fn.countAll<number>().as('recorded'),
          fn.count<number>('subject').distinct().as('subjects'),
        ])
        .where('resourceId', '=', id)
        .where('recordedAtMs', 'is not', null)
        .groupBy(['label', 'species'])
        .orderBy('species')
        .execute();
      const { subjects } = await store
        .selectFrom('labSubjects')
        .select(({ fn }) => fn.countAll<number>().as('subjects'))
        .where('resourceId', '=', id)
        .executeTakeFirstOrThrow();
      const bonaFide = rows.find(({ label }) => label === 'bonafide');
      return {
        subjects,
        bonaFide: { recorded: bonaFide?.recorded ?? 0, subjects: bonaFide?.subjects ?? 0 },
        species: rows
          .filter(({ label }) => label === 'attack')
          .map(({ species, recorded, subjects: people }) => ({ species, recorded, subjects: people })),
      };
    },

    /** Newest first. @param before the last of the page before */
    async list(
      resource: Resource,
      { label, species, subject }: PresentationFilter,
      { before, top }: { before?: { createdAtMs: number; id: string } | undefined; top: number },
    ): Promise<Presentation[]> {
      let query = rowsOf(store, resource).orderBy('createdAtMs', 'desc').orderBy('id', 'desc').limit(top);
      if (label !== undefined) query = query.where('label', '=', label);
      if (species !== undefined) query = query.where('species', '=', species);
      if (subject !== undefined) query = query.where('subject', '=', subject);
      if (before)
        query = query.where(({ eb, refTuple, tuple }) =>
          eb(refTuple('createdAtMs', 'id'), '<', tuple(before.createdAtMs, before.id)),
        );
      return query.execute();
    },

    /** Recorded presentations, oldest first. */
    recorded: ({ id }: Pick<Resource, 'id'>): Promise<Presentation[]> =>
      store
        .selectFrom('labPresentations')
        .selectAll()
        .where('resourceId', '=', id)
        .where('recordedAtMs', 'is not', null)
        .orderBy('createdAtMs')
        .orderBy('id')
        .execute(),

    /** @throws ServiceError `UnknownName` */
    get: (resource: Resource, id: string): Promise<Presentation> => rowOf(store, resource, id),

    /** The clip of a presentation of {@link recorded}, or null where it was deleted meanwhile. */
    clip: (id: string): Promise<LabClip | null> => openClip(store, vault, id),

    /** The clip for somebody to look at. @throws ServiceError `UnknownName` */
    show: (resource: Resource, id: string, by: string): Promise<LabClip> =>
      transaction(async (db) => {
        const row = await rowOf(db, resource, id);
        const clip = await openClip(db, vault, row.id);
        if (!clip) throw new ServiceError('UnknownName', { message: 'This was not recorded yet.' });
        await log(db, 'lab.shown', resource, { presentation: row.id, by });
        return clip;
      }),

    /** Corrects what a presentation is said to show. @throws ServiceError `UnknownName` */
    relabel: (resource: Resource, id: string, labels: Labels, by: string): Promise<Presentation> =>
      transaction(async (db) => {
        const row = await rowOf(db, resource, id);
        const changed =
          labels.label === 'attack' ? labels : { label: labels.label, species: '', instrument: '' };
        await db.updateTable('labPresentations').set(changed).where('id', '=', row.id).execute();
        await log(db, 'lab.relabelled', resource, {
          presentation: row.id,
          from: printLabels(row),
          to: printLabels(changed),
          by,
        });
        return { ...row, ...changed };
      }),

    /** @throws ServiceError `UnknownName` */
    remove: (resource: Resource, id: string, by: string): Promise<void> =>
      transaction(async (db) => {
        const row = await rowOf(db, resource, id);
        await removePresentations(db, [row]);
        await log(db, 'lab.deleted', resource, { presentation: row.id, by });
      }),

    /** Subjects by their codes. */
    subjects: ({ id }: Resource): Promise<Subject[]> =>
      store
        .selectFrom('labSubjects')
        .select(['code', 'consentText', 'confirmedBy', 'confirmedAtMs'])
        .select(({ selectFrom }) =>
          selectFrom('labPresentations')
            .select(({ fn }) => fn.countAll<number>().as('recorded'))
            .whereRef('labPresentations.resourceId', '=', 'labSubjects.resourceId')
            .whereRef('labPresentations.subject', '=', 'labSubjects.code')
            .where('recordedAtMs', 'is not', null)
            .as('recorded'),
        )
        .where('resourceId', '=', id)
        .orderBy('code')
        .execute()
        .then((rows) => rows.map(({ recorded, ...row }) => ({ ...row, recorded: recorded ?? 0 }))),

    /** The subject has withdrawn: removes everything of them. Returns how many presentations. @throws ServiceError `UnknownName` */
    removeSubject: (resource: Resource, code: string, by: string): Promise<number> =>
      transaction(async (db) => {
        const rows = await db
          .selectFrom('labPresentations')
          .select(['id', 'sessionId'])
          .where('resourceId', '=', resource.id)
          .where('subject', '=', code)
          .execute();
        await removePresentations(db, rows);
        const { numDeletedRows } = await db
          .deleteFrom('labSubjects')
          .where('resourceId', '=', resource.id)
          .where('code', '=', code)
          .executeTakeFirst();
        if (numDeletedRows === 0n)
          throw new ServiceError('UnknownName', { message: 'There is no subject of this code.' });
        await log(db, 'lab.subject-erased', resource, {
          // A keyed hash: the log forgets nothing, and need not name anybody.
          subject: vault.lookup(`lab subject ${resource.id} ${code}`),
          presentations: rows.length,
          by,
        });
        return rows.length;
      }),

    /** Writes down that somebody takes the whole set out of the service. */
    logExport: (resource: Resource, count: number, by: string): Promise<void> =>
      transaction((db) => log(db, 'lab.exported', resource, { presentations: count, by })),
  };
}

function printLabels({ label, species, instrument }: Labels): string {
  return [label, species, instrument].filter((part) => part !== '').join(', ');
}

/** Removes presentations, their clips and the sessions of those that were never recorded. */
export async function removePresentations(
  db: StoreTransaction,
  rows: readonly Pick<LabPresentationRow, 'id' | 'sessionId'>[],
): Promise<void> {
  if (rows.length === 0) return;
  await discardLabSessions(
    db,
    rows.map(({ sessionId }) => sessionId),
  );
  const ids = rows.map(({ id }) => id);
  await db.deleteFrom('labPresentations').where('id', 'in', ids).execute();
}
