import { createHash } from 'node:crypto';
import type { Engine, FaceTemplate } from '@bonafide/engine';
import { ServiceError } from './errors.js';
import { toServiceError } from './engine-errors.js';
import type { Reference } from './session.js';
import type { Sealer } from './vault.js';

/** A reference photograph that was inspected, with the template that captures are compared with. */
export interface InspectedReference extends Reference {
  template: FaceTemplate;
  /** Codes of the photo rules that lowered its quality, for the application and the log. */
  failedRules: string[];
}

/** Sizes that the contract names for images, bytes. */
const MIN_BYTES = 1024;
export const MAX_IMAGE_BYTES = 6 * 1024 * 1024;

/** @throws ServiceError `InvalidImageSize` */
export function checkImageSize({ length }: Uint8Array): void {
  if (length < MIN_BYTES || length > MAX_IMAGE_BYTES) throw new ServiceError('InvalidImageSize');
}

/** @throws ServiceError `InvalidImageSize`, `InvalidImage`, `NoFaceDetected`, `MultipleFaces`, `FaceTooSmall` */
export async function inspectReference(
  engine: Engine,
  image: Uint8Array,
  source: Reference['source'],
): Promise<InspectedReference> {
  checkImageSize(image);
  try {
    const report = await engine.inspectReference(image);
    return {
      source,
      sha256: createHash('sha256').update(image).digest('hex').toUpperCase(),
      faceRectangle: report.faceRectangle,
      quality: report.qualityForRecognition,
      template: report.template,
      failedRules: report.failedRules.map(({ code }) => code),
    };
  } catch (error) {
    throw toServiceError(error);
  }
}

const REFERENCE = 'reference template';

/** A template as it is stored; `context` says whose it is. */
export function sealTemplate(template: FaceTemplate, sealer: Sealer, context = REFERENCE): Buffer {
  const entries = Object.entries(template).map(([network, embedding]) => [
    network,
    Buffer.from(embedding.buffer, embedding.byteOffset, embedding.byteLength).toString('base64'),
  ]);
  return sealer.seal(Buffer.from(JSON.stringify(Object.fromEntries(entries))), context);
}

/** The inverse of {@link sealTemplate}. @throws VaultError */
export function openTemplate(sealed: Uint8Array, sealer: Sealer, context = REFERENCE): FaceTemplate {
  const stored = JSON.parse(sealer.open(sealed, context).toString()) as Record<string, string>;
  return Object.fromEntries(
    Object.entries(stored).map(([network, text]) => {
      const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
      return [network, new Float32Array(bytes.buffer)];
    }),
  );
}
