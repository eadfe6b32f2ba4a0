import type { Companion } from '@bonafide/protocol';

const SESSION = '4a0d7a9c-2f1e-4c3b-8d5a-6b7c8d9e0f10';

/** A companion as such, whose metadata are of another attempt. */
export const COMPANION: Companion = {
  schema: 'bonafide-companion/1',
  sessionId: SESSION,
  nonce: 'A'.repeat(22),
  challenge: {
    schema: 'bonafide-challenge/1',
    steps: [{ kind: 'expression', id: 0, expression: 'smile', timeoutMs: 8000 }],
  },
  metadata: {
    schema: 'bonafide-capture/1',
    sessionId: SESSION,
    nonce: 'B'.repeat(22),
    client: { name: 'test', version: '1' },
    steps: [{ id: 0, shownAtMs: 0, doneAtMs: 100 }],
    light: [],
    events: [],
    frames: [{ k: 0, timeMs: 0, stepId: 0, width: 64, height: 64 }],
    chain: '0'.repeat(64),
  },
};
