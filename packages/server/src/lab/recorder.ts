import { bind, digestOf, readBinding, type Captures } from '../captures.js';
import type { Clock } from '../clock.js';
import { ServiceError } from '../errors.js';
import type { Attempts } from '../attempts.js';
import type { Recording } from './recording.js';

/**
 * The same captures, but sessions of the lab are recorded instead of judged: a capture that belongs to its attempt is kept
 * whatever it shows, for also what a service refuses belongs into its error rates. Nothing says what would have been decided, so
 * that nobody sorts the set by it.
 */
export function recordLab(
  captures: Captures,
  parts: { attempts: Attempts; recording: Pick<Recording, 'keep'>; clock: Clock },
): Captures {
  const { attempts, recording, clock } = parts;
  return {
    async judge(resource, session, call, read) {
      if (!session.lab) return captures.judge(resource, session, call, read);
      return attempts.exclusively(session, async () => {
        const capture = await read();
        const metadata = readBinding(capture);
        if (!metadata)
          throw new ServiceError('InvalidMetadata', {
            message: 'The lab keeps captures of a challenge alone: bonafide-capture/1 metadata is missing.',
          });
        const attempt = await attempts.claim(resource, session, metadata.nonce);
        try {
          const bound = await bind(capture, metadata, session, attempt, clock());
          const { sessionId, nonce, challenge } = bound;
          await recording.keep(resource, session, {
            content: capture.content,
            companion: {
              schema: 'bonafide-companion/1',
              origin: 'captured',
              sessionId,
              nonce,
              challenge,
              metadata,
            },
          });
        } catch (error) {
          await attempts.release(session, attempt);
          throw error;
        }
        return {
          outcome: null,
          digest: await digestOf(session, call, capture, metadata.nonce),
          refusal: null,
        };
      });
    },
  };
}
