import { AssetError, startWorker } from './assets.js';
import type { Pixels } from './sampler.js';
import type { WebpAnswer, WebpRequest } from './webp-worker.js';

/** Encodes still WebP files, in a worker. */
export interface WebpEncoder {
  /**
   * Encodes a picture, whose memory is given away, so that it keeps to `maxBytes`: where it does not, the quality steps down
   * the ladder and stays there for the pictures that follow.
   */
  encode(picture: Pixels, maxBytes: number): Promise<Uint8Array>;
  close(): void;
}

/** Qualities of libwebp, 0..100; what the last cannot keep within its bytes is taken as it is. */
const QUALITY_LADDER = [80, 70, 55, 40, 25, 10] as const;
/** How long the encoder may take to load, ms. */
const LOAD_TIMEOUT_MS = 60_000;

/** Loads the encoder. @throws AssetError */
export async function openWebpEncoder(assetBase: string, signal: AbortSignal): Promise<WebpEncoder> {
  const worker = startWorker(assetBase, 'webp.js');
  const send = (request: WebpRequest, transfer: Transferable[] = []) => worker.postMessage(request, transfer);
  interface Waiting {
    resolve: (encoded: { file: Uint8Array; picture: Pixels }) => void;
    reject: (error: Error) => void;
  }
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let rung = 0;

  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (message: string) => {
        const error = new AssetError(message);
        reject(error);
        for (const { reject: rejectFrame } of waiting.values()) rejectFrame(error);
      };
      const timer = setTimeout(() => fail(`${assetBase} did not load in time`), LOAD_TIMEOUT_MS);
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      worker.addEventListener('error', () => fail(`${assetBase}webp.js did not start`));
      worker.addEventListener('message', ({ data: answer }: MessageEvent<WebpAnswer>) => {
        clearTimeout(timer);
        if (answer.kind === 'ready') resolve();
        else if (answer.kind === 'failed') fail(answer.message);
        else {
          waiting.get(answer.id)?.resolve(answer);
          waiting.delete(answer.id);
        }
      });
      send({ kind: 'load', assetBase });
      signal.throwIfAborted();
    });
  } catch (error) {
    worker.terminate();
    throw error;
  }

  const encodeAt = (picture: Pixels, quality: number) =>
    new Promise<{ file: Uint8Array; picture: Pixels }>((resolve, reject) => {
      const id = ++lastId;
      waiting.set(id, { resolve, reject });
      send({ kind: 'encode', id, picture, quality }, [picture.data.buffer as ArrayBuffer]);
    });

  return {
    async encode(picture, maxBytes) {
      for (let pixels = picture; ;) {
        const tried = rung;
        const encoded = await encodeAt(pixels, QUALITY_LADDER[tried] ?? 10);
        if (encoded.file.length <= maxBytes || tried >= QUALITY_LADDER.length - 1) return encoded.file;
        // Frames are encoded in turn, but several may wait: only one of them steps down.
        rung = Math.max(rung, tried + 1);
        pixels = encoded.picture;
      }
    },
    close: () => worker.terminate(),
  };
}
