import { randomUUID } from 'node:crypto';
import type { Companion } from '@bonafide/protocol';
import { appendAuditLog, type AuditEvent } from '../audit-log.js';
import { newUuid, type Clock, type Random } from '../clock.js';
import { ServiceError } from '../errors.js';
import type { Resource } from '../resources.js';
import type { Session, SessionSettings } from '../session.js';
import type { Sessions } from '../sessions.js';
import type { LabPresentationRow, LabSubjectRow } from '../store/schema.js';
import type { Store, StoreTransaction } from '../store/sqlite.js';
import type { Vault } from '../vault.js';

/** What is shown to the camera, as whoever shows it says. */
export type Labels = Pick<LabPresentationRow, 'label' | 'species' | 'instrument'>;

/** A presentation that is to be recorded. */
export interface NewPresentation extends Labels {
  subject: string;
  /** What the subject agreed to, confirmed by whoever records; needed once for a subject. */
  consent: string | null;
}

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

/** The clip of a presentation and the session that it was captured in. */
export interface LabClip {
  content: Buffer;
  companion: Companion;
}

/** A set is worth measuring on from so many presentations on: of people, and of each species. */
export const TARGETS = { bonaFide: 50, species: 150 } as const;
/** A check like an application's of generation B; the phone has to be at hand. */
const SETTINGS: SessionSettings = {
  mode: 'PassiveActive',
  tokenTtlSeconds: 600,
  sendResults: false,
  sessionImage: false,
  verifyImageHash: false,
  verifyThreshold: 0.5,
  attemptsAllowed: 1,
  endsWithDecision: false,
  deviceIdFromClient: false,
  userIdFromClient: false,
  expectedClientIp: null,
  abuseMonitoring: false,
};

/**
 * The set of a lab: presentations with what they really show, recorded by the real challenge. Every clip is sealed under a key of
 * its own, which goes with it.
 */
export type Presentations = ReturnType<typeof createPresentations>;

export function createPresentations(parts: {
  store: Store;
  vault: Vault;
  sessions: Sessions;
  clock: Clock;
  random: Random;
}) {
  const { store, vault, sessions, clock, random } = parts;
  const transaction = <T>(work: (db: StoreTransaction) => Promise<T>) => store.transaction().execute(work);
  const log = (
    db: StoreTransaction,
    event: AuditEvent['event'],
    { id: resourceId }: Resource,
    facts: AuditEvent['facts'],
  ) => appendAuditLog(db, clock(), { event, resourceId, facts });
  const isWaiting = () => clock() - SETTINGS.tokenTtlSeconds * 1000;

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

  /** @throws ServiceError `NotPossible` where nobody has confirmed that the subject agreed */
  async function ensureSubject(
    db: StoreTransaction,
    { id: resourceId }: Resource,
    { subject: code, consent }: Pick<NewPresentation, 'subject' | 'consent'>,
    confirmedBy: string,
  ): Promise<void> {
    const known = await db
      .selectFrom('labSubjects')
      .select('code')
      .where('resourceId', '=', resourceId)
      .where('code', '=', code)
      .executeTakeFirst();
    if (known) return;
    if (consent === null)
      throw new ServiceError('NotPossible', {
        message: `Nobody has confirmed yet that the subject ${JSON.stringify(code)} agreed to be recorded.`,
      });
    await db
      .insertInto('labSubjects')
      .values({ resourceId, code, consentText: consent, confirmedBy, confirmedAtMs: clock() })
      .execute();
  }

  /** Removes presentations, their clips and the sessions of those that were never recorded. */
  async function remove(db: StoreTransaction, rows: readonly Pick<LabPresentationRow, 'id' | 'sessionId'>[]) {
    if (rows.length === 0) return;
    await sessions.discard(
      db,
      rows.map(({ sessionId }) => sessionId),
    );
    const ids = rows.map(({ id }) => id);
    await db.deleteFrom('labPresentations').where('id', 'in', ids).execute();
  }

  /** Removes what was planned and never recorded. */
  async function dropOverdue(db: StoreTransaction, { id }: Resource): Promise<void> {
    const overdue = await db
      .selectFrom('labPresentations')
      .select(['id', 'sessionId'])
      .where('resourceId', '=', id)
      .where('recordedAtMs', 'is', null)
      .where('createdAtMs', '<=', isWaiting())
      .execute();
    await remove(db, overdue);
  }

  async function openClip(db: Store | StoreTransaction, presentationId: string): Promise<LabClip | null> {
    const row = await db
      .selectFrom('labClips')
      .selectAll()
      .where('presentationId', '=', presentationId)
      .executeTakeFirst();
    if (!row) return null;
    const sealer = vault.openSealer(row.sealedKey, keyContext(presentationId));
    return {
      content: sealer.open(row.content, contentContext(presentationId)),
      companion: JSON.parse(
        sealer.open(row.companion, companionContext(presentationId)).toString(),
      ) as Companion,
    };
  }

  return {
    /** Opens the session that records a presentation. @throws ServiceError `NotPossible` without consent */
    async plan(
      resource: Resource,
      wanted: NewPresentation,
      by: string,
    ): Promise<{ presentation: Presentation; session: Session; token: string }> {
      // Before a session is opened for somebody who may not be recorded.
      await transaction((db) => ensureSubject(db, resource, wanted, by));
      const { session, token } = await sessions.create(resource, {
        kind: 'liveness',
        settings: SETTINGS,
        deviceCorrelationId: randomUUID(),
        userCorrelationId: null,
        reference: null,
        lab: true,
      });
      const { label, species, instrument, subject } = wanted;
      const presentation = {
        id: newUuid(random),
        sessionId: session.id,
        subject,
        ...(label === 'attack' ? { label, species, instrument } : { label, species: '', instrument: '' }),
        createdBy: by,
        createdAtMs: clock(),
        recordedAtMs: null,
        sizeBytes: null,
      };
      await transaction(async (db) => {
        await dropOverdue(db, resource);
        // The subject may have withdrawn meanwhile.
        await ensureSubject(db, resource, { ...wanted, consent: null }, by);
        await db
          .insertInto('labPresentations')
          .values({ ...presentation, resourceId: resource.id })
          .execute();
        await log(db, 'lab.planned', resource, { presentation: presentation.id, session: session.id, by });
      });
      return { presentation, session, token };
    },

    /** Keeps the clip of a session's presentation; the session goes. @throws ServiceError `SessionNotFound` */
    keep: (
      resource: Resource,
      session: Session,
      { content, companion }: { content: Uint8Array; companion: Companion },
    ): Promise<void> =>
      transaction(async (db) => {
        const row = await db
          .selectFrom('labPresentations')
          .select('id')
          .where('sessionId', '=', session.id)
          .where('recordedAtMs', 'is', null)
          .executeTakeFirst();
        if (!row) throw new ServiceError('SessionNotFound');
        const { sealer, sealedKey } = vault.newSealer(keyContext(row.id));
        await db
          .insertInto('labClips')
          .values({
            presentationId: row.id,
            sealedKey,
            companion: sealer.seal(Buffer.from(JSON.stringify(companion)), companionContext(row.id)),
            content: sealer.seal(content, contentContext(row.id)),
          })
          .execute();
        await db
          .updateTable('labPresentations')
          .set({ recordedAtMs: clock(), sizeBytes: content.length })
          .where('id', '=', row.id)
          .execute();
        await sessions.discard(db, [session.id]);
        await log(db, 'lab.recorded', resource, { presentation: row.id, session: session.id });
      }),

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
    clip: (id: string): Promise<LabClip | null> => openClip(store, id),

    /** The clip for somebody to look at. @throws ServiceError `UnknownName` */
    show: (resource: Resource, id: string, by: string): Promise<LabClip> =>
      transaction(async (db) => {
        const row = await rowOf(db, resource, id);
        const clip = await openClip(db, row.id);
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
        await remove(db, [row]);
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
        await remove(db, rows);
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

function keyContext(presentationId: string): string {
  return `lab clip ${presentationId}`;
}

function contentContext(presentationId: string): string {
  return `lab content ${presentationId}`;
}

function companionContext(presentationId: string): string {
  return `lab companion ${presentationId}`;
}
