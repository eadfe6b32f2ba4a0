import type { FastifyInstance } from 'fastify';
import { imageOperation } from '../detect/operations.js';
import type { Face } from '../face.js';
import { resourceOf } from './callers.js';

/** The route that gives a session image as bytes; the generations differ in its path. Ids are told apart by case. */
export function mountSessionImages(app: FastifyInstance, { sessions, callers }: Face, path: string): void {
  app.get<{ Params: { imageId: string } }>(
    `${path}/:imageId`,
    { onRequest: callers.application, schema: imageOperation },
    async (request, reply) => {
      const { imageId } = request.params;
      const jpeg = await sessions.image(resourceOf(request), imageId);
      return reply
        .type('application/octet-stream')
        .header('content-disposition', `attachment; filename=${imageId}.jpg; filename*=UTF-8''${imageId}.jpg`)
        .send(jpeg);
    },
  );
}
