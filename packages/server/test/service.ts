import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LightMyRequestResponse } from 'fastify';
import { createServer, type FaceServer, type ServerConfig } from '../src/index.js';
import { createFakeEngine, type FakeEngine } from './fake-engine.js';

/** A service of its own data folder, a fake engine and a clock that a test moves. */
export interface TestService extends FaceServer {
  engine: FakeEngine;
  dataDir: string;
  key: string;
  /** Present time of the service, ms. */
  now: number;
  call(method: Method, url: string, options?: CallOptions): Promise<LightMyRequestResponse>;
  /** Closes the service and removes its folder. */
  end(): Promise<void>;
}

type Method = 'GET' | 'POST' | 'DELETE' | 'PATCH' | 'PUT' | 'OPTIONS';

interface CallOptions {
  /** Defaults to the key of the resource `default`; null sends none. */
  key?: string | null;
  token?: string;
  json?: unknown;
  form?: Record<string, string | Uint8Array>;
  headers?: Record<string, string>;
  payload?: string | Buffer;
}

export async function startService(config: Partial<ServerConfig> = {}): Promise<TestService> {
  const dataDir = config.dataDir ?? mkdtempSync(join(tmpdir(), 'bonafide-'));
  const engine = createFakeEngine();
  const time = { now: Date.parse('2026-11-24T12:00:00Z') };
  const server = await createServer({
    modelsDir: 'none',
    port: 0,
    engine,
    clock: () => time.now,
    passwordCost: { N: 2 ** 10, r: 8, p: 1 },
    ...config,
    dataDir,
  });
  const { key1 } = await server.resources.keys('default');
  return {
    ...server,
    engine,
    dataDir,
    key: key1,
    get now() {
      return time.now;
    },
    set now(value: number) {
      time.now = value;
    },
    call: (method, url, options = {}) => server.app.inject({ method, url, ...toRequest(options, key1) }),
    async end() {
      await server.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function toRequest({ key, token, json, form, headers = {}, payload }: CallOptions, ownKey: string) {
  const credentials: Record<string, string> = {};
  if (token !== undefined) credentials['authorization'] = `Bearer ${token}`;
  else if (key !== null) credentials['ocp-apim-subscription-key'] = key ?? ownKey;
  if (form) {
    const { body, contentType } = toMultipart(form);
    return { payload: body, headers: { 'content-type': contentType, ...credentials, ...headers } };
  }
  if (json !== undefined)
    return {
      payload: JSON.stringify(json),
      headers: { 'content-type': 'application/json', ...credentials, ...headers },
    };
  return { headers: { ...credentials, ...headers }, ...(payload !== undefined && { payload }) };
}

/** A form as browsers send it: texts plain, bytes as files. */
export function toMultipart(form: Record<string, string | Uint8Array>): {
  body: Buffer;
  contentType: string;
} {
  const boundary = `----test-${randomUUID()}`;
  const parts = Object.entries(form).flatMap(([name, value]) => {
    const file = typeof value === 'string' ? '' : '; filename="video.webp"\r\nContent-Type: image/webp';
    return [
      Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`),
      Buffer.from(value as string),
      Buffer.from('\r\n'),
    ];
  });
  return {
    body: Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]),
    contentType: `multipart/form-data; boundary=${boundary}`,
  };
}

/** Bytes that the fake engine judges as `word` and that show the face of this name; large enough for a reference image. */
export function clip(word: string, face?: string): Buffer {
  return Buffer.concat([
    createHash('sha512').update(word).digest(),
    Buffer.alloc(1100, 1),
    Buffer.from(`${face === undefined ? '' : ` face:${face}`} ${word}`),
  ]);
}

export const SESSIONS = '/face/v1.1-preview.1/detectliveness/singlemodal/sessions';
export const VERIFY_SESSIONS = '/face/v1.1-preview.1/detectlivenesswithverify/singlemodal/sessions';
export const DETECT = '/face/v1.1-preview.1/detectliveness/singlemodal';
export const DETECT_VERIFY = '/face/v1.1-preview.1/detectlivenesswithverify/singlemodal';
export const SESSIONS_B = '/face/v1.3-preview.1/detectLiveness-sessions';
export const PASSIVE = {
  livenessOperationMode: 'passive',
  deviceCorrelationId: '723d6d03-ef33-40a8-9682-23a1feb7bccd',
};

/** A live check of an unbound clip; what the device and the application read of it. */
export async function liveCheck(service: TestService, word = 'realface') {
  const created = await service.call('POST', SESSIONS, { json: PASSIVE });
  const { sessionId, authToken } = created.json<{ sessionId: string; authToken: string }>();
  const form = { Content: clip(word), Metadata: '{}' };
  const device = await service.call('POST', DETECT, { token: authToken, form });
  const result = await service.call('GET', `${SESSIONS}/${sessionId}`);
  const { body } = result.json<{
    result: { response: { body: { livenessDecision: string; modelVersionUsed: string } } };
  }>().result.response;
  return { sessionId, device, result, ...body };
}
