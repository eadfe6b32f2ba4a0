import * as client from 'openid-client';
import type { Clock } from '../clock.js';
import { ServiceError } from '../errors.js';
import type { Vault } from '../vault.js';

/** A company's OpenID Connect provider. */
export interface OidcConfig {
  /** `https://login.example.com/tenant`; plain HTTP for an address of this machine only. */
  issuer: string;
  clientId: string;
  clientSecret?: string;
  /** How the secret is shown; the form where the provider lists it, the header otherwise, when left out. */
  clientAuth?: ClientAuth;
  /** What the button says; the issuer's host when left out. */
  name?: string;
}

/** Ways to show the provider the client's secret: in the form, or in the header (OpenID Connect Core 1.0, 9). */
export const CLIENT_AUTHS = ['client_secret_post', 'client_secret_basic'] as const;
export type ClientAuth = (typeof CLIENT_AUTHS)[number];

/** Who signed in, as the provider knows them. */
export interface OidcIdentity {
  issuer: string;
  subject: string;
  /** For display; names nobody by itself. */
  name: string;
}

/** What a browser keeps between leaving for the provider and coming back, sealed. */
interface Journey {
  state: string;
  nonce: string;
  verifier: string;
  startedAtMs: number;
  invitation?: string;
  returnTo: string;
}

/** A person may take so long at the provider's pages. */
export const JOURNEY_MS = 10 * 60_000;
const CONTEXT = 'sign-in journey';

/** Sign-in by a company's accounts: authorization code with PKCE, state and nonce (OpenID Connect Core 1.0, 3.1). */
export type Oidc = ReturnType<typeof createOidc>;

export function createOidc(config: OidcConfig, { vault, clock }: { vault: Vault; clock: Clock }) {
  let discovered: Promise<client.Configuration> | null = null;

  const authenticate: client.ClientAuth = (provider, ...request) => {
    const { clientSecret: secret } = config;
    if (secret === undefined) return client.None()(provider, ...request);
    const isPost = clientAuthAt(provider) === 'client_secret_post';
    (isPost ? client.ClientSecretPost(secret) : client.ClientSecretBasic(secret))(provider, ...request);
  };

  /** What most providers agree on, unless the operator knows better: many list both, and take one of each client. */
  function clientAuthAt({
    token_endpoint_auth_methods_supported: listed,
  }: client.ServerMetadata): ClientAuth {
    if (config.clientAuth) return config.clientAuth;
    return listed?.includes('client_secret_post') ? 'client_secret_post' : 'client_secret_basic';
  }

  /** What the operator can do where the provider does not take this service for its client; everything else as it is. */
  function explain(cause: unknown, provider: client.ServerMetadata): unknown {
    if (!isClientRefused(cause)) return cause;
    const refused = 'invalid_client: the provider refused this service as its client';
    if (config.clientSecret === undefined)
      return new Error(`${refused}; it may want a secret (BONAFIDE_OIDC_CLIENT_SECRET)`, { cause });
    const used = clientAuthAt(provider);
    const other = CLIENT_AUTHS.find((method) => method !== used) ?? used;
    return new Error(
      `${refused}, with its secret by ${used}: the secret (BONAFIDE_OIDC_CLIENT_SECRET) is another one, or the ` +
        `provider has this client registered for ${other} (--oidc-client-auth ${other})`,
      { cause },
    );
  }

  /** Looks the provider up once it is needed, so that the service starts without it; a failure is not remembered. */
  async function provider(): Promise<client.Configuration> {
    const issuer = new URL(config.issuer);
    const isLocal = ['127.0.0.1', 'localhost', '[::1]'].includes(issuer.hostname);
    discovered ??= client.discovery(
      issuer,
      config.clientId,
      undefined,
      authenticate,
      isLocal && issuer.protocol === 'http:' ? { execute: [client.allowInsecureRequests] } : {},
    );
    try {
      return await discovered;
    } catch (cause) {
      discovered = null;
      throw new ServiceError('SignInFailed', {
        message: 'The sign-in provider cannot be reached.',
        cause,
      });
    }
  }

  return {
    name: config.name ?? new URL(config.issuer).host,

    /** Where to send the browser, and what it keeps meanwhile. */
    async begin(
      redirectUri: string,
      { invitation, returnTo }: { invitation?: string | undefined; returnTo: string },
    ): Promise<{ url: string; journey: string }> {
      const configuration = await provider();
      const verifier = client.randomPKCECodeVerifier();
      const journey: Journey = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier,
        startedAtMs: clock(),
        returnTo,
        ...(invitation !== undefined && { invitation }),
      };
      const url = client.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: 'openid profile email',
        state: journey.state,
        nonce: journey.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      });
      const sealed = vault.seal(Buffer.from(JSON.stringify(journey)), CONTEXT);
      return { url: url.href, journey: sealed.toString('base64url') };
    },

    /** Who came back. @throws ServiceError `SignInFailed` for whatever does not fit together */
    async finish(
      currentUrl: URL,
      sealed: string,
    ): Promise<{ identity: OidcIdentity; invitation: string | undefined; returnTo: string }> {
      try {
        const journey = JSON.parse(
          vault.open(Buffer.from(sealed, 'base64url'), CONTEXT).toString(),
        ) as Journey;
        if (clock() > journey.startedAtMs + JOURNEY_MS) throw new Error('the journey took too long');
        const configuration = await provider();
        const tokens = await client
          .authorizationCodeGrant(configuration, currentUrl, {
            expectedState: journey.state,
            expectedNonce: journey.nonce,
            pkceCodeVerifier: journey.verifier,
            idTokenExpected: true,
          })
          .catch((cause: unknown) => {
            throw explain(cause, configuration.serverMetadata());
          });
        const claims = tokens.claims();
        if (!claims) throw new Error('no ID token came');
        const { iss: issuer, sub: subject } = claims;
        // By the standard an ID token that comes for a code need not say who somebody is (Core 1.0, 5.4).
        const name =
          nameOf(claims) ??
          (configuration.serverMetadata().userinfo_endpoint === undefined
            ? undefined
            : nameOf(await client.fetchUserInfo(configuration, tokens.access_token, subject)));
        return {
          identity: { issuer, subject, name: name ?? subject },
          invitation: journey.invitation,
          returnTo: journey.returnTo,
        };
      } catch (cause) {
        if (cause instanceof ServiceError) throw cause;
        throw new ServiceError('SignInFailed', {
          message: 'The sign-in at the provider could not be completed; try again.',
          cause,
        });
      }
    },
  };
}

/** The token endpoint says so in the body, or, to a secret in the header, by a challenge (RFC 6749, 5.2). */
function isClientRefused(error: unknown): boolean {
  if (error instanceof client.WWWAuthenticateChallengeError) return error.status === 401;
  return (
    error instanceof client.ResponseBodyError &&
    ['invalid_client', 'unauthorized_client'].includes(error.error)
  );
}

function nameOf(claims: Record<string, unknown>): string | undefined {
  const given = ['email', 'preferred_username', 'name'].map((claim) => claims[claim]);
  return given.find((value): value is string => typeof value === 'string' && value !== '');
}
