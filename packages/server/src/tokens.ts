import { errors, jwtVerify, SignJWT } from 'jose';
import type { Clock, Random } from './clock.js';
import { newUuid } from './clock.js';
import { ServiceError } from './errors.js';
import { SIGNING_ALGORITHM, type SigningKeys } from './signing-keys.js';
import type { SessionKind } from './session.js';

/** Session tokens: what a device holds, good for the device routes of one session until it expires. */
export interface SessionTokens {
  /** @param expiresAtMs when the session's token ends */
  issue(session: {
    id: string;
    kind: SessionKind;
    createdAtMs: number;
    expiresAtMs: number;
  }): Promise<string>;
  /** The session that a token stands for. @throws ServiceError `InvalidToken` */
  verify(token: string): Promise<{ sessionId: string; kind: SessionKind }>;
}

const AUDIENCE = 'face-session';
/** Several hosts may issue tokens: one from a clock this much ahead is accepted, s. Its end is never moved. */
const CLOCK_SKEW_S = 60;

/** What the device may call, relative to `{endpoint}/face/{version}`. */
const ROUTES: Record<SessionKind, string[]> = {
  liveness: ['session/start', 'detectLiveness/singleModal', 'session/attempt/end'],
  livenessWithVerify: ['session/start', 'detectLivenessWithVerify/singleModal', 'session/attempt/end'],
};

/** @param endpoint where devices reach the service; part of the token, so that a device needs nothing else */
export function createSessionTokens(
  keys: SigningKeys,
  { endpoint, clock, random }: { endpoint: () => string; clock: Clock; random: Random },
): SessionTokens {
  return {
    async issue({ id, kind, createdAtMs, expiresAtMs }) {
      const { kid, key } = await keys.current();
      return new SignJWT({ sid: id, kind, endpoint: endpoint(), routes: ROUTES[kind] })
        .setProtectedHeader({ alg: SIGNING_ALGORITHM, typ: 'JWT', kid })
        .setIssuer(endpoint())
        .setAudience(AUDIENCE)
        .setIssuedAt(Math.floor(createdAtMs / 1000))
        .setExpirationTime(Math.floor(expiresAtMs / 1000))
        .setJti(newUuid(random))
        .sign(key);
    },
    async verify(token) {
      const now = clock();
      try {
        const { payload } = await jwtVerify(
          token,
          async ({ kid }) => {
            const found = kid === undefined ? null : await keys.find(kid);
            if (!found) throw new errors.JWKSNoMatchingKey();
            return found.key;
          },
          {
            algorithms: [SIGNING_ALGORITHM],
            audience: AUDIENCE,
            requiredClaims: ['iat', 'exp', 'jti', 'sid'],
            currentDate: new Date(now),
          },
        );
        const { sid, kind, iat = Infinity } = payload;
        if (typeof sid !== 'string' || (kind !== 'liveness' && kind !== 'livenessWithVerify'))
          throw new errors.JWTInvalid('not a session token');
        if (iat > now / 1000 + CLOCK_SKEW_S) throw new errors.JWTInvalid('issued in the future');
        return { sessionId: sid, kind };
      } catch (cause) {
        if (!(cause instanceof errors.JOSEError)) throw cause;
        throw new ServiceError('InvalidToken', { cause });
      }
    },
  };
}
