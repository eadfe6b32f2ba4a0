import { AssetError, startWorker } from './assets.js';
import type { FinderAnswer, FinderRequest, Sight } from './face-finder-worker.js';
import type { Pixels } from './sampler.js';

/** Finds faces in pictures, in a worker. */
export interface FaceFinder {
  /**
   * Looks at the next picture of a sequence, whose memory is given away. One at a time.
   * @param alone the picture belongs to no sequence
   * @throws Error when the networks cannot run here
   */
  look(picture: Pixels, alone?: boolean): Promise<Sight>;
  close(): void;
}

/** Weights and WebAssembly together are about 2 MB; who cannot load them in this time is told so, ms. */
const LOAD_TIMEOUT_MS = 60_000;

/** Loads worker, WebAssembly and weights. @throws AssetError */
export async function openFaceFinder(assetBase: string, signal: AbortSignal): Promise<FaceFinder> {
  const worker = startWorker(assetBase, 'face-finder.js');
  const send = (request: FinderRequest, transfer: Transferable[] = []) =>
    worker.postMessage(request, transfer);
  const waiting = new Map<number, { resolve: (sight: Sight) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (message: string) => {
        reject(new AssetError(message));
        for (const [id, look] of waiting) {
          waiting.delete(id);
          look.reject(new Error(message));
        }
      };
      const timer = setTimeout(() => fail(`${assetBase} did not load in time`), LOAD_TIMEOUT_MS);
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      worker.addEventListener('error', () => fail(`${assetBase}face-finder.js did not start`));
      worker.addEventListener('message', ({ data: answer }: MessageEvent<FinderAnswer>) => {
        clearTimeout(timer);
        if (answer.kind === 'ready') resolve();
        else if (answer.kind === 'failed') fail(answer.message);
        else {
          waiting.get(answer.id)?.resolve(answer.sight);
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
  return {
    look(picture, alone = false) {
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        send({ kind: 'look', id, picture, alone }, [picture.data.buffer as ArrayBuffer]);
      });
    },
    close: () => worker.terminate(),
  };
}
