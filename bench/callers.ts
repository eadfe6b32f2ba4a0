import { fork, type ChildProcess, type Serializable } from 'node:child_process';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { cpuMs } from './cpu.js';
import type { Order, Seen } from './load.js';

/** Devices that send checks, in a process of their own. */
export interface Callers {
  /** What the callers saw, what it cost this process a check, and how its event loop fared meanwhile. */
  send(order: Order): Promise<Load>;
  stop(): void;
}

export interface Load {
  seen: Seen;
  /** Of this process and its threads, ms a check. */
  cpuMs: number;
  /** Delay of the event loop that 99 % of its turns stay under, and the longest, ms. */
  loopMs: { p99: number; max: number };
}

/** @param file the built load.mjs */
export function startCallers(file: string): Callers {
  const child = fork(file);
  return {
    async send(order) {
      const loop = monitorEventLoopDelay({ resolution: 1 });
      const cpu = process.cpuUsage();
      loop.enable();
      const seen = await ask<Seen>(child, order);
      loop.disable();
      const checks = Math.max(1, seen.wallMs.length);
      return {
        seen,
        cpuMs: cpuMs(cpu) / checks,
        loopMs: { p99: loop.percentile(99) / 1e6, max: loop.max / 1e6 },
      };
    },
    stop: () => void child.kill(),
  };
}

/** Sends an order to another process of the bench and waits for what it found. */
export async function ask<Answer>(child: ChildProcess, order: Serializable): Promise<Answer> {
  const ended = new AbortController();
  const onExit = () => ended.abort(new Error('a process of the bench ended early'));
  child.once('exit', onExit);
  child.send(order);
  const [answer] = (await once(child, 'message', { signal: ended.signal })) as [Answer];
  child.off('exit', onExit);
  return answer;
}
