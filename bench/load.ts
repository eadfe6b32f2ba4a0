// The callers of the bench: a process of its own, so that what they cost does not count as the service's.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** What the bench asks of its callers. */
export interface Order {
  endpoint: string;
  key: string;
  clipFile: string;
  /** How many send one check after another at the same time. */
  clients: number;
  /** Ends after so many checks of each client, or so many seconds. */
  until: { checks: number } | { seconds: number };
}

/** What they saw: the time of each device call, its upload included, and how many were turned away. */
export interface Seen {
  wallMs: number[];
  refused: number;
  seconds: number;
}

/** A device that is turned away comes again after this, ms. */
const COME_AGAIN_MS = 200;

process.on('message', (order: Order) => {
  send(order).then(
    (seen) => process.send?.(seen),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});

async function send({ endpoint, key, clipFile, clients, until }: Order): Promise<Seen> {
  const clip = new Blob([readFileSync(clipFile)], { type: 'image/webp' });
  const seen: Seen = { wallMs: [], refused: 0, seconds: 0 };
  const start = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async () => {
      for (let done = 0; goesOn(done);) {
        const token = await createSession();
        const ms = await detect(token);
        if (ms === null) {
          seen.refused++;
          await delay(COME_AGAIN_MS);
        } else {
          seen.wallMs.push(ms);
          done++;
        }
      }
    }),
  );
  seen.seconds = (performance.now() - start) / 1000;
  return seen;

  function goesOn(done: number): boolean {
    return 'checks' in until ? done < until.checks : performance.now() - start < 1000 * until.seconds;
  }

  async function createSession(): Promise<string> {
    const answer = await fetch(`${endpoint}/face/v1.1-preview.1/detectLiveness/singleModal/sessions`, {
      method: 'POST',
      headers: { 'ocp-apim-subscription-key': key, 'content-type': 'application/json' },
      body: '{"livenessOperationMode":"passive","deviceCorrelationId":"bench"}',
    });
    if (!answer.ok) throw new Error(`a session was refused: ${await answer.text()}`);
    return ((await answer.json()) as { authToken: string }).authToken;
  }

  /** Time of a check, ms; null when the service was busy. */
  async function detect(token: string): Promise<number | null> {
    const form = new FormData();
    form.set('Content', clip, 'video.webp');
    form.set('Metadata', 'none');
    const sent = performance.now();
    const answer = await fetch(`${endpoint}/face/v1.1-preview.1/detectLiveness/singleModal`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: form,
    });
    const body = await answer.text();
    if (answer.status === 503) return null;
    if (answer.status !== 204) throw new Error(`a check was refused: ${body}`);
    return performance.now() - sent;
  }
}
