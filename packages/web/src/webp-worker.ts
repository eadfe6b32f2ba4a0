/** The worker that encodes frames: libwebp as WebAssembly, whose file lies beside it. */
import encode, { init } from '@jsquash/webp/encode.js';
import type { Pixels } from './sampler.js';

export type WebpRequest =
  { kind: 'load'; assetBase: string } | { kind: 'encode'; id: number; picture: Pixels; quality: number };

export type WebpAnswer =
  | { kind: 'ready' }
  | { kind: 'failed'; message: string }
  | { kind: 'encoded'; id: number; file: Uint8Array; picture: Pixels };

/** Fastest but one of libwebp's methods (0..6): a frame must be done before the next one is chosen. */
const METHOD = 1;

const scope = self as unknown as {
  postMessage(answer: WebpAnswer, transfer?: Transferable[]): void;
  onmessage: ((event: { data: WebpRequest }) => void) | null;
};

scope.onmessage = ({ data: request }) => {
  const done =
    request.kind === 'load'
      ? init({ locateFile: (file: string) => `${request.assetBase}${file}` }).then(() =>
          scope.postMessage({ kind: 'ready' }),
        )
      : encode(request.picture as ImageData, { quality: request.quality, method: METHOD }).then((buffer) => {
          const { id, picture } = request;
          const file = new Uint8Array(buffer);
          scope.postMessage({ kind: 'encoded', id, file, picture }, [file.buffer, picture.data.buffer]);
        });
  done.catch((error: unknown) => scope.postMessage({ kind: 'failed', message: String(error) }));
};
