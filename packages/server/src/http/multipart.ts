import { Busboy } from '@fastify/busboy';
import { ServiceError } from '../errors.js';

/** One part of a form: its bytes, whatever its headers say. */
export interface Part {
  bytes: Buffer;
  /** As sent, without folders; null where none was sent. */
  fileName: string | null;
}

/** Parts by their lower-case names. */
export type Parts = ReadonlyMap<string, Part>;

/** No request of the contract has more; a hundred headers of a part are an attack. */
const LIMITS = { parts: 32, fieldNameSize: 100, headerPairs: 32, headerSize: 16 * 1024 };

/**
 * Takes a `multipart/form-data` body apart. Clients differ in every header of a part (file names missing, quoted or not;
 * media types of texts and files swapped), so that only names count.
 * @throws ServiceError `BadArgument` when the body is cut short, has no boundary, a part without a name, or a name twice
 */
export function parseMultipart(body: Buffer, contentType: string): Promise<Parts> {
  return new Promise((resolve, reject) => {
    const fail = (cause?: unknown) => reject(new ServiceError('BadArgument', { cause }));
    const parts = new Map<string, Part>();
    let open = 0;
    let ended = false;
    const settle = () => {
      if (ended && open === 0) resolve(parts);
    };
    try {
      const form = new Busboy({
        headers: { 'content-type': contentType },
        limits: LIMITS,
        isPartAFile: () => true,
      });
      form.on('file', (name: string | undefined, stream, fileName: string | undefined) => {
        const chunks: Buffer[] = [];
        open++;
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('error', fail);
        stream.on('end', () => {
          open--;
          const key = name?.toLowerCase();
          if (key === undefined || parts.has(key)) return fail();
          parts.set(key, { bytes: Buffer.concat(chunks), fileName: fileName || null });
          settle();
        });
      });
      form.on('partsLimit', () => fail());
      form.on('error', fail);
      form.on('finish', () => {
        ended = true;
        settle();
      });
      form.end(body);
    } catch (cause) {
      fail(cause);
    }
  });
}
