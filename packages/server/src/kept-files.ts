import { InputError, type Engine, type Picture } from '@bonafide/engine';
import { appendAuditLog } from './audit-log.js';
import type { Clock } from './clock.js';
import { ServiceError } from './errors.js';
import { openMedia } from './media.js';
import { keptAfterMs } from './resource-policy.js';
import type { Resource } from './resources.js';
import { openSessionImage } from './session-images.js';
import { openSessionSealer } from './session-rows.js';
import type { Session } from './session.js';
import type { MediaRow } from './store/schema.js';
import type { Store } from './store/sqlite.js';
import type { Vault } from './vault.js';

/** A picture or clip that is kept of a session. */
export interface KeptFile {
  kind: MediaRow['kind'] | 'sessionImage';
  /** 0 for the reference photograph. */
  attemptId: number;
  /** As it is sealed; a few more than the file itself has. */
  bytes: number;
}

/** A device may have sent what is no picture at all. */
function noneOfBroken(error: unknown): Picture[] {
  if (error instanceof InputError) return [];
  throw error;
}

/** Whose files they are. */
type KeptSession = Pick<Session, 'id'>;

/** What there is to see of one attempt. */
export interface ShownPictures {
  /** The frames of the clip in their order, where it is kept. */
  frames: Picture[];
  /** The picture that stands for the decision, a JPEG, where the session has one. */
  sessionImage: Uint8Array | null;
  /** The photograph that the session compares with, where it is kept. */
  reference: Picture | null;
}

/** The session's files as they are, for whoever may see them; every look is in the audit log. */
export type KeptFiles = ReturnType<typeof createKeptFiles>;

export function createKeptFiles({ store, vault, clock }: { store: Store; vault: Vault; clock: Clock }) {
  /** What is kept of a session and not older than the policy keeps it. */
  async function held(resource: Resource, sessionId: string): Promise<KeptFile[]> {
    const media = await store
      .selectFrom('media')
      .select(['kind', 'attemptId'])
      .select(({ fn }) => fn<number>('length', ['sealed']).as('bytes'))
      .where('sessionId', '=', sessionId)
      .where('atMs', '>', keptAfterMs(resource.policy, 'clip', clock()))
      .orderBy('attemptId')
      .execute();
    const images = await store
      .selectFrom('sessionImages')
      .innerJoin('auditEntries', 'auditEntries.sessionImageId', 'sessionImages.id')
      .select(['auditEntries.attemptId'])
      .select(({ fn }) => fn<number>('length', ['sessionImages.sealed']).as('bytes'))
      .where('auditEntries.sessionId', '=', sessionId)
      .where('sessionImages.sessionId', '=', sessionId)
      .where('sessionImages.atMs', '>', keptAfterMs(resource.policy, 'sessionImage', clock()))
      .execute();
    return [
      ...media,
      ...images.map(({ attemptId, bytes }) => ({
        kind: 'sessionImage' as const,
        attemptId: attemptId ?? 0,
        bytes,
      })),
    ];
  }

  async function open(
    resource: Resource,
    session: KeptSession,
    wanted: Pick<KeptFile, 'kind' | 'attemptId'>,
  ) {
    const { kind, attemptId } = wanted;
    const sealer = await openSessionSealer(store, vault, session.id);
    if (kind === 'sessionImage') {
      const row = await store
        .selectFrom('sessionImages')
        .innerJoin('auditEntries', 'auditEntries.sessionImageId', 'sessionImages.id')
        .select(['sessionImages.id', 'sealed'])
        .where('auditEntries.sessionId', '=', session.id)
        .where('auditEntries.attemptId', '=', attemptId)
        .where('sessionImages.sessionId', '=', session.id)
        .where('atMs', '>', keptAfterMs(resource.policy, 'sessionImage', clock()))
        .executeTakeFirst();
      return row ? openSessionImage(row, sealer) : null;
    }
    const row = await store
      .selectFrom('media')
      .select(['sessionId', 'kind', 'attemptId', 'sealed'])
      .where('sessionId', '=', session.id)
      .where('kind', '=', kind)
      .where('attemptId', '=', attemptId)
      .where('atMs', '>', keptAfterMs(resource.policy, 'clip', clock()))
      .executeTakeFirst();
    return row ? openMedia(row, sealer) : null;
  }

  const audit = (
    resource: Resource,
    session: KeptSession,
    by: string,
    facts: Record<string, string | number | boolean>,
  ) =>
    store.transaction().execute((db) =>
      appendAuditLog(db, clock(), {
        event: 'pictures.shown',
        resourceId: resource.id,
        facts: { session: session.id, ...facts, by },
      }),
    );

  return {
    held,

    /** One attempt as JPEGs, to be looked at. The log has the look before anything is shown. */
    async show(
      engine: Pick<Engine, 'pictures'>,
      resource: Resource,
      session: KeptSession,
      attemptId: number,
      by: string,
    ): Promise<ShownPictures> {
      const clip = await open(resource, session, { kind: 'clip', attemptId });
      const photograph = await open(resource, session, { kind: 'reference', attemptId: 0 });
      const sessionImage = await open(resource, session, { kind: 'sessionImage', attemptId });
      const decode = (file: Buffer | null) => (file ? engine.pictures(file).catch(noneOfBroken) : []);
      const frames = await decode(clip);
      const [reference = null] = await decode(photograph);
      if (frames.length > 0 || sessionImage || reference)
        await audit(resource, session, by, {
          attempt: attemptId,
          frames: frames.length,
          sessionImage: sessionImage !== null,
          reference: reference !== null,
        });
      return { frames, sessionImage, reference };
    },

    /** A file as it came. @throws ServiceError `SessionImageNotFound` */
    async file(
      resource: Resource,
      session: KeptSession,
      wanted: Pick<KeptFile, 'kind' | 'attemptId'>,
      by: string,
    ): Promise<Buffer> {
      const file = await open(resource, session, wanted);
      if (!file) throw new ServiceError('SessionImageNotFound');
      await audit(resource, session, by, { file: wanted.kind, attempt: wanted.attemptId });
      return file;
    },
  };
}
