import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine, loadPolicy, openLocalInference } from '@bonafide/engine';
import { createServer, type FaceServer } from '@bonafide/server';
import {
  ANNA,
  clipOf,
  greyPicture,
  MODELS_FOLDER,
  portrait,
  swayingClip,
} from '../../packages/engine/test/clips.js';
import { makeCertificates } from './certificates.js';

/** One way to reach the service with its networks. */
export interface Target {
  server: FaceServer;
  endpoint: string;
  key: string;
  /** The authority that a client has to trust, PEM. */
  authority: string | undefined;
}

export type Transport = 'http' | 'https';
export const TRANSPORTS: readonly Transport[] = ['http', 'https'];

/** The service over http and over https, and what is sent to it. */
export interface Stage {
  targets: Record<Transport, Target>;
  /** Moved photographs of one person. */
  clip: Buffer;
  /** A clip that shows nobody. */
  empty: Buffer;
  /** A reference photograph of the person. */
  photo: Buffer;
  close(): Promise<void>;
}

/** Opens the stage; both ways share one engine. */
export async function openStage(): Promise<Stage> {
  const engine = createEngine(await openLocalInference(MODELS_FOLDER), loadPolicy());
  const { authority, ...certificate } = makeCertificates();
  const folders: string[] = [];
  const open = async (https?: typeof certificate): Promise<Target> => {
    const dataDir = mkdtempSync(join(tmpdir(), 'bonafide-conformance-'));
    folders.push(dataDir);
    const server = await createServer({
      dataDir,
      modelsDir: MODELS_FOLDER,
      port: 0,
      engine: { ...engine, close: async () => undefined },
      ...(https && { https }),
    });
    const endpoint = await server.listen();
    const { key1: key } = await server.resources.keys('default');
    return { server, endpoint, key, authority: https && authority };
  };
  const targets = { http: await open(), https: await open(certificate) };
  return {
    targets,
    clip: await swayingClip(ANNA),
    empty: await clipOf(Array.from({ length: 6 }, () => greyPicture())),
    photo: await portrait(ANNA).jpeg({ quality: 92 }).toBuffer(),
    async close() {
      for (const { server } of Object.values(targets)) await server.close();
      await engine.close();
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    },
  };
}
