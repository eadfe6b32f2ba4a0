import { expect } from 'vitest';

interface Answer {
  status: string;
  body: unknown;
  headers: object;
}

/** Reads answers the way an application does: what the client's own `isUnexpected` says is a failure. */
export function createReader(isUnexpected: (answer: never) => boolean) {
  return {
    /** The body of a success. */
    good<T extends Answer>(answer: T): Extract<T, { status: '200' }>['body'] {
      if (isUnexpected(answer as never)) throw new Error(`${answer.status}: ${JSON.stringify(answer.body)}`);
      return answer.body as Extract<T, { status: '200' }>['body'];
    },

    /** Status and error of a failure. */
    refusal(answer: Answer): [status: string, error: unknown] {
      if (!isUnexpected(answer as never)) throw new Error(`${answer.status}: expected a failure`);
      const { error } = answer.body as { error: { code: string } };
      expect(answer.headers).toMatchObject({
        'x-ms-error-code': error.code,
        'apim-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      });
      return [answer.status, error];
    },
  };
}

/** The error of a session that is unknown or deleted. */
export const SESSION_NOT_FOUND = {
  code: 'SessionNotFound',
  message: 'Session Id is not found. The session id is expired or does not exist.',
};
/** An id that nothing has. */
export const NOBODY = '00000000-0000-4000-8000-000000000000';
