import { describe, expect, it } from 'vitest';
import { copyInto, createMemoryPool, newMemory } from './memory.js';
import { openWorkspace } from './workspace.js';
import type { Inference } from './inference.js';

const MB = 1024 * 1024;

describe('the memory pool', () => {
  it('gives memory of another clip again when it is large enough, and never less than was asked for', () => {
    const pool = createMemoryPool(4 * MB);
    const first = pool.take(900_000);
    expect(first.length).toBeGreaterThanOrEqual(900_000);
    pool.giveBack(first);
    expect(pool.take(910_000).buffer).toBe(first.buffer);
    expect(pool.take(910_000).buffer).not.toBe(first.buffer);
  });

  it('keeps no more than it may', () => {
    const pool = createMemoryPool(2 * MB);
    const pieces = [pool.take(MB), pool.take(MB), pool.take(MB)];
    pieces.forEach((piece) => pool.giveBack(piece));
    const again = [pool.take(MB), pool.take(MB), pool.take(MB)].map(({ buffer }) => buffer);
    expect(again.filter((buffer) => pieces.some((piece) => piece.buffer === buffer))).toHaveLength(2);
  });

  it('takes a part of a piece back as the whole piece', () => {
    const pool = createMemoryPool(MB);
    const piece = pool.take(MB);
    pool.giveBack(copyInto(piece, new Uint8Array(10)));
    expect(pool.take(MB).buffer).toBe(piece.buffer);
  });
});

describe('a workspace', () => {
  it('keeps its memory until its last job has ended, also after a failure', async () => {
    let finish: () => void = () => undefined;
    const slow = new Promise<null>((resolve) => {
      finish = () => resolve(null);
    });
    const jobs = [slow, Promise.reject(new Error('this job failed'))];
    const run = (() => jobs.shift()) as Inference['run'];
    const given: unknown[] = [];
    const pool = { take: newMemory, giveBack: (memory: unknown) => given.push(memory) };
    const work = openWorkspace({ run, close: async () => undefined }, pool);
    work.allocate(10);
    const first = work.run('warmUp', null);
    await expect(work.run('warmUp', null)).rejects.toThrow('failed');
    const ended = work.end();
    await new Promise((resolve) => setImmediate(resolve));
    expect(given).toHaveLength(0);
    finish();
    await Promise.all([first, ended]);
    expect(given).toHaveLength(1);
  });
});
