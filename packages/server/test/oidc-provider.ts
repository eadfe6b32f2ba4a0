import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';

/** A small OpenID Connect provider of one client, for attacks that no true one makes: signs everybody in as its `subject`. */
export interface OidcProvider {
  issuer: string;
  subject: string;
  /** Changes claims of the ID tokens. */
  claims: Record<string, unknown>;
  /** Whether ID tokens are signed. */
  signs: boolean;
  end(): Promise<void>;
}

export const CLIENT_ID = 'bonafide';

export async function startOidcProvider(): Promise<OidcProvider> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'test', alg: 'RS256', use: 'sig' };
  /** What each code was given for. */
  const codes = new Map<string, { nonce: string; challenge: string; redirectUri: string }>();

  const server = createServer((request, response) => {
    void answer(request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const provider: OidcProvider = {
    issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    subject: 'subject-1',
    claims: {},
    signs: true,
    end: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', provider.issuer);
    const json = (value: unknown, status = 200) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (url.pathname === '/.well-known/openid-configuration')
      return void json({
        issuer: provider.issuer,
        authorization_endpoint: `${provider.issuer}/authorize`,
        token_endpoint: `${provider.issuer}/token`,
        jwks_uri: `${provider.issuer}/jwks`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
        code_challenge_methods_supported: ['S256'],
      });
    if (url.pathname === '/jwks') return void json({ keys: [jwk] });
    if (url.pathname === '/authorize') {
      const wanted = url.searchParams;
      const code = randomUUID();
      const redirectUri = wanted.get('redirect_uri') ?? '';
      codes.set(code, {
        nonce: wanted.get('nonce') ?? '',
        challenge: wanted.get('code_challenge') ?? '',
        redirectUri,
      });
      const back = new URL(redirectUri);
      back.searchParams.set('code', code);
      back.searchParams.set('state', wanted.get('state') ?? '');
      return void response.writeHead(302, { location: back.href }).end();
    }
    const form = new URLSearchParams(await textOf(request));
    const given = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (given?.challenge !== challenge || given.redirectUri !== form.get('redirect_uri'))
      return void json({ error: 'invalid_grant' }, 400);
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      ...{ iss: provider.issuer, aud: CLIENT_ID, sub: provider.subject, iat: now, exp: now + 300 },
      ...{ email: 'ada@example.com', nonce: given.nonce, ...provider.claims },
    };
    const idToken = provider.signs
      ? await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'test' }).sign(privateKey)
      : new UnsecuredJWT(claims).encode();
    json({ access_token: 'none', token_type: 'Bearer', id_token: idToken });
  }
  return provider;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
