/**
 * The relying party of the tutorial: your app server, in one file. It holds the key of the Face service; the person's browser
 * never sees it. Read it from top to bottom:
 *
 *   browser                     app server (this file)            Face service
 *      |-- 1 start a check ---------->|                                |
 *      |                              |-- 2 create session (key) ----->|
 *      |                              |<-- sessionId, authToken -------|
 *      |<-- 3 authToken --------------|                                |
 *      |-- 4 <bonafide-liveness>.start(authToken): camera, guidance, clip -->|
 *      |<-- 5 resultId, digest; never a verdict ------------------------|
 *      |-- 6 "done": resultId, digest >|                               |
 *      |                              |-- 7 get session (key) -------->|
 *      |                              |<-- decision, digest -----------|
 *      |<-- 8 in, or not -------------|   compare, decide, delete      |
 *
 * It needs nothing but Node.js. `main.ts` runs it on its own; the Face service mounts the same function as its demo page.
 */
import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { BodyError, readBody, readJson, redirect, refuse, send, sendFile } from './plain-http.js';

/** What the app server needs to know. */
export interface AppServerConfig {
  /** Calls the Face service: a path (`/face/...`) and the options of `fetch`. */
  face: (path: string, options: RequestInit) => Promise<Response>;
  /** A key of your resource at the Face service. Read at every call, so that it can be replaced at any time. */
  key: () => Promise<string>;
  /** Where browsers reach the Face service; the page's Content-Security-Policy lets it call there. */
  endpoint: () => string;
  /** Folder of the page's files; as built from `page/` when left out. */
  pageFolder?: string;
  /** Folder of the client SDK, its script and its assets; as built in `packages/web` when left out. */
  sdkFolder?: string;
  /** Where this server is mounted, `/demo`; empty for the root. */
  basePath?: string;
  /**
   * Origins of apps whose page lies in the app itself, `https://localhost` and `capacitor://localhost`: they may call from
   * there. No cookie crosses origins; such an app keeps its visitor's id by itself.
   */
  appOrigins?: readonly string[];
  /** Tell the browser what the service decided. Never in production: it helps to try attacks until one works. */
  showResult?: boolean;
  /** Present time, ms. */
  clock?: () => number;
}

/** How a check verifies: not at all, or against a photograph that this server or the page brings. */
const KINDS = ['liveness', 'photo-from-server', 'photo-from-page'] as const;
type Kind = (typeof KINDS)[number];

/** A session that a visitor has begun and not used yet. */
interface Pending {
  sessionId: string;
  kind: Kind;
  startedAtMs: number;
}

/** Tokens live ten minutes unless asked otherwise; what is not completed by then is forgotten. */
const PENDING_MS = 600_000;
/** More visitors at a time than that push the oldest one out. A real app keeps this in its session store. */
const MAX_PENDING = 1_000;
/** The service takes reference photographs of up to 6 MB. */
const MAX_PHOTO_BYTES = 6 * 1024 * 1024;
const MAX_JSON_BYTES = 4 * 1024;

const PAGE_FOLDER = fileURLToPath(new URL('../dist/page', import.meta.url));
const SDK_FOLDER = fileURLToPath(new URL('../../../packages/web/dist', import.meta.url));

/** The app server as a listener for `http.createServer`. */
export function createAppServer(config: AppServerConfig): RequestListener {
  const { basePath = '', appOrigins = [], showResult = false, clock = Date.now } = config;
  const { pageFolder = PAGE_FOLDER, sdkFolder = SDK_FOLDER } = config;
  const pending = new Map<string, Pending>();

  /** Steps 1 to 3: the page asks for a check; this server creates the session and hands out its token. */
  async function startCheck(request: IncomingMessage, response: ServerResponse, kind: Kind): Promise<void> {
    const photo = kind === 'photo-from-server' ? await readBody(request, MAX_PHOTO_BYTES) : null;
    const known = visitorOf(request);
    const visitor = known ?? randomUUID();
    const isApp = appOrigins.includes(request.headers.origin ?? '');
    if (!known && !isApp) setVisitor(visitor, request, response, basePath);
    // One session at a time for a visitor: a check that is begun again makes the last one worthless.
    await dropPending(visitor);

    // Step 2. The device's id is a random one that tells nothing about the person.
    const settings = { livenessOperationMode: 'passive', deviceCorrelationId: randomUUID() };
    const answer = await callFace('POST', sessionsPath(kind), createBody(settings, photo));
    if (!answer.ok) return refuse(response, statusFor(answer), await messageOf(answer));
    const created = (await answer.json()) as {
      sessionId: string;
      authToken: string;
      verifyImage?: { qualityForRecognition: string };
    };
    remember(visitor, { sessionId: created.sessionId, kind, startedAtMs: clock() });

    // Step 3. The token opens this one session until it expires, and nothing else: the browser may have it.
    send(response, 200, {
      authToken: created.authToken,
      ...(isApp && { visitor }),
      ...(created.verifyImage && {
        photo: {
          quality: created.verifyImage.qualityForRecognition,
          // Which rules for photographs lowered the quality: `Blurred, Tilted`.
          failedRules: answer.headers.get('x-bonafide-photo-rules')?.split(', ') ?? [],
        },
      }),
    });
  }

  /** Steps 6 to 8: the page says that it is done; this server asks the service itself, compares, and decides. */
  async function completeCheck(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { resultId, digest } = await readJson(request, MAX_JSON_BYTES);
    if (typeof resultId !== 'string' || typeof digest !== 'string' || !/^[0-9A-F]{64}$/.test(digest))
      return refuse(response, 400, 'Expected resultId and digest, as the SDK returned them.');

    // The visitor's session is taken out of the map before anything else happens: it is good for one completion, right or
    // wrong. A replayed completion, or one for somebody else's session, finds nothing.
    const visitor = visitorOf(request);
    const check = visitor && pending.get(visitor);
    if (!visitor || !check || clock() - check.startedAtMs > PENDING_MS)
      return refuse(response, 409, 'There is no check of yours to complete; start another one.');
    pending.delete(visitor);

    // Step 7. The result comes from the service, under the key; what a browser says about itself counts for nothing.
    const path = `${sessionsPath(check.kind)}/${check.sessionId}`;
    const answer = await callFace('GET', path);
    if (!answer.ok) return refuse(response, 502, 'The result could not be fetched.');
    const session = (await answer.json()) as FaceSession;
    const decided = decide(session, { resultId, digest }, check.kind);

    // What is not needed any more is deleted: the service forgets the session, and its token is dead.
    await callFace('DELETE', path);

    // Step 8. Let the person in, or not. Why not is for your log and not for the browser.
    send(response, 200, {
      accepted: decided.accepted,
      ...(showResult && { shown: { reason: decided.reason, ...session.result?.response.body } }),
    });
  }

  /** Deletes the session that a visitor began and never completed. */
  async function dropPending(visitor: string): Promise<void> {
    const left = pending.get(visitor);
    if (!left) return;
    pending.delete(visitor);
    await callFace('DELETE', `${sessionsPath(left.kind)}/${left.sessionId}`);
  }

  function remember(visitor: string, check: Pending): void {
    for (const [other, { startedAtMs }] of pending)
      if (pending.size >= MAX_PENDING || clock() - startedAtMs > PENDING_MS) pending.delete(other);
    pending.set(visitor, check);
  }

  async function callFace(method: string, path: string, body?: string | FormData): Promise<Response> {
    const headers: Record<string, string> = { 'Ocp-Apim-Subscription-Key': await config.key() };
    // A FormData brings its own content type, with the boundary in it.
    if (typeof body === 'string') headers['Content-Type'] = 'application/json';
    return config.face(path, { method, headers, ...(body !== undefined && { body }) });
  }

  async function answerRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://any');
    if (url.pathname === basePath && basePath !== '') return redirect(response, `${basePath}/`);
    const path = url.pathname.slice(basePath.length);
    const { origin } = request.headers;
    if (origin !== undefined && appOrigins.includes(origin)) {
      allowApp(origin, response);
      if (request.method === 'OPTIONS') return void response.writeHead(204).end();
    }
    if (request.method === 'POST' && path === '/api/checks') {
      const kind = KINDS.find((name) => name === url.searchParams.get('kind'));
      if (!kind) return refuse(response, 400, `Expected ?kind= with one of ${KINDS.join(', ')}.`);
      return startCheck(request, response, kind);
    }
    if (request.method === 'POST' && path === '/api/checks/complete') return completeCheck(request, response);
    if (request.method !== 'GET') return refuse(response, 405, 'Nothing here takes this method.');
    const file = path.startsWith('/sdk/')
      ? { folder: sdkFolder, path: path.slice('/sdk/'.length) }
      : { folder: pageFolder, path: path === '/' ? 'index.html' : path };
    await sendFile(response, file, contentSecurityPolicy(config.endpoint()));
  }

  return (request, response) => {
    answerRequest(request, response).catch((error: unknown) => {
      if (error instanceof BodyError) return refuse(response, error.status, error.message);
      console.error(error);
      if (response.headersSent) response.destroy();
      else refuse(response, 500, 'Something went wrong here.');
    });
  };
}

// --- What is asked of the Face service ------------------------------------------------------------------------------

/**
 * Sessions in generation A of the API, as the tutorial has it. Generation B (`/face/v1.2/detectLiveness-sessions`) differs in
 * three places: creating a session with a photograph takes flat form fields and `verifyImage`; the result is
 * `results.attempts[0].result` with `livenessDecision`, `digest` and `verifyResult` in it; DELETE answers 204 instead of 200.
 */
function sessionsPath(kind: Kind): string {
  const path = kind === 'liveness' ? 'detectLiveness' : 'detectLivenessWithVerify';
  return `/face/v1.1-preview.1/${path}/singleModal/sessions`;
}

/** JSON, or with a photograph the parts `Parameters` and `VerifyImage`. */
function createBody(settings: object, photo: Buffer | null): string | FormData {
  if (!photo) return JSON.stringify(settings);
  const form = new FormData();
  form.append('Parameters', JSON.stringify(settings));
  form.append('VerifyImage', new Blob([new Uint8Array(photo)]), 'photo');
  return form;
}

/** The members of a session that matter here. */
interface FaceSession {
  status: string;
  result?: {
    requestId: string;
    digest: string;
    response: {
      body: {
        livenessDecision?: 'realface' | 'spoofface' | 'uncertain';
        verifyResult?: { isIdentical: boolean; matchConfidence: number };
      };
    };
  };
}

/** The decision of this app: accept only what is certain, recent, and about the very clip that the device has sent. */
export function decide(
  session: FaceSession,
  device: { resultId: string; digest: string },
  kind: Kind,
): { accepted: boolean; reason: string } {
  const { result } = session;
  const no = (reason: string) => ({ accepted: false, reason });
  if (session.status !== 'ResultAvailable' || !result) return no('the service has no result');
  // The device computed the digest from what it sent; the service from what it received. If they differ, the result is about
  // another clip: somebody else used the token, or something on the way replaced the upload.
  if (result.requestId !== device.resultId || !isEqual(result.digest, device.digest))
    return no('the digest is not the one of this result');
  const { livenessDecision, verifyResult } = result.response.body;
  // `uncertain` is not a pass. Let the person try again, and after some attempts take another way.
  if (livenessDecision !== 'realface') return no(`the decision is ${livenessDecision ?? 'missing'}`);
  if (kind !== 'liveness' && verifyResult?.isIdentical !== true)
    return no('not the person of the photograph');
  return { accepted: true, reason: 'realface' };
}

function isEqual(a: string, b: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}

/** A refused photograph is the person's matter, a full service passes; anything else is between this server and that one. */
function statusFor({ status }: Response): number {
  return status === 400 || status === 429 || status === 503 ? status : 502;
}

async function messageOf(answer: Response): Promise<string> {
  const body = (await answer.json().catch(() => ({}))) as { error?: { message?: string } };
  // Of a 5xx or a refused key the person can do nothing.
  if (answer.status === 400 && body.error?.message) return body.error.message;
  return answer.status === 429 || answer.status === 503
    ? 'Too many checks at the moment; try again in a minute.'
    : 'The check could not be started.';
}

// --- Visitors: a random id, in a cookie or sent by an app; nothing else ---------------------------------------------------

function visitorOf(request: IncomingMessage): string | undefined {
  const { authorization = '', cookie = '' } = request.headers;
  return (/^Bearer ([\w-]{36})$/.exec(authorization) ??
    /(?:^|;\s*)visitor=([\w-]{36})(?:;|$)/.exec(cookie))?.[1];
}

function setVisitor(
  visitor: string,
  request: IncomingMessage,
  response: ServerResponse,
  basePath: string,
): void {
  const secure = 'encrypted' in request.socket ? '; Secure' : '';
  response.setHeader(
    'Set-Cookie',
    `visitor=${visitor}; Path=${basePath}/; HttpOnly; SameSite=Strict${secure}`,
  );
}

/** Lets an app's page call from its own origin (Fetch standard, CORS); without credentials, so that no cookie comes along. */
function allowApp(origin: string, response: ServerResponse): void {
  response.setHeader('Vary', 'Origin');
  response.setHeader('Access-Control-Allow-Origin', origin);
  response.setHeader('Access-Control-Allow-Methods', 'POST');
  response.setHeader('Access-Control-Allow-Headers', 'Authorization, Content-Type');
}

/**
 * All that the SDK needs: its own scripts and worker, WebAssembly, pictures and video that it makes itself, and calls to the
 * Face service. No inline script or style, no `unsafe-eval`, no other host.
 */
function contentSecurityPolicy(endpoint: string): string {
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self' blob:",
    `connect-src 'self' ${new URL(endpoint).origin}`,
    "style-src 'self'",
    "img-src 'self' blob:",
    "media-src 'self' blob:",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
