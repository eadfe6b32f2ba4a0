import { afterEach, describe, expect, it } from 'vitest';
import { createFakeEngine } from '../test/fake-engine.js';
import { clip, DETECT, PASSIVE, SESSIONS, startService, type TestService } from '../test/service.js';

let service: TestService;
afterEach(() => service.end());

async function judge(word: string): Promise<void> {
  const { authToken } = (await service.call('POST', SESSIONS, { json: PASSIVE })).json();
  await service.call('POST', DETECT, { token: authToken, form: { Content: clip(word) } });
}

describe('/metrics', () => {
  it('tells what each network did, of an engine whose workers say so', async () => {
    const stats = () => ({
      active: 1,
      waiting: 2,
      maxQueue: 12,
      workers: 2,
      networks: new Map([['pad-tree', { runs: 4, ms: 500 }]]),
    });
    const engine = { ...createFakeEngine(), stats };
    service = await startService({ engine });
    for (let read = 0; read < 2; read++) {
      const lines = (await service.call('GET', '/metrics', { key: null })).body.split('\n');
      expect(lines).toEqual(
        expect.arrayContaining([
          'bonafide_network_runs_total{network="pad-tree"} 4',
          'bonafide_network_seconds_total{network="pad-tree"} 0.5',
          'bonafide_queue_waiting 2',
        ]),
      );
    }
  });

  it('tells of calls, rejections, decisions and engine times, and names nobody', async () => {
    service = await startService();
    await judge('realface');
    await judge('spoofface');
    await judge('NoFace');
    await service.call('GET', `${SESSIONS}/0b4d1ef4-7a1b-4f8e-a53a-5a9b4a4f3f7e`);
    await service.call('GET', '/face/v1.2/nothing');
    const answer = await service.call('GET', '/metrics', { key: null });
    expect(answer.headers['content-type']).toContain('text/plain; version=0.0.4');
    const lines = answer.body.split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'bonafide_info{engine="fake-1",policy="test-1"} 1',
        'bonafide_decisions_total{kind="liveness",outcome="realface"} 1',
        'bonafide_decisions_total{kind="liveness",outcome="spoofface"} 1',
        'bonafide_decisions_total{kind="liveness",outcome="NoFaceDetected"} 1',
        'bonafide_quality_reasons_total{reason="NoFace"} 1',
        'bonafide_rejections_total{code="InvalidImage"} 1',
        'bonafide_rejections_total{code="SessionNotFound"} 1',
        'bonafide_engine_seconds_count{job="analyse",ended="well"} 3',
        'bonafide_requests_total{method="GET",route="unknown",status="404"} 1',
        'bonafide_requests_total{method="POST",route="/face/v1.1-preview.1/detectLiveness/singleModal/sessions",status="200"} 3',
      ]),
    );
    expect(answer.body).not.toContain(service.key);
    expect(answer.body).not.toMatch(/0b4d1ef4|723d6d03|="default"/);
  });
});
