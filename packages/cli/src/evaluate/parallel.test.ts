import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { forEachInParallel } from './parallel.js';

const never = new AbortController().signal;

it('does everything once, never more at a time than allowed', async () => {
  const done: number[] = [];
  let running = 0;
  let most = 0;
  await forEachInParallel([1, 2, 3, 4, 5], 2, never, async (item) => {
    most = Math.max(most, ++running);
    await delay(1);
    running--;
    done.push(item);
  });
  expect(done.sort()).toEqual([1, 2, 3, 4, 5]);
  expect(most).toBe(2);
});

it('begins nothing further after a failure', async () => {
  const begun: number[] = [];
  const run = forEachInParallel([1, 2, 3, 4, 5, 6], 2, never, async (item) => {
    begun.push(item);
    await delay(1);
    if (item === 1) throw new Error('broken');
  });
  await expect(run).rejects.toThrow('broken');
  await delay(10);
  expect(begun.length).toBeLessThanOrEqual(3);
});

it('stops when the signal fires', async () => {
  const controller = new AbortController();
  const begun: number[] = [];
  const run = forEachInParallel([1, 2, 3], 1, controller.signal, async (item) => {
    begun.push(item);
    controller.abort(new Error('enough'));
  });
  await expect(run).rejects.toThrow('enough');
  expect(begun).toEqual([1]);
});
