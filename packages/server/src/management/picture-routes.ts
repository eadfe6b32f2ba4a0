import { Type } from '@sinclair/typebox';
import type { Picture as EnginePicture } from '@bonafide/engine';
import { toServiceError } from '../engine-errors.js';
import { endingOf } from '../media.js';
import { Choice, type ManagementApp } from './app.js';
import type { ManagementParts } from './parts.js';
import { BySession, sessionOf } from './session-routes.js';

const SEE_EVIDENCE = 'see evidence, clips, images and the log of one session';
const Attempt = Type.Integer({ minimum: 0, maximum: 1000 });
const Kind = Choice(['clip', 'reference', 'sessionImage'] as const);
const Jpeg = Type.String({ description: 'JPEG, base64' });
const Picture = Type.Object({
  jpeg: Jpeg,
  width: Type.Integer({ description: 'px in the file, which the rectangles of faces are in' }),
  height: Type.Integer(),
});

/** The pictures that are kept of a session. Whoever looks is in the audit log before they see anything. */
export function addPictureRoutes(app: ManagementApp, parts: ManagementParts): void {
  const { keptFiles, engine } = parts;
  const tags = ['sessions'];

  app.get(
    '/resources/:name/sessions/:id/files',
    {
      schema: {
        summary: 'Which clips and pictures are kept of a session',
        tags,
        params: BySession,
        response: {
          200: Type.Array(
            Type.Object({
              kind: Kind,
              attemptId: Type.Integer({ description: '0 for the reference photograph' }),
              bytes: Type.Integer(),
            }),
          ),
        },
      },
    },
    async (request) => {
      const { resource, session } = await sessionOf(parts, request, SEE_EVIDENCE);
      return keptFiles.held(resource, session.id);
    },
  );

  app.get(
    '/resources/:name/sessions/:id/files/:kind/:attempt',
    {
      schema: {
        summary: 'A clip or picture as it came; the audit log says who took it',
        tags,
        params: Type.Object({ ...BySession.properties, kind: Kind, attempt: Attempt }),
        response: { 200: Type.Unsafe<Buffer>(Type.String({ format: 'binary', description: 'the file' })) },
      },
    },
    async (request, reply) => {
      const { resource, person, session } = await sessionOf(parts, request, SEE_EVIDENCE);
      const { kind, attempt } = request.params;
      const file = await keptFiles.file(resource, session, { kind, attemptId: attempt }, person.name);
      const name = `${session.id}-${kind}-${attempt}.${endingOf(file)}`;
      return reply
        .type('application/octet-stream')
        .header('content-disposition', `attachment; filename=${name}`)
        .send(file);
    },
  );

  app.get(
    '/resources/:name/sessions/:id/attempts/:attempt/pictures',
    {
      schema: {
        summary: 'What is kept of an attempt, to be looked at; the audit log says who looked',
        tags,
        params: Type.Object({ ...BySession.properties, attempt: Attempt }),
        response: {
          200: Type.Object({
            frames: Type.Array(Picture, { description: 'of the clip, in order; empty where it is not kept' }),
            sessionImage: Type.Union([Jpeg, Type.Null()], {
              description: 'the picture that stands for the decision',
            }),
            reference: Type.Union([Picture, Type.Null()], {
              description: 'the photograph that was compared with; null where it is not kept',
            }),
          }),
        },
      },
    },
    async (request) => {
      const { resource, person, session } = await sessionOf(parts, request, SEE_EVIDENCE);
      const shown = await keptFiles
        .show(engine, resource, session, request.params.attempt, person.name)
        .catch((error: unknown) => {
          throw toServiceError(error);
        });
      return {
        frames: shown.frames.map(print),
        sessionImage: shown.sessionImage && toBase64(shown.sessionImage),
        reference: shown.reference && print(shown.reference),
      };
    },
  );
}

function print({ jpeg, width, height }: EnginePicture) {
  return { jpeg: toBase64(jpeg), width, height };
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
