import type { FaceTemplate } from '@bonafide/engine';
import { appendAuditLog } from './audit-log.js';
import { newUuid, type Clock, type Random } from './clock.js';
import { ServiceError } from './errors.js';
import { openTemplate, sealTemplate } from './references.js';
import type { Resource } from './resources.js';
import type { Store } from './store/sqlite.js';
import type { Vault } from './vault.js';

/** Faces that `/detect` has given an id, for `/verify`; each is its resource's alone and ends with its time. */
export interface Faces {
  /** Keeps faces, sealed, for so long; returns their ids in the same order. */
  keep(resource: Resource, templates: readonly FaceTemplate[], ttlSeconds: number): Promise<string[]>;
  /** @throws ServiceError `FaceNotFound`, also for another resource's face and for one whose time is over */
  get(resource: Resource, faceId: string): Promise<FaceTemplate>;
  /** Removes the faces whose time is over; returns how many. */
  sweep(): Promise<number>;
}

export function createFaces(parts: { store: Store; vault: Vault; clock: Clock; random: Random }): Faces {
  const { store, vault, clock, random } = parts;
  return {
    async keep(resource, templates, ttlSeconds) {
      if (templates.length === 0) return [];
      const rows = templates.map((template) => {
        const id = newUuid(random);
        return {
          id,
          resourceId: resource.id,
          template: sealTemplate(template, vault, contextOf(resource, id)),
          expiresAtMs: clock() + ttlSeconds * 1000,
        };
      });
      await store.transaction().execute(async (db) => {
        await db.insertInto('faces').values(rows).execute();
        await appendAuditLog(db, clock(), {
          event: 'faces.kept',
          resourceId: resource.id,
          facts: { faces: rows.length, seconds: ttlSeconds },
        });
      });
      return rows.map(({ id }) => id);
    },
    async get(resource, faceId) {
      const id = faceId.toLowerCase();
      const row = await store
        .selectFrom('faces')
        .select('template')
        .where('id', '=', id)
        .where('resourceId', '=', resource.id)
        .where('expiresAtMs', '>', clock())
        .executeTakeFirst();
      if (!row) throw new ServiceError('FaceNotFound');
      return openTemplate(row.template, vault, contextOf(resource, id));
    },
    async sweep() {
      const { numDeletedRows } = await store
        .deleteFrom('faces')
        .where('expiresAtMs', '<=', clock())
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}

function contextOf({ id }: Resource, faceId: string): string {
  return `face ${faceId} of ${id}`;
}
