import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type FaceServer, type ServerConfig } from '@bonafide/server';
import { root } from './browser.js';

/** The real service with its networks, and what an application server does with its key. */
export interface TestService {
  server: FaceServer;
  dataDir: string;
  endpoint: string;
  key: string;
  createSession(options?: SessionOptions): Promise<{ sessionId: string; authToken: string }>;
  /** The session as the application server reads it. */
  readSession(sessionId: string, options?: SessionOptions): Promise<SessionBody>;
  close(): Promise<void>;
}

interface SessionOptions {
  mode?: 'Passive' | 'PassiveActive';
  verify?: boolean;
  /** Reference photograph that the application server sends. */
  verifyImage?: Uint8Array;
  settings?: Record<string, unknown>;
}

/** Of generation A. */
export interface SessionBody {
  status: string;
  result?: {
    digest: string;
    requestId: string;
    response: {
      statusCode: number;
      body: { livenessDecision?: string; verifyResult?: { isIdentical: boolean }; error?: { code: string } };
    };
  };
}

const API = 'face/v1.2-preview.1';

/**
 * Starts a service of its own data folder on a free port.
 * @param mount adds to the service before it listens
 */
export async function startService(
  config: Partial<ServerConfig> = {},
  mount: (server: FaceServer) => Promise<void> = async () => undefined,
): Promise<TestService> {
  const dataDir = mkdtempSync(join(tmpdir(), 'bonafide-e2e-'));
  const server = await createServer({
    dataDir,
    modelsDir: join(root, 'models'),
    port: 0,
    workers: 1,
    ...config,
  });
  await mount(server);
  const endpoint = await server.listen();
  const { key1: key } = await server.resources.keys('default');
  const path = (verify: boolean | undefined) =>
    `${endpoint}/${API}/${verify ? 'detectLivenessWithVerify' : 'detectLiveness'}/singleModal/sessions`;

  const call = async (url: string, init: RequestInit): Promise<unknown> => {
    const response = await fetch(url, {
      ...init,
      headers: { 'ocp-apim-subscription-key': key, ...init.headers },
    });
    if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
    return response.json();
  };

  return {
    server,
    dataDir,
    endpoint,
    key,
    async createSession({ mode = 'Passive', verify, verifyImage, settings } = {}) {
      const parameters = JSON.stringify({
        livenessOperationMode: mode,
        deviceCorrelationId: '723d6d03-ef33-40a8-9682-23a1feb7bccd',
        ...settings,
      });
      let init: RequestInit = { headers: { 'content-type': 'application/json' }, body: parameters };
      if (verifyImage) {
        const form = new FormData();
        form.append('Parameters', parameters);
        form.append('VerifyImage', new Blob([Buffer.from(verifyImage)]), 'reference.png');
        init = { body: form };
      }
      const answer = await call(path(verify), { method: 'POST', ...init });
      return answer as { sessionId: string; authToken: string };
    },
    readSession: async (sessionId, { verify } = {}) =>
      (await call(`${path(verify)}/${sessionId}`, { method: 'GET' })) as SessionBody,
    async close() {
      await server.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
