import { describe, expect, it } from 'vitest';
import { parseCompanion, type Companion } from './companion.js';

const sessionId = '6f1c1d2e-9a4b-4c3d-8e2f-0123456789ab';
const nonce = 'AAAAAAAAAAAAAAAAAAAAAA';
const companion: Companion = {
  schema: 'bonafide-companion/1',
  sessionId,
  nonce,
  challenge: {
    schema: 'bonafide-challenge/1',
    steps: [{ kind: 'turn', id: 0, side: 'left', yawDeg: 15, timeoutMs: 5000 }],
  },
  metadata: {
    schema: 'bonafide-capture/1',
    sessionId,
    nonce,
    client: { name: 'test', version: '1' },
    steps: [{ id: 0, shownAtMs: 0, doneAtMs: null }],
    light: [],
    events: [],
    frames: [{ k: 0, timeMs: 0, stepId: 0, width: 480, height: 640 }],
    chain: 'ab'.repeat(32),
  },
};

describe('a companion', () => {
  it('survives JSON', () => {
    expect(parseCompanion(JSON.parse(JSON.stringify(companion)))).toEqual(companion);
  });

  it.each([
    ['/sessionId', { ...companion, sessionId: 'not a uuid' }],
    ['/nonce', { ...companion, nonce: 'short' }],
    ['/schema', { ...companion, schema: 'bonafide-companion/2' }],
    ['/metadata/chain', { ...companion, metadata: { ...companion.metadata, chain: 'AB'.repeat(32) } }],
    ['/challenge/steps', { ...companion, challenge: { ...companion.challenge, steps: [] } }],
    ['the whole', 'text'],
  ])('that is wrong at %s says where', (where, value) => {
    expect(() => parseCompanion(value)).toThrow(where);
  });
});
