import { readFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { join, resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { pino } from 'pino';
import {
  CLIENT_AUTHS,
  createServer,
  DEFAULT_HOST,
  DEFAULT_PORT,
  type ClientAuth,
  type FaceServer,
  type OidcConfig,
  type ServerConfig,
} from '@bonafide/server';
import { mountDemo } from '../demo.js';
import { Failure } from '../failure.js';
import { drawQrCode } from '../qr-code.js';
import * as option from './options.js';

/** Levels of the log, quietest last. */
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** When the service has not ended by then, the process ends all the same, ms. */
const END_WITHIN_MS = 4_900;

/** What the service may serve; shown where this build has it. */
const PAGES = [
  ['/demo', 'the demo page'],
  ['/check', 'tests a device: camera, browser, connection'],
  ['/ca.crt', 'what a phone has to trust, for its tests'],
  ['/portal', "the operator's portal"],
  ['/docs', 'the API, to browse'],
  ['/healthz', 'answers 200 while it is ready'],
  ['/metrics', 'for Prometheus'],
  ['/.well-known/jwks.json', 'public keys of its tokens'],
] as const;

interface ServeOptions {
  host: string;
  port: number;
  publicUrl?: string;
  https?: boolean;
  tlsCert?: string;
  tlsKey?: string;
  trustProxy?: true | string;
  webhookAllow?: string[];
  oidcIssuer?: string;
  oidcClientId?: string;
  oidcClientAuth?: ClientAuth;
  oidcName?: string;
  dataDir: string;
  modelsDir: string;
  weights?: string;
  shadowModelsDir?: string;
  policy?: string;
  workers: number;
  demo: boolean;
  logLevel: string;
}

/** Adds `serve`: the Face service, until Ctrl-C. */
export function addServe(program: Command): void {
  program
    .command('serve')
    .summary('run the Face service')
    .description('Runs the Face service until Ctrl-C. `npm start` sets everything up and does the same.')
    .option('--host <address>', 'address to listen on', DEFAULT_HOST)
    .option(
      '--port <n>',
      'port to listen on; 0 takes one that is free',
      option.wholeNumber(0, 65535),
      DEFAULT_PORT,
    )
    .option('--public-url <url>', 'where callers reach it, when that is not where it listens', publicUrl)
    .option('--https', 'serve HTTPS, with a certificate of a CA that is made for this machine')
    .option('--tls-cert <file>', 'serve HTTPS with this certificate and its chain, PEM')
    .option('--tls-key <file>', 'key of --tls-cert, PEM')
    .option(
      '--trust-proxy [addresses]',
      'believe X-Forwarded headers of these proxies (addresses and ranges, commas between), or of any',
    )
    .option(
      '--webhook-allow <addresses>',
      'private addresses and ranges that webhooks may call, with commas between',
      (text: string) => text.split(',').map((address) => address.trim()),
    )
    .option(
      '--oidc-issuer <url>',
      'let people sign in to the portal with accounts of this OpenID Connect provider',
    )
    .option(
      '--oidc-client-id <id>',
      'as the provider knows this service (secret, where it has one: BONAFIDE_OIDC_CLIENT_SECRET)',
    )
    .addOption(
      new Option(
        '--oidc-client-auth <method>',
        'how the provider takes that secret from this client; by the form, where it lists that, when left out',
      ).choices(CLIENT_AUTHS),
    )
    .option('--oidc-name <name>', 'what the button for it says')
    .addOption(option.dataDir())
    .addOption(option.modelsDir())
    .addOption(option.weights())
    .option(
      '--shadow-models-dir <dir>',
      'folder of other weights, which score live sessions without deciding where a policy says so',
      (dir: string) => resolve(dir),
    )
    .addOption(option.policyFile())
    .addOption(option.workers())
    .option('--no-demo', 'do not serve the demo page of the development resource')
    .addOption(
      new Option('--log-level <level>', 'what goes to standard error, as JSON lines')
        .choices(LOG_LEVELS)
        .default('warn'),
    )
    .addHelpText(
      'after',
      `
Examples:
  npm start
  npm start -- --https --host 0.0.0.0
  npm start -- --port 18080 --data-dir /var/lib/bonafide
  npx --no bonafide serve --host 0.0.0.0 --public-url https://face.example.com --trust-proxy 10.0.0.0/8 --log-level info`,
    )
    .action(serve);
}

async function serve(options: ServeOptions): Promise<void> {
  const signals = watchSignals();
  try {
    const tls = await openTls(options);
    const publicUrl = options.publicUrl ?? lanUrl(options, tls !== null);
    const server = await createServer({
      host: options.host,
      port: options.port,
      dataDir: options.dataDir,
      modelsDir: options.modelsDir,
      workers: options.workers,
      logger: pino({ level: options.logLevel, base: null }, pino.destination({ dest: 2, sync: true })),
      ...(publicUrl !== undefined && { publicUrl }),
      ...(tls && { https: { key: tls.key, cert: tls.cert } }),
      ...(options.trustProxy !== undefined && { trustProxy: proxies(options.trustProxy) }),
      ...(options.weights !== undefined && { weights: options.weights }),
      ...(options.shadowModelsDir !== undefined && { shadowModelsDir: options.shadowModelsDir }),
      ...(options.policy !== undefined && { policyFile: options.policy }),
      ...(options.webhookAllow && { webhookAllow: options.webhookAllow }),
      ...oidc(options),
    });
    try {
      if (options.demo) await mountDemo(server);
      if (tls?.ca) offerCa(server, tls.ca);
      const endpoint = await listen(server, options);
      console.log(await greeting(server, endpoint, options));
      if (publicUrl !== undefined && server.app.hasRoute({ method: 'GET', url: '/demo' }))
        console.log(`\n${drawQrCode(`${endpoint}/demo/`)}`);
      await signals.first;
      console.log('Ending; requests in work are answered first.');
    } finally {
      const end = setTimeout(() => process.exit(), END_WITHIN_MS).unref();
      await server.close();
      clearTimeout(end);
    }
  } finally {
    signals.unwatch();
  }
}

type Tls = NonNullable<ServerConfig['https']> & { ca?: string };

/** Key and certificate to serve with; null for plain HTTP. */
async function openTls({ https, tlsCert, tlsKey, dataDir }: ServeOptions): Promise<Tls | null> {
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw new Failure('--tls-cert and --tls-key go together', { exitCode: 2 });
  if (tlsCert !== undefined && tlsKey !== undefined) return { cert: readPem(tlsCert), key: readPem(tlsKey) };
  if (!https) return null;
  const names = ['localhost', hostname(), '127.0.0.1', '::1', ...lanAddresses()];
  // The library takes a while to load, and few starts need it.
  const { localTls } = await import('../local-tls.js');
  return localTls(join(dataDir, 'tls'), names, new Date());
}

function readPem(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Failure(`${file} cannot be read`, { cause });
  }
}

/** Where other machines reach a service that listens on every address; tokens and the QR code name it. */
function lanUrl({ host, port }: ServeOptions, secure: boolean): string | undefined {
  const [address] = lanAddresses();
  if (!/^(0\.0\.0\.0|::)$/.test(host) || port === 0 || address === undefined) return undefined;
  return `${secure ? 'https' : 'http'}://${address}:${port}`;
}

/** IPv4 addresses of this machine that others may reach. */
function lanAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
}

/** The CA's certificate, which a phone fetches and is asked to trust. */
function offerCa({ app }: FaceServer, ca: string): void {
  app.get('/ca.crt', (_request, reply) =>
    reply
      .headers({
        'cache-control': 'no-store',
        'content-disposition': 'attachment; filename="bonafide-ca.crt"',
      })
      .type('application/x-x509-ca-cert')
      .send(ca),
  );
}

/** `first` settles at the first SIGINT or SIGTERM; a second one ends the process at once. */
function watchSignals(): { first: Promise<void>; unwatch: () => void } {
  const names = ['SIGINT', 'SIGTERM'] as const;
  let onSignal = () => {};
  const first = new Promise<void>((resolve) => {
    onSignal = () => {
      resolve();
      onSignal = () => process.exit(1);
    };
  });
  const listener = () => {
    onSignal();
  };
  for (const name of names) process.on(name, listener);
  return {
    first,
    unwatch: () => {
      for (const name of names) process.off(name, listener);
    },
  };
}

async function listen(server: FaceServer, { host, port }: ServeOptions): Promise<string> {
  try {
    return await server.listen();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'EADDRINUSE')
      throw new Failure(`port ${port} on ${host} is in use; choose another with --port`, { cause });
    if (code === 'EACCES') throw new Failure(`port ${port} may not be listened on by this user`, { cause });
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new Failure(`${host} is no address of this machine`, { cause });
    throw cause;
  }
}

async function greeting(server: FaceServer, endpoint: string, options: ServeOptions): Promise<string> {
  const folder = options.dataDir === option.DEFAULT_DATA_DIR ? '' : ` --data-dir ${options.dataDir}`;
  const resources = await server.resources.list();
  const development = resources.find((resource) => resource.development);
  const shown = development ?? resources[0];
  const served = PAGES.filter(([path]) => server.app.hasRoute({ method: 'GET', url: path }));
  const row = (name: string, value: string) => `  ${name.padEnd(10)} ${value}`;
  return [
    `Bonafide serves ${endpoint}`,
    '',
    row('Face API', `${endpoint}/face/v1.1-preview.1`),
    ...served.map(([path, what], index) => row(index === 0 ? 'also' : '', `${endpoint}${path}   ${what}`)),
    row('data', options.dataDir),
    ...(shown
      ? [
          row('resource', shown.name),
          row('its keys', `npx --no bonafide resource keys ${shown.name}${folder}`),
        ]
      : [row('resource', `none; make one by npx --no bonafide resource create NAME${folder}`)]),
    '',
    ...ownerNote(server),
    ...(development ? [...developmentNote(development), ''] : []),
    'Ctrl-C ends it.',
  ].join('\n');
}

/** The way in for the first Owner, printed here and nowhere else. */
function ownerNote(server: FaceServer): string[] {
  const link = server.ownerLink();
  return link === null
    ? []
    : [
        'Nobody is an Owner of this installation yet. Whoever opens this link first, within three days, is:',
        `  ${link}`,
        '',
      ];
}

function developmentNote({ name, policy }: Awaited<ReturnType<FaceServer['resources']['get']>>): string[] {
  const allowed = [
    ...(policy.unboundClips === 'allow' ? ['takes clips that nothing binds to a session'] : []),
    ...(policy.recognition === 'on' ? ['compares faces (recognition is on)'] : []),
    ...(policy.rateLimits === 'off' ? ['has no rate limit'] : []),
  ];
  return allowed.length === 0
    ? []
    : [
        `"${name}" is a development resource: it ${joined(allowed)}.`,
        'Make another for anything but trying out; to start it was to accept docs/responsible-use.md.',
      ];
}

function joined(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`;
}

/** The provider of the company's accounts, where one is named. */
function oidc({ oidcIssuer, oidcClientId, oidcClientAuth, oidcName }: ServeOptions): { oidc?: OidcConfig } {
  if (oidcIssuer === undefined && oidcClientId === undefined) return {};
  if (oidcIssuer === undefined || oidcClientId === undefined)
    throw new Failure('--oidc-issuer and --oidc-client-id go together', { exitCode: 2 });
  if (!URL.canParse(oidcIssuer)) throw new Failure('--oidc-issuer is no address', { exitCode: 2 });
  const clientSecret = process.env['BONAFIDE_OIDC_CLIENT_SECRET'];
  if (oidcClientAuth !== undefined && !clientSecret)
    throw new Failure('--oidc-client-auth needs the secret in BONAFIDE_OIDC_CLIENT_SECRET', { exitCode: 2 });
  return {
    oidc: {
      issuer: oidcIssuer,
      clientId: oidcClientId,
      ...(clientSecret && { clientSecret }),
      ...(oidcClientAuth !== undefined && { clientAuth: oidcClientAuth }),
      ...(oidcName !== undefined && { name: oidcName }),
    },
  };
}

function proxies(text: true | string): true | string[] {
  return text === true ? true : text.split(',').map((address) => address.trim());
}

function publicUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '')
    throw new InvalidArgumentError('Expected http://HOST or https://HOST, with a path or without.');
  return url.href.replace(/\/+$/, '');
}
