import { Readable } from 'node:stream';
import { Type, type Static } from '@sinclair/typebox';
import { ServiceError } from '../errors.js';
import { exportLab } from '../lab/export.js';
import { TARGETS, type Labels, type Presentation } from '../lab/presentations.js';
import {
  Choice,
  Nothing,
  NullableText,
  NullableTime,
  Time,
  toNullableTime,
  toTime,
  type ManagementApp,
} from './app.js';
import type { ManagementParts } from './parts.js';
import { ById, ByName, Count } from './resource-routes.js';

const SEE = 'see resources, policies, sessions, usage and the audit log';
const RECORD = 'record, see, correct, delete and export presentations of the lab';

const Label = Choice(['bonafide', 'attack'] as const);
const Species = Type.String({
  pattern: '^[a-z0-9][a-z0-9-]{0,39}$',
  description: 'of the attack instrument: print, replay, mask, ...; lower case',
});
/** A spreadsheet must not take it for a formula. */
const Instrument = Type.String({
  pattern: '^(?![=+@-])[^\\u0000-\\u001f\\u007f]{0,80}$',
  description: 'which one: paper and printer, make of the screen, ...',
});
const SubjectCode = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$',
  description: 'stands for a person and names nobody',
});
const Shown = {
  label: Label,
  species: Type.Optional(Species),
  instrument: Type.Optional(Instrument),
};

const Item = {
  id: Type.String(),
  label: Label,
  species: Type.String(),
  instrument: Type.String(),
  subject: Type.String(),
  createdBy: Type.String(),
  createdAt: Time,
  recordedAt: NullableTime,
  sizeBytes: Type.Union([Count, Type.Null()]),
};
const Bytes = (mediaType: string, description: string) =>
  Type.Unsafe<Readable | Buffer>({
    description,
    content: { [mediaType]: { schema: { type: 'string', format: 'binary' } } },
  });

/** The lab of a resource: a set of presentations with what they really show, to measure and to calibrate on. */
export function addLabRoutes(app: ManagementApp, parts: ManagementParts): void {
  const { presentations, recording, links, access, endpoint, clock } = parts;
  const tags = ['lab'];
  const base = '/resources/:name/lab';

  app.get(
    base,
    {
      schema: {
        summary: 'How the set of the lab has grown, and what it should grow to',
        tags,
        params: ByName,
        response: {
          200: Type.Object({
            subjects: Count,
            bonaFide: Type.Object({ recorded: Count, subjects: Count }),
            species: Type.Array(Type.Object({ species: Type.String(), recorded: Count, subjects: Count })),
            targets: Type.Object({ bonaFide: Count, species: Count }),
          }),
        },
      },
    },
    async (request) => {
      const { resource } = await access.resource(request, SEE);
      return { ...(await presentations.growth(resource)), targets: TARGETS };
    },
  );

  app.post(
    `${base}/presentations`,
    {
      schema: {
        summary: 'Begin a presentation: a link for a phone, good once, or a token for the page that asks',
        description:
          'The first one of a subject brings the consent that was confirmed, word for word. What is not recorded within ten minutes is dropped.',
        tags,
        params: ByName,
        body: Type.Object(
          {
            ...Shown,
            subject: SubjectCode,
            consent: Type.Optional(Type.String({ minLength: 20, maxLength: 4000 })),
            by: Choice(['link', 'token'] as const),
          },
          { additionalProperties: false },
        ),
        response: {
          201: Type.Object({
            id: Type.String(),
            link: NullableText,
            authToken: NullableText,
            expiresAt: Time,
          }),
        },
      },
    },
    async (request, reply) => {
      const { resource, person } = await access.resource(request, RECORD);
      const { subject, consent = null, by, ...shown } = request.body;
      const { presentation, session, token } = await recording.plan(
        resource,
        { ...labelsOf(shown), subject, consent },
        person.name,
      );
      const { id } = presentation;
      const link = by === 'link' ? `${endpoint()}/?s=${await links.create(session)}` : null;
      const authToken = by === 'token' ? token : null;
      return reply.code(201).send({ id, link, authToken, expiresAt: toTime(session.expiresAtMs) });
    },
  );

  app.get(
    `${base}/presentations`,
    {
      schema: {
        summary: 'Presentations of the lab, newest first',
        tags,
        params: ByName,
        querystring: Type.Object({
          label: Type.Optional(Label),
          species: Type.Optional(Species),
          subject: Type.Optional(SubjectCode),
          next: Type.String({ pattern: '^(\\d{1,15}\\.[0-9a-f-]{36})?$', default: '' }),
          top: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
        }),
        response: {
          200: Type.Object({ presentations: Type.Array(Type.Object(Item)), next: NullableText }),
        },
      },
    },
    async (request) => {
      const { resource } = await access.resource(request, RECORD);
      const { next, top, ...filter } = request.query;
      const [, createdAtMs = '', id = ''] = /^(\d+)\.(.+)$/.exec(next) ?? [];
      const before = id === '' ? undefined : { createdAtMs: Number(createdAtMs), id };
      const found = await presentations.list(resource, filter, { before, top: top + 1 });
      const shown = found.slice(0, top);
      const last = shown.at(-1);
      return {
        presentations: shown.map(toItem),
        next: found.length > top && last ? `${last.createdAtMs}.${last.id}` : null,
      };
    },
  );

  app.get(
    `${base}/presentations/:id`,
    {
      schema: {
        summary: 'One presentation, and what its capture says of itself; the audit log says who looked',
        tags,
        params: ById,
        response: {
          200: Type.Object({
            ...Item,
            capture: Type.Union([
              Type.Object({
                sessionId: Type.String(),
                nonce: Type.String(),
                challenge: Type.Unknown({ description: 'bonafide-challenge/1' }),
                metadata: Type.Unknown({ description: 'bonafide-capture/1' }),
              }),
              Type.Null(),
            ]),
          }),
        },
      },
    },
    async (request) => {
      const { resource, person } = await access.resource(request, RECORD);
      const presentation = await presentations.get(resource, request.params.id);
      if (presentation.recordedAtMs === null) return { ...toItem(presentation), capture: null };
      const { companion } = await presentations.show(resource, presentation.id, person.name);
      const { sessionId, nonce, challenge, metadata } = companion;
      return { ...toItem(presentation), capture: { sessionId, nonce, challenge, metadata } };
    },
  );

  app.get(
    `${base}/presentations/:id/clip`,
    {
      schema: {
        summary: 'The clip of a presentation; the audit log says who looked',
        tags,
        params: ById,
        response: { 200: Bytes('image/webp', 'the clip as it was captured') },
      },
    },
    async (request, reply) => {
      const { resource, person } = await access.resource(request, RECORD);
      const { content } = await presentations.show(resource, request.params.id, person.name);
      return reply.type('image/webp').send(content);
    },
  );

  app.patch(
    `${base}/presentations/:id`,
    {
      schema: {
        summary: 'Correct what a presentation shows; the audit log keeps what it said before',
        tags,
        params: ById,
        body: Type.Object(Shown, { additionalProperties: false }),
        response: { 200: Type.Object(Item) },
      },
    },
    async (request) => {
      const { resource, person } = await access.resource(request, RECORD);
      const labels = labelsOf(request.body);
      return toItem(await presentations.relabel(resource, request.params.id, labels, person.name));
    },
  );

  app.delete(
    `${base}/presentations/:id`,
    {
      schema: {
        summary: 'Delete a presentation with its clip',
        tags,
        params: ById,
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      const { resource, person } = await access.resource(request, RECORD);
      await presentations.remove(resource, request.params.id, person.name);
      return reply.code(204).send(null);
    },
  );

  app.get(
    `${base}/subjects`,
    {
      schema: {
        summary: 'Subjects of the lab, with what each agreed to and who confirmed it',
        tags,
        params: ByName,
        response: {
          200: Type.Array(
            Type.Object({
              code: Type.String(),
              recorded: Count,
              consentText: Type.String(),
              confirmedBy: Type.String(),
              confirmedAt: Time,
            }),
          ),
        },
      },
    },
    async (request) => {
      const { resource } = await access.resource(request, RECORD);
      const subjects = await presentations.subjects(resource);
      return subjects.map(({ confirmedAtMs, ...subject }) => ({
        ...subject,
        confirmedAt: toTime(confirmedAtMs),
      }));
    },
  );

  app.delete(
    `${base}/subjects/:code`,
    {
      schema: {
        summary: 'A subject has withdrawn: delete everything of them',
        tags,
        params: Type.Object({ ...ByName.properties, code: SubjectCode }),
        response: { 200: Type.Object({ presentations: Count }) },
      },
    },
    async (request) => {
      const { resource, person } = await access.resource(request, RECORD);
      const { code } = request.params;
      return { presentations: await presentations.removeSubject(resource, code, person.name) };
    },
  );

  app.get(
    `${base}/export`,
    {
      schema: {
        summary: 'The recorded set as a tar archive that `bonafide evaluate` takes once it is unpacked',
        tags,
        params: ByName,
        response: { 200: Bytes('application/x-tar', 'clips, their companions and manifest.csv') },
      },
    },
    async (request, reply) => {
      const { resource, person } = await access.resource(request, RECORD);
      const recorded = await presentations.recorded(resource);
      if (recorded.length === 0)
        throw new ServiceError('NotPossible', { message: 'Nothing was recorded yet.' });
      await presentations.logExport(resource, recorded.length, person.name);
      const fileName = `lab-${resource.name}-${toTime(clock()).slice(0, 10)}.tar`;
      return reply
        .header('content-disposition', `attachment; filename="${fileName}"`)
        .type('application/x-tar')
        .send(Readable.from(exportLab(presentations, recorded, resource.name), { objectMode: false }));
    },
  );
}

/** @throws ServiceError where an attack is of no species */
function labelsOf({ label, species, instrument = '' }: ShownLabels): Labels {
  if (label === 'bonafide') return { label, species: '', instrument: '' };
  if (species === undefined)
    throw new ServiceError('InvalidRequestBody', { message: 'species: say which kind of instrument it is.' });
  return { label, species, instrument };
}

type ShownLabels = {
  label: Static<typeof Label>;
  species?: string | undefined;
  instrument?: string | undefined;
};

function toItem({ createdAtMs, recordedAtMs, ...presentation }: Presentation) {
  const { id, label, species, instrument, subject, createdBy, sizeBytes } = presentation;
  return {
    ...{ id, label, species, instrument, subject, createdBy, sizeBytes },
    createdAt: toTime(createdAtMs),
    recordedAt: toNullableTime(recordedAtMs),
  };
}
