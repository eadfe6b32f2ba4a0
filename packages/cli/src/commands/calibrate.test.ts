import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { ENGINE_VERSION, loadPolicy, policySha256, type Policy } from '@bonafide/engine';
import { afterAll, describe, expect, it } from 'vitest';
import { bonafide, makeFiles, start } from '../../test/command.js';
import { renderClip, requestOf } from '../simulate.js';

const { at, remove } = makeFiles();
afterAll(remove);

/** Even numbers in -1..1 that look like chance. */
const spread = (k: number) => ((k * 37) % 23) / 11 - 1;

/**
 * A finished evaluation of a simulated set, as `evaluate` leaves it: people on whom depth and networks tell the classes
 * apart, networks better. Two of them look like attacks.
 */
function evaluated(
  name: string,
  { people = 24, sources = ['simulated'], shift = 0 } = {},
): { manifest: string; out: string } {
  const rows = Array.from({ length: people }, (_, k) =>
    (['bonafide', 'attack'] as const).map((label) => ({
      path: `${name}-${label}-${k}.bmp`,
      label,
      species: label === 'attack' ? ['print', 'mask'][k % 2] : '',
      subject: `person-${k}`,
      clip: `${label}-${k}`,
      source: sources[k % sources.length] ?? '',
    })),
  ).flat();
  const csv = ['path,label,species,subject,clip,source,media'];
  for (const { path, label, species, subject, clip, source } of rows) {
    writeFileSync(at(path), 'never judged');
    csv.push([path, label, species, subject, clip, source, 'clip'].join());
  }
  const text = csv.join('\n') + '\n';
  writeFileSync(at(`${name}.csv`), text);
  const out = at(name);
  mkdirSync(out, { recursive: true });
  const identity = {
    engine: ENGINE_VERSION,
    policy: loadPolicy().version,
    policySha256: policySha256(loadPolicy()),
    manifestSha256: createHash('sha256').update(text).digest('hex'),
    sample: null,
  };
  writeFileSync(at(`${name}/run.json`), JSON.stringify(identity, null, 2) + '\n');
  const scored = (cue: string, llr: number) => ({
    name: cue,
    version: '1',
    outcome: { status: 'scored', llr, quality: 1, evidence: {} },
  });
  const outcomes = rows.map((row, k) => {
    const sign = row.label === 'bonafide' ? 1 : -1;
    const depth = sign * 0.8 + 1.2 * spread(k) + shift;
    const networks = k === 4 || k === 6 ? -3 : sign * 2 + spread(k + 5);
    return {
      ...row,
      decision: 'uncertain',
      score: depth + networks,
      reasons: [],
      cues: [scored('parallax', depth), scored('pad-networks', networks)],
      quality: [],
      unbound: true,
      conditions: null,
      timeMs: 1,
      sha256: createHash('sha256').update('never judged').digest('hex'),
    };
  });
  writeFileSync(at(`${name}/scores.jsonl`), outcomes.map((one) => JSON.stringify(one) + '\n').join(''));
  return { manifest: at(`${name}.csv`), out };
}

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

describe('calibrate', () => {
  it('fits a policy on an evaluated set that check decides with', async () => {
    const { manifest, out } = evaluated('set');
    const before = readFileSync(at('set/scores.jsonl'), 'utf8');
    const ran = await bonafide('calibrate', manifest, '--out', out, '--workers', '1');
    expect(ran.err).not.toContain('bonafide:');
    expect(ran.code).toBe(0);
    expect(readFileSync(at('set/scores.jsonl'), 'utf8')).toBe(before);
    // One source: nobody whom a fold was tested on was in its fit.
    expect(ran.out).toMatch(/subjects 1 of 5 \(10\).*subjects 5 of 5 \(8\)/);
    expect(ran.out).toContain('simulated presentations are among them');

    const policy = loadPolicy(at('set/policy.json'));
    const shipped = loadPolicy();
    expect(policy.version).toMatch(new RegExp(`^${shipped.version.replaceAll('.', '\\.')}\\+[0-9a-f]{8}$`));
    expect(policy.cues['parallax']?.weight.value).not.toBe(shipped.cues['parallax']?.weight.value);
    expect(policy.cues['parallax']?.weight.origin).toMatch(
      /^calibrated on set\.csv .* 24 bona fide and 24 attacks$/,
    );
    expect(policy.cues['pad-networks']).toEqual(shipped.cues['pad-networks']);
    expect(policy.operatingPoints.balanced.realface.origin).toContain(
      'least with APCER of every species up to 5 %',
    );
    const { strict, convenience } = policy.operatingPoints;
    expect(strict.realface.value).toBeGreaterThanOrEqual(convenience.realface.value);

    const checked = await bonafide(
      ...['check', at('portrait.jpg'), '--policy', at('set/policy.json'), '--workers', '1', '--json'],
    );
    const { analysis } = JSON.parse(checked.out) as { analysis: { versions: { policy: string } } };
    expect(analysis.versions.policy).toBe(policy.version);
  });

  it('names each policy by what was found, not by the manifest alone', async () => {
    const { manifest, out } = evaluated('set', { shift: 0.5 });
    const { version } = loadPolicy(at('set/policy.json'));
    await bonafide('calibrate', manifest, '--out', out, '--workers', '1');
    expect(loadPolicy(at('set/policy.json')).version).not.toBe(version);
  });

  it('leaves a policy that a service decides its sessions with', async () => {
    const { version } = loadPolicy(at('set/policy.json'));
    const folder = ['--data-dir', at('data')];
    const service = start(
      'serve',
      '--port',
      '0',
      '--policy',
      at('set/policy.json'),
      '--workers',
      '1',
      ...folder,
    );
    try {
      while (!service.ran.out.includes('Ctrl-C ends it.')) {
        if (service.process.exitCode !== null) throw new Error(service.ran.err);
        await delay(20);
      }
      const { out } = await bonafide('resource', 'keys', 'default', '--json', ...folder);
      const { endpoint, key1 } = JSON.parse(out) as { endpoint: string; key1: string };
      const url = `${endpoint}/face/v1.2`;
      const key = { 'ocp-apim-subscription-key': key1 };
      const created = await fetch(`${url}/detectLiveness-sessions`, {
        method: 'POST',
        headers: { ...key, 'content-type': 'application/json' },
        body: '{"livenessOperationMode":"Passive","deviceCorrelationId":"device"}',
      });
      const { sessionId, authToken } = (await created.json()) as { sessionId: string; authToken: string };
      const size = { width: 240, height: 320 };
      const { file } = await renderClip(requestOf('live', 1006, { mode: 'Passive', light: false }, { size }));
      const form = new FormData();
      form.append('Content', new Blob([new Uint8Array(file)]), 'video.webp');
      const headers = { authorization: `Bearer ${authToken}` };
      const sent = await fetch(`${url}/detectLiveness/singleModal`, { method: 'POST', headers, body: form });
      expect(sent.status).toBe(204);
      const judged = await fetch(`${url}/detectLiveness-sessions/${sessionId}`, { headers: key });
      expect(await judged.json()).toMatchObject({
        status: 'Succeeded',
        modelVersion: `${ENGINE_VERSION}+${version}`,
        results: { attempts: [{ attemptStatus: 'Succeeded' }] },
      });
    } finally {
      service.process.kill('SIGTERM');
      expect((await service.ended).code).toBe(0);
    }
  });

  it('leaves each source out in turn where there are several, and fits networks where nothing is simulated', async () => {
    const { manifest, out } = evaluated('sources', { sources: ['office', 'street'] });
    const ran = await bonafide('calibrate', manifest, '--out', out, '--workers', '1');
    expect(ran.out).toContain('source office (24), source street (24)');
    expect(ran.out).not.toContain('simulated');
    const found = read(at('sources/policy.json')) as Policy;
    expect(found.cues['pad-networks']?.weight.origin).toContain('calibrated on sources.csv');
  });

  it('says before it judges anything that there is too little', async () => {
    const { manifest } = evaluated('few', { people: 12 });
    const out = at('never-made');
    const ran = await bonafide('calibrate', manifest, '--out', out, '--workers', '1');
    expect(ran.code).toBe(1);
    expect(ran.err).toContain(
      'expected at least 20 presentations of each class, got 12 bona fide and 12 attacks',
    );
    expect(existsSync(out)).toBe(false);
  });
});
