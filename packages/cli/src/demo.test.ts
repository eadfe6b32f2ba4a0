import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { clip, DETECT, startService, type TestService } from '../../server/test/service.js';
import { mountDemo } from './demo.js';

let service: TestService;
afterEach(() => service.end());

describe('the demo', () => {
  it('is the example app server on the address of the service, with the key of the development resource', async () => {
    service = await startService();
    await mountDemo(service);
    const url = await service.listen();
    expect((await fetch(`${url}/demo`)).url).toBe(`${url}/demo/`);

    const started = await fetch(`${url}/demo/api/checks?kind=liveness`, { method: 'POST' });
    const { authToken } = (await started.json()) as { authToken: string };
    const [cookie = ''] = started.headers.getSetCookie();
    // What the service throws away of requests that it does not read takes two seconds; none of it may hurt.
    await delay(2_200);
    const form = new FormData();
    form.append('Content', new Blob([new Uint8Array(clip('realface'))]), 'video.webp');
    const sent = await fetch(url + DETECT, {
      method: 'POST',
      headers: { authorization: `Bearer ${authToken}` },
      body: form,
    });
    expect(sent.status).toBe(204);
    const completed = await fetch(`${url}/demo/api/checks/complete`, {
      method: 'POST',
      headers: { cookie: cookie.split(';', 1)[0] ?? '' },
      body: JSON.stringify({
        resultId: sent.headers.get('apim-request-id'),
        digest: sent.headers.get('x-bonafide-digest'),
      }),
    });
    expect(await completed.json()).toMatchObject({ accepted: true, shown: { livenessDecision: 'realface' } });
  });

  it('follows the key when it is replaced', async () => {
    service = await startService();
    await mountDemo(service);
    await service.resources.regenerateKey('default', 'key1');
    const answer = await service.app.inject({ method: 'POST', url: '/demo/api/checks?kind=liveness' });
    expect(answer.statusCode).toBe(200);
  });

  it('is not there where the development resource is not', async () => {
    service = await startService();
    await service.resources.remove('default');
    await mountDemo(service);
    expect((await service.app.inject({ url: '/demo' })).statusCode).toBe(404);
  });
});
