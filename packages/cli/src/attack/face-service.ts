import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { SessionStartAnswer, type Companion } from '@bonafide/protocol';
import { Type, type Static, type TSchema } from '@sinclair/typebox';
import { Check } from '@sinclair/typebox/value';
import { createTurns } from '@bonafide/server';
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

/** What became of a capture, and what its time went to, ms. */
export interface Presented {
  outcome: CaptureOutcome;
  /** Until the challenge had passed. */
  waitMs: number;
  /** Until a place among the uploads was free. */
  queueMs: number;
  /** From the upload to the answer. */
  judgeMs: number;
}

/** A running service, seen by an app server with its key and by that app's devices. Its methods throw {@link NotJudgedError}. */
export interface FaceService {
  open(): Promise<OpenSession>;
  /** Sends a capture once it can have been made, and reads what became of it. */
  present(
    session: OpenSession,
    capture: { file: Uint8Array; metadata: Companion['metadata'] },
  ): Promise<Presented>;
  /** Calls so far that the service put off, by the status it put them off with. */
  readonly putOff: Readonly<Record<string, number>>;
}

/** A service did not judge a capture for a reason that lies not in the capture: no attack failed by it. */
export class NotJudgedError extends Error {
  override readonly name = 'NotJudgedError';
  constructor(readonly code: string) {
    super(`the service did not judge: ${code}`);
  }
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
/** Statuses of a call that came too early, and of refusals that lie in the capture. All others say nothing about it. */
const PUT_OFF = [429, 503];
const JUDGED = [400, 409];

export interface FaceServiceOptions {
  /** Such as http://127.0.0.1:8080. */
  endpoint: string;
  /** Of the resource that is tested. */
  key: string;
  /** Captures that the service is given at a time; more than it has room for come again and again, and cost both sides. */
  uploads: number;
  signal: AbortSignal;
}

/** Opens a service for red-team captures. */
export function openFaceService({ endpoint, key, uploads, signal }: FaceServiceOptions): FaceService {
  const url = (path: string) => `${endpoint.replace(/\/+$/, '')}/${path}`;
  const asApp = { 'Ocp-Apim-Subscription-Key': key };
  const turns = createTurns(uploads);
  const putOff: Record<string, number> = {};

  async function call(path: string, init: RequestInit): Promise<Response> {
    for (let retry = 0; ; retry++) {
      const response = await fetch(url(path), { ...init, signal }).catch((cause: unknown) => {
        signal.throwIfAborted();
        throw new Failure(`no service answers at ${endpoint}`, { cause });
      });
      if (!PUT_OFF.includes(response.status)) return response;
      putOff[response.status] = (putOff[response.status] ?? 0) + 1;
      if (retry === MAX_RETRIES) return response;
      await pause(1000 * Number(response.headers.get('retry-after') ?? 1), signal);
    }
  }

  return {
    putOff,

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

    async present(session, { file, metadata }) {
      // No capture can last longer than its nonce is old: an attacker waits too, but where all that does not fit anyway.
      const lastMs = Math.max(
        ...metadata.frames.map(({ timeMs }) => timeMs),
        ...metadata.steps.map(({ shownAtMs, doneAtMs }) => doneAtMs ?? shownAtMs),
      );
      const readyMs = performance.now();
      if (metadata.nonce === session.nonce)
        await pause(session.startedAtMs + lastMs - performance.now(), signal);
      const passedMs = performance.now();
      await turns.take(signal);
      try {
        const sentMs = performance.now();
        const outcome = await judge(session, file, metadata);
        const judgeMs = performance.now() - sentMs;
        return { outcome, waitMs: passedMs - readyMs, queueMs: sentMs - passedMs, judgeMs };
      } finally {
        turns.give();
      }
    },
  };

  async function judge(
    { sessionId, token }: OpenSession,
    file: Uint8Array,
    metadata: Companion['metadata'],
  ): Promise<CaptureOutcome> {
    const form = new FormData();
    form.append('Content', new Blob([new Uint8Array(file)], { type: 'image/webp' }), 'video.webp');
    form.append('Metadata', JSON.stringify(metadata));
    const response = await call(ROUTE, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: form,
    });
    if (!response.ok) {
      const code = await codeOf(response);
      if (!JUDGED.includes(response.status)) throw new NotJudgedError(code);
      return { decision: 'refused', code };
    }
    await response.arrayBuffer();
    const judged = await call(`${ROUTE}/sessions/${sessionId}`, { headers: asApp });
    const { result } = await answerOf(judged, Result);
    return { decision: result.response.body.livenessDecision };
  }
}

async function codeOf(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => null);
  return Check(Refusal, body) ? body.error.code : String(response.status);
}

async function answerOf<T extends TSchema>(response: Response, schema: T): Promise<Static<T>> {
  // Nothing can be tested with a wrong key.
  if (response.status === 401) throw new Failure('the service answered 401: is the key that of a resource?');
  if (!response.ok) throw new NotJudgedError(await codeOf(response));
  const body: unknown = await response.json().catch(() => null);
  if (!Check(schema, body)) throw new Failure('the service gave an answer that is not its contract');
  return body;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return ms <= 0 ? Promise.resolve() : delay(ms, undefined, { signal });
}
