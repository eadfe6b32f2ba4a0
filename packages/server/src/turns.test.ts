import { describe, expect, it } from 'vitest';
import { createTurns } from './turns.js';

/** Whether a promise has settled once everything that is due was done. */
async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  const later = new Promise((resolve) => setImmediate(resolve, pending));
  return (await Promise.race([promise.catch(() => null), later])) === pending;
}

describe('turns', () => {
  it('come in order, as many at a time as there are places', async () => {
    const turns = createTurns(1);
    await turns.take();
    const second = turns.take();
    const third = turns.take();
    expect([turns.active, turns.waiting]).toEqual([1, 2]);
    turns.give();
    await second;
    expect(await isPending(third)).toBe(true);
    turns.give();
    await third;
    turns.give();
    expect([turns.active, turns.waiting]).toEqual([0, 0]);
  });

  it('are given up by who is aborted, waiting or not yet', async () => {
    const turns = createTurns(1);
    await turns.take();
    const stop = new AbortController();
    const waiting = turns.take(stop.signal);
    stop.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    await expect(turns.take(stop.signal)).rejects.toThrow('gone');
    turns.give();
    await turns.take();
    expect([turns.active, turns.waiting]).toEqual([1, 0]);
  });

  it('come last to whoever is patient, however long others keep coming', async () => {
    const turns = createTurns(1);
    await turns.take();
    const patient = turns.take(undefined, true);
    for (let k = 0; k < 3; k++) {
      const next = turns.take();
      turns.give();
      await next;
    }
    expect([await isPending(patient), turns.waiting]).toEqual([true, 1]);
    turns.give();
    await patient;
    const stop = new AbortController();
    const waiting = turns.take(stop.signal, true);
    stop.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    const closing = turns.close(new Error('closed'));
    turns.give();
    await closing;
  });

  it('end when the last place is free; whoever waits or comes is turned away', async () => {
    const turns = createTurns(1);
    await turns.take();
    const waiting = turns.take();
    const closing = turns.close(new Error('closed'));
    await expect(waiting).rejects.toThrow('closed');
    await expect(turns.take()).rejects.toThrow('closed');
    expect(await isPending(closing)).toBe(true);
    turns.give();
    await closing;
    await turns.close(new Error('closed'));
  });
});
