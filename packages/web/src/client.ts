import {
  captureDigest,
  SessionStartAnswer,
  type LivenessErrorName,
  type SessionStartRequest,
} from '@bonafide/protocol';
import { Check } from '@sinclair/typebox/value';

/** The service, as a session's token opens it to this device. */
export interface Client {
  sessionId: string;
  start(request: SessionStartRequest): Promise<SessionStartAnswer>;
  /** @param onProgress told of the share that was sent, 0..1 */
  detect(
    capture: SentCapture,
    onProgress: (share: number) => void,
  ): Promise<{ resultId: string; digest: string }>;
  /** Gives the attempt up; also works while the page goes away. Errors are of no interest any more. */
  end(reason: LivenessErrorName): Promise<void>;
}

/** What a detect call carries. */
export interface SentCapture {
  nonce: string;
  content: Uint8Array;
  /** JSON text of `bonafide-capture/1`. */
  metadata: string;
  verifyImage: Blob | null;
}

/** What went wrong with a call. */
export type CallFault =
  | { kind: 'network' }
  | { kind: 'timeout' }
  /** The service answered with an error; `code` is that of its body. */
  | { kind: 'refused'; status: number; code: string; retryAfterMs: number | null }
  /** The answer is not what the service says: something between changes it. */
  | { kind: 'garbled' };

export class CallError extends Error {
  override readonly name = 'CallError';
  constructor(readonly fault: CallFault) {
    super(fault.kind === 'refused' ? `the service answered ${fault.status} ${fault.code}` : fault.kind);
  }
}

/** The device routes are the same in every version of the API. */
const API = 'face/v1.2';
const CALL_TIMEOUT_MS = 20_000;
/** A capture of 4 MB over a slow line, and its judging. */
const DETECT_TIMEOUT_MS = 120_000;

/**
 * Reads a session token: it names its session and service, so that a device needs nothing else. Only the service can tell
 * whether it is genuine. Null when it is no session token.
 */
export function openClient(token: string, signal: AbortSignal): Client | null {
  const claims = readClaims(token);
  if (!claims) return null;
  const { sessionId, kind } = claims;
  const url = (route: string) => `${claims.endpoint.replace(/\/+$/, '')}/${API}/${route}`;
  const authorization = `Bearer ${token}`;
  const post = (route: string, body: object, keepalive = false) =>
    fetch(url(route), {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      keepalive,
      credentials: 'omit',
      signal: keepalive ? AbortSignal.timeout(CALL_TIMEOUT_MS) : anySignal(signal, CALL_TIMEOUT_MS),
    });

  return {
    sessionId,
    async start(request) {
      const response = await post('session/start', request).catch((error: unknown) => {
        signal.throwIfAborted();
        throw new CallError({ kind: isTimeout(error) ? 'timeout' : 'network' });
      });
      if (!response.ok)
        throw refusal(response.status, await response.text(), response.headers.get('retry-after'));
      const answer: unknown = await response.json().catch(() => null);
      if (!Check(SessionStartAnswer, answer)) throw new CallError({ kind: 'garbled' });
      return answer;
    },
    async detect({ nonce, content, metadata, verifyImage }, onProgress) {
      const form = new FormData();
      form.append('Content', new Blob([content as BlobPart], { type: 'image/webp' }), 'video.webp');
      form.append('Metadata', metadata);
      if (verifyImage) form.append('VerifyImage', verifyImage, 'reference');
      const route = kind === 'liveness' ? 'detectLiveness' : 'detectLivenessWithVerify';
      const answer = await upload(url(`${route}/singleModal`), authorization, form, onProgress, signal);
      const { status, header } = answer;
      // The body of an answer may hold the verdict: it is read only where the call was refused.
      if (status >= 400) throw refusal(status, answer.text(), header('retry-after'));
      const resultId = header('apim-request-id') ?? '';
      const digest = await captureDigest(
        { sessionId, requestId: resultId, nonce, content, metadata },
        sha256,
      );
      if (resultId === '' || header('x-bonafide-digest') !== digest) throw new CallError({ kind: 'garbled' });
      return { resultId, digest };
    },
    end: (reason) => post('session/attempt/end', { reason }, true).then(() => undefined),
  };
}

/** SHA-256 by WebCrypto. */
export async function sha256(data: Uint8Array | string): Promise<Uint8Array> {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as BufferSource));
}

function readClaims(
  token: string,
): { sessionId: string; kind: 'liveness' | 'livenessWithVerify'; endpoint: string } | null {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    const { sid, kind, endpoint } = claims;
    if (typeof sid !== 'string' || typeof endpoint !== 'string') return null;
    if (kind !== 'liveness' && kind !== 'livenessWithVerify') return null;
    const { protocol } = new URL(endpoint);
    return protocol === 'https:' || protocol === 'http:' ? { sessionId: sid, kind, endpoint } : null;
  } catch {
    return null;
  }
}

interface Answer {
  status: number;
  header(name: string): string | null;
  text(): string;
}

/** A POST that tells of its progress, which fetch cannot. */
function upload(
  url: string,
  authorization: string,
  form: FormData,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', url);
    request.setRequestHeader('authorization', authorization);
    request.timeout = DETECT_TIMEOUT_MS;
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onload = () =>
      resolve({
        status: request.status,
        header: (name) => request.getResponseHeader(name),
        text: () => request.responseText,
      });
    request.onerror = () => reject(new CallError({ kind: 'network' }));
    request.ontimeout = () => reject(new CallError({ kind: 'timeout' }));
    request.onabort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', () => request.abort(), { once: true });
    if (signal.aborted) reject(signal.reason as Error);
    else request.send(form);
  });
}

function refusal(status: number, body: string, retryAfter: string | null): CallError {
  let code = String(status);
  try {
    const parsed = JSON.parse(body) as { error?: { code?: unknown } };
    if (typeof parsed.error?.code === 'string') code = parsed.error.code;
  } catch {
    // A gateway's own page: its status has to do.
  }
  const seconds = Number(retryAfter ?? NaN);
  return new CallError({
    kind: 'refused',
    status,
    code,
    retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : null,
  });
}

/** AbortSignal.any is younger than the browsers that have a camera callback. */
function anySignal(signal: AbortSignal, timeoutMs: number): AbortSignal {
  const controller = new AbortController();
  const abort = () => controller.abort(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  setTimeout(() => controller.abort(new DOMException('no answer in time', 'TimeoutError')), timeoutMs);
  return controller.signal;
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError';
}
