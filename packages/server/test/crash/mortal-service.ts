import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** A service that dies and comes back under the same address and data folder. */
export interface MortalService {
  url: string;
  key: string;
  /** Ends the process without a warning, and starts another. */
  kill(): Promise<void>;
  /** Ends it for good. */
  end(): Promise<void>;
}

/** The port that the system gives out, once: a restarted service must come back to it. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** @param dataDir of the service; @param cacheDir where its bundle goes, inside the repository so that packages are found */
export async function startMortalService(dataDir: string, cacheDir: string): Promise<MortalService> {
  const script = join(cacheDir, 'service-process.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('service-process.ts', import.meta.url))],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
  const port = await freePort();

  async function start(): Promise<{ process: ChildProcess; key: string }> {
    const child = spawn(process.execPath, [script, dataDir, String(port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const key of createInterface(child.stdout)) return { process: child, key };
    throw new Error(`the service did not start: exit code ${child.exitCode}`);
  }

  let running = await start();
  async function stop(): Promise<void> {
    const ended = once(running.process, 'exit');
    running.process.kill('SIGKILL');
    await ended;
  }
  return {
    url: `http://127.0.0.1:${port}`,
    key: running.key,
    async kill() {
      await stop();
      running = await start();
    },
    end: stop,
  };
}
