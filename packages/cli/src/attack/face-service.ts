import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { SessionStartAnswer, type Companion } from '@bonafide/protocol';
import { Type, type Static, type TSchema } from '@sinclair/typebox';
import { Check } from '@sinclair/typebox/value';
import type { ClipSession } from '@bonafide/simulator';
import { Failure } from '../failure.js';

/** A session as app server and device hold it together. */
export interface OpenSession extends ClipSession {
  token: string;
  /** When the nonce was handed out, ms of {@link performance.now}. */
  startedAtMs: number;
}

/** What became of a capture: the decision that the app server reads, or that it was refused. */
export type CaptureOutcome =
  { decision: 'realface' | 'spoofface' | 'uncertain' } | { decision: 'refused'; code: string };

/** A running service, seen by an app server with its key and by that app's devices. */
export interface FaceService {
  open(): Promise<OpenSession>;
  /** Sends a capture once it can have been made, and reads what became of it. */
  present(
    session: OpenSession,
    capture: { file: Uint8Array; metadata: Companion['metadata'] },
  ): Promise<CaptureOutcome>;
}

const Created = Type.Object({ sessionId: Type.String(), authToken: Type.String() });
const Refusal = Type.Object({ error: Type.Object({ code: Type.String() }) });
const Result = Type.Object({
  result: Type.Object({
    response: Type.Object({
      body: Type.Object({
        livenessDecision: Type.Union([
          Type.Literal('realface'),
          Type.Literal('spoofface'),
          Type.Literal('uncertain'),
        ]),
      }),
    }),
  }),
});

const ROUTE = 'face/v1.2-preview.1/detectLiveness/singleModal';
/** A service that is busy says when to come again; after so many times it is not busy but broken. */
const MAX_RETRIES = 40;

/**
 * Opens a service for red-team captures.
 * @param endpoint such as http://127.0.0.1:8080
 * @param key of the resource that is tested
 */
export function openFaceService(endpoint: string, key: string, signal: AbortSignal): FaceService {
  const url = (path: string) => `${endpoint.replace(/\/+$/, '')}/${path}`;
  const asApp = { 'Ocp-Apim-Subscription-Key': key };

  async function call(path: string, init: RequestInit): Promise<Response> {
    for (let retry = 0; ; retry++) {
      const response = await fetch(url(path), { ...init, signal }).catch((cause: unknown) => {
        signal.throwIfAborted();
        throw new Failure(`no service answers at ${endpoint}`, { cause });
      });
      if ((response.status !== 503 && response.status !== 429) || retry === MAX_RETRIES) return response;
      await pause(1000 * Number(response.headers.get('retry-after') ?? 1), signal);
    }
  }

  return {
    async open() {
      const created = await call(`${ROUTE}/sessions`, {
        method: 'POST',
        headers: { ...asApp, 'content-type': 'application/json' },
        body: JSON.stringify({ livenessOperationMode: 'PassiveActive', deviceCorrelationId: randomUUID() }),
      });
      const { sessionId, authToken: token } = await answerOf(created, Created);
      const started = await call('face/v1.2-preview.1/session/start', {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: '{}',
      });
      const startedAtMs = performance.now();
      const { nonce, challenge } = await answerOf(started, SessionStartAnswer);
      return { sessionId, nonce, challenge, token, startedAtMs };
    },

    async present({ sessionId, nonce, token, startedAtMs }, { file, metadata }) {
      // No capture can last longer than its nonce is old: an attacker waits too, but where all that does not fit anyway.
      const lastMs = Math.max(
        ...metadata.frames.map(({ timeMs }) => timeMs),
        ...metadata.steps.map(({ shownAtMs, doneAtMs }) => doneAtMs ?? shownAtMs),
      );
      if (metadata.nonce === nonce) await pause(startedAtMs + lastMs - performance.now(), signal);
      const form = new FormData();
      form.append('Content', new Blob([new Uint8Array(file)], { type: 'image/webp' }), 'video.webp');
      form.append('Metadata', JSON.stringify(metadata));
      const response = await call(ROUTE, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: form,
      });
      if (response.status >= 500) throw new Failure(`the service answered ${response.status}`);
      if (response.status >= 400) {
        const body: unknown = await response.json().catch(() => null);
        return {
          decision: 'refused',
          code: Check(Refusal, body) ? body.error.code : String(response.status),
        };
      }
      await response.arrayBuffer();
      const judged = await call(`${ROUTE}/sessions/${sessionId}`, { headers: asApp });
      const { result } = await answerOf(judged, Result);
      return { decision: result.response.body.livenessDecision };
    },
  };
}

async function answerOf<T extends TSchema>(response: Response, schema: T): Promise<Static<T>> {
  const body: unknown = await response.json().catch(() => null);
  if (response.ok && Check(schema, body)) return body;
  const code = Check(Refusal, body) ? ` ${body.error.code}` : '';
  throw new Failure(
    response.ok
      ? 'the service gave an answer that is not its contract'
      : `the service answered ${response.status}${code}`,
  );
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return ms <= 0 ? Promise.resolve() : delay(ms, undefined, { signal });
}
