// The lab from end to end with the real networks: simulated people and attacks are recorded over HTTP as phones and cameras do,
// measured, calibrated on, and what was found scores in the shadow, decides and is taken back, by API and command in turn. No
// figure of it says how well a lab calibrates: few rendered people are far too little for that.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Challenge } from '@bonafide/protocol';
import type { ClipSession } from '@bonafide/simulator';
import { openFaceService } from '../packages/cli/src/attack/face-service.js';
import { forEachInParallel } from '../packages/cli/src/evaluate/parallel.js';
import { openSimulator, type Simulator } from '../packages/cli/src/simulate-pool.js';
import { root } from '../test/e2e/browser.js';
import { startService, type TestService } from '../test/e2e/service.js';
import { row } from './figures.js';

/** A calibration asks for 20 of each class. */
const PEOPLE = 20;
/** Species in turn; each shows the person of the same number. */
const ATTACKS = ['print-flat', 'phone-video'] as const;
const RESOURCE = 'lab';
/** Recordings that are open at a time: most of each one's time is spent waiting for its challenge to pass. */
const AT_A_TIME = 6;
const CONSENT = 'Nobody is shown: people of the simulator, who do not exist.';

/** Walks the whole way, printing each step; throws where one fails. */
export async function benchLab(modelsFolder: string, _built: string, people = PEOPLE): Promise<boolean> {
  const service = await startService({ modelsDir: modelsFolder });
  const simulator = openSimulator(2);
  const out = mkdtempSync(join(tmpdir(), 'bonafide-lab-'));
  try {
    await walk({ service, simulator, modelsFolder, out }, people);
    return true;
  } finally {
    await simulator.close();
    await service.close();
    rmSync(out, { recursive: true });
  }
}

interface Place {
  service: TestService;
  simulator: Simulator;
  modelsFolder: string;
  /** A folder for files of the walk. */
  out: string;
}

async function walk(place: Place, people: number): Promise<void> {
  const { service, modelsFolder, out } = place;
  const api = await signIn(service);
  const cli = <T>(...argv: string[]) => bonafide<T>(service.dataDir, ...argv);
  const at = `/resources/${RESOURCE}`;
  await service.server.resources.create({ name: RESOURCE });
  const startedMs = performance.now();
  const took = () => `${((performance.now() - startedMs) / 1000).toFixed(0)} s`;

  await forEachInParallel([...Array(2 * people).keys()], AT_A_TIME, new AbortController().signal, (k) =>
    record(place, api, k),
  );
  const grown = await cli<{ bonaFide: { recorded: number } }>('lab', 'show', RESOURCE);
  expect(grown.bonaFide.recorded, people);
  row('recorded', String(2 * people), `by link and by token, ${took()}`);

  const { id: first } = await api<Run>('POST', `${at}/lab/runs`, { kind: 'evaluation' });
  await ended(api, first);
  const report = await api<{ schema: string }>('GET', `${at}/lab/runs/${first}/report`);
  expect(report.schema, 'bonafide-report/1');
  const scores = linesOf(await api<string>('GET', `${at}/lab/runs/${first}/scores`));
  expect(scores.length, 2 * people);
  row('evaluated', tally(scores), `by the API, ${took()}`);

  const archive = join(out, 'lab.tar');
  await cli('lab', 'export', RESOURCE, archive);
  const set = join(out, 'set');
  mkdirSync(set);
  await promisify(execFile)('tar', ['-xf', archive, '-C', set]);
  await promisify(execFile)(process.execPath, [
    join(root, 'packages/cli/bin/bonafide.js'),
    ...['evaluate', join(set, 'manifest.csv'), '--out', join(out, 'evaluation'), '--by', 'subject'],
    ...['--models-dir', modelsFolder],
  ]);
  const again = linesOf(readFileSync(join(out, 'evaluation/scores.jsonl'), 'utf8'));
  expect(sorted(again), sorted(scores));
  row('exported and evaluated elsewhere', 'the same', `every score and decision, ${took()}`);

  await cli('lab', 'calibrate', RESOURCE, '--wait');
  const [candidate] = await cli<Candidate[]>('lab', 'candidates', RESOURCE);
  if (!candidate) throw new Error('the calibration made no candidate');
  row('calibrated', candidate.version, `by command, ${took()}`);

  await cli('lab', 'shadow', RESOURCE, candidate.id);
  const { key1 } = await service.server.resources.keys(RESOURCE);
  const live = await checks(place, key1, ['live', 'live', 'print-flat', 'phone-video']);
  const seen = await api<{ counts: { count: number }[] }>(
    'GET',
    `${at}/policy/candidates/${candidate.id}/shadow`,
  );
  expect(
    seen.counts.reduce((sum, { count }) => sum + count, 0),
    live.length,
  );
  row('in the shadow', live.join(', '), `of the installed policy; all seen by the candidate, ${took()}`);

  const second = await cli<Run>('lab', 'evaluate', RESOURCE, '--candidate', candidate.id, '--wait');
  await api('GET', `${at}/lab/runs/${second.id}/comparison/${first}`);
  const page = await api<string>('GET', `${at}/lab/runs/${second.id}/comparison/${first}/report.html`);
  expect(page.includes('<!doctype html>'), true);
  const moved = linesOf(await api<string>('GET', `${at}/lab/runs/${second.id}/scores`));
  row('decided by the candidate', tally(moved), `compared with the first, ${took()}`);

  await cli('lab', 'shadow', RESOURCE);
  const adopt = `${at}/policy/candidates/${candidate.id}/adopt`;
  await api('POST', adopt, { acknowledged: candidate.shortfall ?? '' });
  expect((await cli<Candidate[]>('lab', 'candidates', RESOURCE))[0]?.decides, true);
  row('adopted by the API', (await checks(place, key1, ['live'])).join(), took());
  await cli('lab', 'rollback', RESOURCE);
  expect(await deciding(api), '');
  await cli('lab', 'adopt', RESOURCE, candidate.id, '--acknowledge', candidate.shortfall ?? '');
  expect(await deciding(api), candidate.id);
  await api('POST', `${at}/policy/rollback`, {});
  expect(await deciding(api), '');
  row('rolled back, adopted, rolled back', 'by both', took());

  const { id: third } = await api<Run>('POST', `${at}/lab/runs`, { kind: 'calibration' });
  await api('POST', `${at}/lab/runs/${third}/cancel`, {});
  expect((await api<Run>('GET', `${at}/lab/runs/${third}`)).state, 'cancelled');
  await api('DELETE', `${at}/lab/subjects/P-1`);
  expect((await cli<{ subjects: number }>('lab', 'show', RESOURCE)).subjects, people - 1);
  expect(linesOf(await api<string>('GET', `${at}/lab/runs/${first}/scores`)).length, 2 * people - 2);
  row('a subject withdrawn', 'gone', `from the set and every measurement, ${took()}`);
  const verdict = await api<{ whole: boolean }>('GET', '/audit/verification');
  expect(verdict.whole, true);
}

type Api = <T = unknown>(method: string, path: string, body?: object) => Promise<T>;
interface Run {
  id: string;
  state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
  fault: string | null;
}
interface Candidate {
  id: string;
  version: string;
  shortfall: string | null;
  decides: boolean;
}
interface Line {
  path: string;
  label: string;
  decision: string;
  score: number | null;
}

/** The management API as the first Owner, who joins by the printed link. */
async function signIn({ endpoint, server }: TestService): Promise<Api> {
  const headers: Record<string, string> = { origin: endpoint };
  const api: Api = async <T>(method: string, path: string, body?: object) => {
    const answer = await fetch(`${endpoint}/management/v1${path}`, {
      method,
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    const [cookie] = answer.headers.getSetCookie();
    if (cookie !== undefined) headers['cookie'] = cookie.split(';')[0] ?? '';
    return (
      answer.headers.get('content-type')?.startsWith('application/json') ? JSON.parse(text) : text
    ) as T;
  };
  const token = server.ownerLink()?.split('#')[1];
  const password = 'a password of one walk';
  const { csrfToken } = await api<{ csrfToken: string }>('POST', '/invitation/accept', { token, password });
  headers['x-csrf-token'] = csrfToken;
  return api;
}

/** Runs a command on the service's folder; what it prints as JSON. */
async function bonafide<T>(dataDir: string, ...argv: string[]): Promise<T> {
  const all = [join(root, 'packages/cli/bin/bonafide.js'), ...argv, '--json', '--data-dir', dataDir];
  const { stdout } = await promisify(execFile)(process.execPath, all, { maxBuffer: 2 ** 27 });
  return JSON.parse(stdout) as T;
}

/** Records a bona fide presentation (`k` even) or an attack on the same person: every second by a link, as a phone does. */
async function record({ service, simulator }: Place, api: Api, k: number): Promise<void> {
  const person = Math.floor(k / 2) + 1;
  const species = k % 2 === 0 ? null : (ATTACKS[person % ATTACKS.length] ?? ATTACKS[0]);
  const { link, authToken } = await api<{ link: string | null; authToken: string | null }>(
    'POST',
    `/resources/${RESOURCE}/lab/presentations`,
    {
      ...(species ? { label: 'attack', species, instrument: 'rendered' } : { label: 'bonafide' }),
      ...{ subject: `P-${person}`, consent: CONSENT, by: person % 2 ? 'link' : 'token' },
    },
  );
  const token = authToken ?? (await openLink(service, new URL(link ?? '').searchParams.get('s') ?? ''));
  await present({ service, simulator }, token, species ?? 'live', person);
}

/** What the page of a link does as somebody begins. */
async function openLink({ endpoint }: TestService, s: string): Promise<string> {
  const { authToken } = await post<{ authToken: string }>(`${endpoint}/api/quicklink/open`, {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ s }),
  });
  return authToken;
}

/** Runs the challenge of a session as a device whose camera sees the scenario. */
async function present(
  { service: { endpoint }, simulator }: Pick<Place, 'service' | 'simulator'>,
  token: string,
  scenario: string,
  seed: number,
): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  const { nonce, challenge } = await post<{ nonce: string; challenge: Challenge }>(
    `${endpoint}/face/v1.2/session/start`,
    { headers },
  );
  const startedMs = performance.now();
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
  const session: ClipSession = { sessionId: (JSON.parse(payload) as { sid: string }).sid, nonce, challenge };
  const { file, companion } = await simulator.render({ scenario, seed, session, earlier: session });
  const { frames, steps } = companion.metadata;
  const lastMs = Math.max(
    ...frames.map(({ timeMs }) => timeMs),
    ...steps.map(({ shownAtMs, doneAtMs }) => doneAtMs ?? shownAtMs),
  );
  // No capture can last longer than its nonce is old.
  await delay(Math.max(0, startedMs + lastMs - performance.now()));
  const form = new FormData();
  form.append('Content', new Blob([new Uint8Array(file)], { type: 'image/webp' }), 'video.webp');
  form.append('Metadata', JSON.stringify(companion.metadata));
  await post(`${endpoint}/face/v1.2/detectLiveness/singleModal`, { headers, body: form });
}

/** Live checks of people and attacks that were not recorded; what the service decided on each. */
async function checks({ service, simulator }: Place, key: string, scenarios: string[]): Promise<string[]> {
  const { signal } = new AbortController();
  const faces = openFaceService({ endpoint: service.endpoint, key, uploads: 1, signal });
  const decisions: string[] = [];
  for (const [k, scenario] of scenarios.entries()) {
    const session = await faces.open();
    const { sessionId, nonce, challenge } = session;
    const plain = { sessionId, nonce, challenge };
    const { file, companion } = await simulator.render({
      ...{ scenario, seed: 1000 + k },
      ...{ session: plain, earlier: plain },
    });
    const { outcome } = await faces.present(session, { file, metadata: companion.metadata });
    decisions.push(outcome.decision);
  }
  return decisions;
}

async function post<T>(url: string, init: RequestInit): Promise<T> {
  const answer = await fetch(url, { method: 'POST', ...init });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text}`);
  return (text === '' ? null : JSON.parse(text)) as T;
}

async function ended(api: Api, id: string): Promise<void> {
  for (;;) {
    const { state, fault } = await api<Run>('GET', `/resources/${RESOURCE}/lab/runs/${id}`);
    if (state === 'done') return;
    if (state !== 'waiting' && state !== 'running')
      throw new Error(`a measurement is ${state}: ${fault ?? ''}`);
    await delay(500);
  }
}

async function deciding(api: Api): Promise<string> {
  return (await api<{ policy: { decisionPolicy: string } }>('GET', `/resources/${RESOURCE}`)).policy
    .decisionPolicy;
}

const linesOf = (text: string): Line[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

/** What was decided on which file, without the times, which differ each time. */
function sorted(lines: readonly Line[]): string {
  const name = (path: string) => path.split('/').at(-1) ?? '';
  return JSON.stringify(
    lines
      .map(({ path, decision, score }) => [name(path), decision, score])
      .sort((a, b) => (String(a) < String(b) ? -1 : 1)),
  );
}

/** Such as `24 bonafide: 23 realface, 1 uncertain; ...`. */
function tally(lines: readonly Line[]): string {
  return ['bonafide', 'attack']
    .map((label) => {
      const those = lines.filter((line) => line.label === label);
      const counts = [...new Set(those.map(({ decision }) => decision))].map(
        (decision) => `${those.filter((line) => line.decision === decision).length} ${decision}`,
      );
      return `${label} ${counts.join(', ')}`;
    })
    .join('; ');
}

function expect(found: unknown, wanted: unknown): void {
  if (found !== wanted) throw new Error(`expected ${String(wanted)}, found ${String(found)}`);
}
