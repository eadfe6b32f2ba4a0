import { Type } from '@sinclair/typebox';
import { AUDIT_DAYS } from '../audit-retention.js';
import type { Person } from '../people/people.js';
import type { Store } from '../store/sqlite.js';
import { Time, toTime, type ManagementApp } from './app.js';
import type { ManagementParts } from './parts.js';
import { resourceNames } from './me.js';
import { ByName } from './resource-routes.js';

const SEE = 'see resources, policies, sessions, usage and the audit log';
const Entry = Type.Object({
  seq: Type.Integer(),
  at: Time,
  event: Type.String(),
  resource: Type.Union([Type.String(), Type.Null()], {
    description: 'its name; its id once it is deleted; null for the installation',
  }),
  facts: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()])),
  hash: Type.String(),
});
const Page = Type.Object({
  entries: Type.Array(Entry),
  next: Type.Union([Type.Integer(), Type.Null()], { description: 'to be sent as before, for the next page' }),
});
const Query = Type.Object({
  before: Type.Optional(Type.Integer({ minimum: 1 })),
  event: Type.Optional(Type.String({ maxLength: 40 })),
  top: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
});

const Days = Type.Union([
  Type.Integer({ minimum: AUDIT_DAYS.least, maximum: AUDIT_DAYS.most }),
  Type.Null({ description: 'every entry is kept' }),
]);
const Retention = Type.Object({
  days: Days,
  removed: Type.Integer({ description: 'entries that are gone, from the first on' }),
});

/** The append-only audit log, newest first, and whether its chain is whole. */
export function addAuditRoutes(app: ManagementApp, parts: ManagementParts): void {
  const { store, access, auditRetention } = parts;
  const tags = ['audit'];

  const read = async (
    person: Person,
    resourceId: string | null,
    page: { before?: number; event?: string; top: number },
  ) => {
    const rows = await entries(store, resourceId, page);
    const names = await resourceNames(parts, person);
    return {
      entries: rows.slice(0, page.top).map((row) => ({
        seq: row.seq,
        at: toTime(row.atMs),
        event: row.event,
        resource: row.resourceId === null ? null : (names.get(row.resourceId) ?? row.resourceId),
        facts: JSON.parse(row.facts) as Record<string, string | number | boolean | null>,
        hash: row.hash,
      })),
      next: rows.length > page.top ? (rows[page.top - 1]?.seq ?? null) : null,
    };
  };

  app.get(
    '/audit',
    {
      schema: {
        summary: 'The audit log of the whole installation, newest first',
        tags,
        querystring: Query,
        response: { 200: Page },
      },
    },
    async (request) => read(access.installation(request, SEE), null, request.query),
  );

  app.get(
    '/resources/:name/audit',
    {
      schema: {
        summary: 'The audit log of one resource, newest first',
        tags,
        params: ByName,
        querystring: Query,
        response: { 200: Page },
      },
    },
    async (request) => {
      const { resource, person } = await access.resource(request, SEE);
      return read(person, resource.id, request.query);
    },
  );

  app.get(
    '/audit/verification',
    {
      schema: {
        summary: 'Recompute the chain of the audit log from the first entry that is kept',
        tags,
        response: {
          200: Type.Object({
            whole: Type.Boolean(),
            entries: Type.Integer({ description: 'that are whole' }),
            removed: Type.Integer({ description: 'before them, which retention removed' }),
            head: Type.String({ description: 'hash of the last whole entry; keep it elsewhere' }),
            fault: Type.Union([Type.Object({ seq: Type.Integer(), reason: Type.String() }), Type.Null()]),
            checkedAt: Time,
          }),
        },
      },
    },
    async (request) => {
      access.installation(request, SEE);
      const verdict = await parts.verifyAuditLog();
      return {
        ...verdict,
        whole: verdict.fault === null,
        checkedAt: toTime(parts.clock()),
      };
    },
  );

  const retention = async () => ({
    days: await auditRetention.days(),
    removed: (await auditRetention.cut()).seq,
  });

  app.get(
    '/audit/retention',
    {
      schema: {
        summary: 'How long the audit log is kept',
        tags,
        response: { 200: Retention },
      },
    },
    async (request) => {
      access.installation(request, SEE);
      return retention();
    },
  );

  app.put(
    '/audit/retention',
    {
      schema: {
        summary:
          'Keep entries of the audit log for so many days, or all of them; for Owners of the installation',
        tags,
        body: Type.Object({ days: Days }, { additionalProperties: false }),
        response: { 200: Retention },
      },
    },
    async (request) => {
      const owner = access.installation(request, 'set how long the audit log is kept');
      await auditRetention.keepFor(request.body.days, owner.name);
      return retention();
    },
  );
}

function entries(
  store: Store,
  resourceId: string | null,
  { before, event, top }: { before?: number; event?: string; top: number },
) {
  let query = store
    .selectFrom('auditLog')
    .selectAll()
    .orderBy('seq', 'desc')
    .limit(top + 1);
  if (resourceId !== null) query = query.where('resourceId', '=', resourceId);
  if (before !== undefined) query = query.where('seq', '<', before);
  if (event !== undefined) query = query.where('event', '=', event);
  return query.execute();
}
