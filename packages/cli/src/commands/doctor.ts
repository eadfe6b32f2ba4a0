import { statSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { InvalidArgumentError, type Command } from 'commander';
import { readManifest } from '@bonafide/engine';
import {
  CLOCK_TOLERANCE_MS,
  DIAGNOSES,
  isAcceptedType,
  SDK_FILES,
  type DiagnosisCode,
  type Finding,
} from '@bonafide/protocol';
import { Failure } from '../failure.js';
import * as option from './options.js';

/** A service that has not answered by then does not, ms. */
const ANSWER_WITHIN_MS = 10_000;
/** From so many days before its end a certificate is worth a word. */
const SOON_DAYS = 14;

interface DoctorOptions {
  url: string;
  page?: string;
  modelsDir: string;
  json?: boolean;
}

/** Adds `doctor`: what is wrong with an installation, why, and what helps. */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .summary('find out what is wrong with an installation')
    .description(
      'Looks at the weights, and at a running service as a device would see it: address, certificate, clock, files of the ' +
        'SDK with their types, and the headers of a page. Each failure has a code, a cause and a cure; the camera and the ' +
        'browser are tested on the page /check of the service.',
    )
    .option('--url <url>', 'address of the service', address, 'http://127.0.0.1:8080')
    .option('--page <url>', 'page of yours that runs the SDK; its headers, and what the service allows it')
    .addOption(option.modelsDir())
    .addOption(option.json())
    .addHelpText(
      'after',
      `
Examples:
  npx --no bonafide doctor
  npx --no bonafide doctor --url https://face.example.com --page https://app.example.com/login`,
    )
    .action(doctor);
}

async function doctor(options: DoctorOptions): Promise<void> {
  const findings = await examine(options);
  console.log(options.json ? JSON.stringify(findings.map(explained)) : findings.map(line).join('\n'));
  const failures = findings.filter(({ code }) => code !== null).length;
  if (failures > 0) throw new Failure(`${failures} of ${findings.length} checks failed`);
}

async function examine({ url, page, modelsDir }: DoctorOptions): Promise<Finding[]> {
  const findings = [checkWeights(modelsDir), checkSecure(url)];
  const service = await checkService(url);
  findings.push(service.finding);
  // Nothing behind an address that does not answer can be looked at.
  if (!service.answer) return findings;
  findings.push(checkClock(service.answer), await checkAssets(url));
  if (url.startsWith('https:')) findings.push(await checkCertificate(new URL(url)));
  findings.push(await checkPage(page ?? `${url}/check`, url));
  if (page !== undefined) findings.push(await checkCors(url, new URL(page).origin));
  return findings;
}

function checkWeights(folder: string): Finding {
  const what = 'Weights';
  for (const { file, bytes } of readManifest()) {
    const found = statSync(join(folder, file), { throwIfNoEntry: false });
    if (!found) return finding(what, 'WeightsMissing', join(folder, file));
    // Contents are verified whenever the engine loads them.
    if (found.size !== bytes)
      return finding(what, 'WeightsChanged', `${file}: ${found.size} bytes instead of ${bytes}`);
  }
  return finding(what, null, folder);
}

function checkSecure(url: string): Finding {
  const { protocol, hostname, origin } = new URL(url);
  // Loopback is secure without TLS (W3C Secure Contexts, 3.1).
  const secure = protocol === 'https:' || /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  return finding('Secure page', secure ? null : 'InsecureContext', origin);
}

async function checkService(url: string): Promise<{ finding: Finding; answer: Response | null }> {
  const what = 'Service';
  try {
    const answer = await ask(`${url}/healthz`);
    const body = (await answer.json().catch(() => null)) as { status?: unknown } | null;
    if (answer.ok && body?.status === 'ok') return { finding: finding(what, null, url), answer };
    return { finding: finding(what, 'ServiceNotReady', `status ${answer.status}`), answer: null };
  } catch (error) {
    const code = codeOf(error);
    return { finding: finding(what, TLS_ERRORS[code] ?? 'ServiceUnreachable', code), answer: null };
  }
}

/** Codes of OpenSSL's verification and of Node.js (docs of `tls`, "X509 certificate error codes"). */
const TLS_ERRORS: Record<string, DiagnosisCode> = {
  ERR_TLS_CERT_ALTNAME_INVALID: 'TlsWrongName',
  CERT_HAS_EXPIRED: 'TlsExpired',
  CERT_NOT_YET_VALID: 'TlsExpired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'TlsUntrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'TlsUntrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'TlsUntrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'TlsUntrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'TlsUntrusted',
  CERT_UNTRUSTED: 'TlsUntrusted',
};

function codeOf(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause)
    if ('code' in at && typeof at.code === 'string') return at.code;
  return error instanceof Error ? error.name : 'unknown';
}

function checkClock(answer: Response): Finding {
  const skewMs = Math.abs(Date.now() - Date.parse(answer.headers.get('date') ?? ''));
  const detail = `the clocks differ by ${Math.round(skewMs / 1000)} s`;
  return finding('Clock', skewMs <= CLOCK_TOLERANCE_MS ? null : 'ClockSkewed', detail);
}

async function checkAssets(url: string): Promise<Finding> {
  const what = 'Files of the SDK';
  for (const file of SDK_FILES) {
    const answer = await ask(`${url}/client/${file}`, { method: 'HEAD' }).catch(() => null);
    if (!answer?.ok) return finding(what, 'AssetMissing', file);
    const type = answer.headers.get('content-type');
    if (!isAcceptedType(file, type)) return finding(what, 'AssetWrongType', `${file}: ${type ?? 'none'}`);
  }
  return finding(what, null, `${SDK_FILES.length} files`);
}

async function checkCertificate({ hostname, port }: URL): Promise<Finding> {
  const host = hostname.replace(/^\[|\]$/g, '');
  const end = await new Promise<number>((resolve, reject) => {
    const socket = connect({ host, port: Number(port || 443), servername: host }, () => {
      resolve(Date.parse(socket.getPeerCertificate().valid_to));
      socket.destroy();
    });
    socket.on('error', reject);
  });
  const days = Math.floor((end - Date.now()) / 86_400_000);
  return finding('Certificate', days < SOON_DAYS ? 'TlsExpiresSoon' : null, `ends in ${days} days`);
}

/** What the page's Content-Security-Policy and Permissions-Policy leave of what the SDK needs. */
async function checkPage(page: string, url: string): Promise<Finding> {
  const what = `Page ${page}`;
  const answer = await ask(page).catch(() => null);
  if (!answer?.ok)
    return finding(what, 'ServiceUnreachable', answer ? `status ${answer.status}` : 'no answer');
  const permissions = answer.headers.get('permissions-policy') ?? '';
  if (/(^|[,\s])camera=\(\s*\)/.test(permissions)) return finding(what, 'CameraBlockedByPolicy', permissions);
  const policy = readPolicy(answer.headers.get('content-security-policy') ?? '');
  const sources = (...names: string[]) => names.map((name) => policy.get(name)).find(Boolean);
  const scripts = sources('script-src', 'default-src');
  if (scripts && !scripts.some((source) => source === "'wasm-unsafe-eval'" || source === "'unsafe-eval'"))
    return finding(what, 'WasmBlocked', scripts.join(' '));
  const workers = sources('worker-src', 'child-src', 'script-src', 'default-src');
  if (workers && !workers.some((source) => source !== "'none'"))
    return finding(what, 'WorkerBlocked', workers.join(' '));
  const calls = sources('connect-src', 'default-src');
  if (calls && !allowsOrigin(calls, new URL(url).origin, new URL(page).origin))
    return finding(what, 'ConnectBlocked', calls.join(' '));
  return finding(what, null);
}

/** Directives of a policy by their names (Content Security Policy Level 3, 2.2.1: the first of a name counts). */
function readPolicy(text: string): Map<string, string[]> {
  const directives = text.split(';').map((part) => part.trim().split(/\s+/));
  return new Map(directives.reverse().map(([name = '', ...sources]) => [name.toLowerCase(), sources]));
}

function allowsOrigin(sources: readonly string[], origin: string, self: string): boolean {
  return sources.some(
    (source) =>
      source === '*' ||
      (source === "'self'" && origin === self) ||
      source === new URL(origin).protocol ||
      (URL.canParse(source) && new URL(source).origin === origin),
  );
}

async function checkCors(url: string, origin: string): Promise<Finding> {
  const answer = await ask(`${url}/face/v1.1-preview.1/detectLiveness/singleModal`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    },
  }).catch(() => null);
  const allowed = answer?.headers.get('access-control-allow-origin');
  return finding('CORS', allowed === origin || allowed === '*' ? null : 'CorsRefused', origin);
}

function ask(url: string, init: RequestInit = {}): Promise<Response> {
  return fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
}

function finding(what: string, code: DiagnosisCode | null, detail = ''): Finding {
  return { what, code, detail };
}

function explained(found: Finding): Finding & { cause?: string; cure?: string } {
  return { ...found, ...(found.code && DIAGNOSES[found.code]) };
}

function line(found: Finding): string {
  const { what, code, detail, cause, cure } = explained(found);
  const head = `${code ? '✗' : '✓'} ${what}${code ? `: ${code}` : ''}${detail ? `  (${detail})` : ''}`;
  return [head, ...(cause ? [`    ${cause}`] : []), ...(cure ? [`    What helps: ${cure}`] : [])].join('\n');
}

function address(text: string): string {
  if (!URL.canParse(text) || !/^https?:/.test(text))
    throw new InvalidArgumentError('Expected http://HOST or https://HOST.');
  return text.replace(/\/+$/, '');
}
