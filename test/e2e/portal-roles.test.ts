import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { capturedFor, type Started } from '../../packages/server/test/captured.js';
import { createFakeEngine } from '../../packages/server/test/fake-engine.js';
import { violations } from './axe.js';
import { launchBrowser } from './browser.js';
import { startService, type TestService } from './service.js';

const PASSWORD = 'correct horse battery';
const CONSENT = 'I agree to be filmed for measurements of this system.';

/** Beside other work a page takes seconds. */
const PATIENCE = { timeout: 240_000 };

/** Pages of the installation, and of a resource. */
const PAGES = ['', '/new', '/people', '/recognition', '/audit', '/account', '/no-such-page'];
const OF_RESOURCE = [
  ...['overview', 'quickstart', 'sessions', 'sessions/SESSION', 'try', 'usage', 'policy', 'webhooks'],
  ...['personal-data', 'audit', 'lab', 'lab/presentations', 'lab/presentations/PRESENTATION', 'lab/subjects'],
  ...['lab/measurements', 'lab/measurements/RUN', 'lab/candidates', 'no-such-page'],
];
/** What a Reader finds to press: nothing that changes more than what is seen, or than themselves. */
const HARMLESS =
  /^(Copy|Search|Filter|Verify the chain|Newer|Older|Compare|Change password|Set up|Last |Open the files)/;

interface Visit {
  address: string;
  text: string;
  buttons: string[];
}

/** A person's pages, as they see them; what the browser or the service complained of is in `complaints`. */
describe('every page of the portal', () => {
  let service: TestService;
  let browser: Browser;
  let owner: Page;
  /** For the ids in addresses. */
  const ids: Record<string, string> = {};
  /** The service's clock before the machine's, ms. */
  let ahead = 0;

  beforeAll(async () => {
    const engine = createFakeEngine();
    const outcome = { status: 'scored', llr: 3, quality: 1, evidence: {} } as const;
    engine.measure = () => [{ name: 'pad-networks', version: '1', outcome }];
    service = await startService({
      engine,
      clock: () => Date.now() + ahead,
      passwordCost: { N: 2 ** 10, r: 8, p: 1 },
    });
    await service.server.resources.create({ name: 'shop' });
    browser = await launchBrowser({ kind: 'none' });
    owner = await (await browser.newContext()).newPage();
    await joinAs(owner, service.server.ownerLink() ?? '', 'olga');
    await fill();
  });
  afterAll(async () => {
    await browser.close();
    await service.close();
  });

  async function joinAs(page: Page, link: string, name: string): Promise<void> {
    await page.goto(link);
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByLabel('Password again').fill(PASSWORD);
    await page.getByRole('button', { name: 'Join' }).click();
    await page.getByRole('heading', { name: 'Resources' }).waitFor();
  }

  /** Calls the management API as the owner's page does. */
  function call<T>(method: string, path: string, body?: object): Promise<T> {
    return owner.evaluate(
      async ([verb, address, json]) => {
        const { csrfToken } = (await (await fetch('/management/v1/me')).json()) as { csrfToken: string };
        const headers = { 'x-csrf-token': csrfToken, ...(json && { 'content-type': 'application/json' }) };
        const answer = await fetch(`/management/v1${address}`, { method: verb, headers, body: json ?? null });
        return (await answer.json()) as T;
      },
      [method, path, body && JSON.stringify(body)] as const,
    );
  }

  async function post(path: string, init: RequestInit): Promise<Response> {
    const answer = await fetch(service.endpoint + path, { method: 'POST', ...init });
    expect([path, answer.ok]).toEqual([path, true]);
    return answer;
  }

  /** Puts something onto every page. */
  async function fill(): Promise<void> {
    const { sessionId, authToken } = await service.createSession();
    const form = new FormData();
    form.append('Content', new Blob(['clip']), 'video.webp');
    form.append('Metadata', '{}');
    const headers = { authorization: `Bearer ${authToken}` };
    await post('/face/v1.2-preview.1/detectLiveness/singleModal', { headers, body: form });
    ids['SESSION'] = sessionId;
    ids['PRESENTATION'] = await record();
    const at = '/resources/default';
    const { id } = await call<{ id: string }>('POST', `${at}/lab/runs`, { kind: 'evaluation' });
    ids['RUN'] = id;
    await vi.waitFor(async () => {
      expect(await call('GET', `${at}/lab/runs/${id}`)).toMatchObject({ state: 'done' });
    }, 20_000);
    await call('POST', `${at}/policy/candidates`, { run: id, realface: 1, spoofface: -1 });
    await call('POST', `${at}/webhooks`, { url: 'https://example.com/' });
    await call('PATCH', at, { policy: { operatingPoint: 'strict' }, policyNote: 'to be seen' });
  }

  /** Records a presentation; its id. */
  async function record(): Promise<string> {
    const wanted = { label: 'bonafide', subject: 'S-01', by: 'token', consent: CONSENT };
    const { id, authToken } = await call<{ id: string; authToken: string }>(
      'POST',
      '/resources/default/lab/presentations',
      wanted,
    );
    const headers = { authorization: `Bearer ${authToken}` };
    const started = (await (await post('/face/v1.2/session/start', { headers })).json()) as Started;
    const payload = Buffer.from(authToken.split('.')[1] ?? '', 'base64url').toString();
    const { Content, Metadata } = await capturedFor((JSON.parse(payload) as { sid: string }).sid, started);
    // A capture cannot last longer than its nonce is old, and this one is made up at once.
    ahead += 20_000;
    const form = new FormData();
    form.append('Content', new Blob([new Uint8Array(Content)]), 'video.webp');
    form.append('Metadata', Metadata);
    await post('/face/v1.2/detectLiveness/singleModal', { headers, body: form });
    return id;
  }

  /** Goes to every page as somebody with a role, by address, as links of others lead there. */
  async function visit(
    name: string,
    role: string | null,
    addresses: readonly string[],
    resource?: string,
  ): Promise<Visit[]> {
    const { link } = await call<{ link: string }>('POST', '/people', {
      ...{ name, ...(role && { role }), ...(resource && { resource }) },
    });
    const context: BrowserContext = await browser.newContext({
      colorScheme: role === 'Reader' ? 'dark' : 'light',
    });
    const page = await context.newPage();
    await joinAs(page, link, name);
    const complaints: string[] = [];
    page.on('console', (message) => {
      // A browser notes that a resource was not found; everything else would be a call that the page should not have made.
      if (message.type() === 'error' && !message.text().includes('404'))
        complaints.push(`${page.url()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
    const visits: Visit[] = [];
    for (const address of addresses) {
      const filled = address.replace(/[A-Z]+$/, (id) => ids[id] ?? id);
      await page.setViewportSize({ width: 1280, height: 844 });
      await page.goto(`${service.endpoint}/portal${filled}`);
      await page.locator('main h1').waitFor();
      await page.locator('.loading').first().waitFor({ state: 'detached' });
      const seen = await page.evaluate(() => ({
        text: document.querySelector('main')?.innerText ?? '',
        buttons: [...document.querySelectorAll<HTMLButtonElement>('main button:enabled')].map(
          ({ innerText }) => innerText.trim(),
        ),
        // Everything that can be used is a control of the browser's own, which keys reach.
        withoutKeys: [
          ...document.querySelectorAll<HTMLElement>('a, button, input, select, textarea, summary'),
        ]
          .filter(({ tabIndex }) => tabIndex < 0)
          .map(({ outerHTML }) => outerHTML),
      }));
      expect([address, seen.withoutKeys]).toEqual([address, []]);
      visits.push({ address, ...seen });
      expect(await violations(page), `${name}, ${address}`).toEqual([]);
      await page.setViewportSize({ width: 390, height: 844 });
      const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement);
      expect([address, scrollWidth]).toEqual([address, clientWidth]);
    }
    await context.close();
    expect(complaints).toEqual([]);
    return visits;
  }

  const ofResource = (name: string) => OF_RESOURCE.map((page) => `/resources/${name}/${page}`);
  /** Pages that say whom to ask for a role, by the end of their address. */
  const asking = (visits: readonly Visit[]) =>
    visits
      .filter(({ text }) => text.includes('Ask olga'))
      .map(({ address }) => address.replace(/.*default/, ''));

  test('shows a Reader nothing to press that would be refused, and says whom to ask', PATIENCE, async () => {
    const visits = await visit('rita', 'Reader', [...PAGES, ...ofResource('default')]);
    expect(asking(visits)).toEqual([
      ...['/new', '/people', '/recognition'],
      ...['/overview', '/sessions/SESSION', '/try', '/policy', '/webhooks', '/personal-data'],
      ...['/lab/presentations', '/lab/presentations/PRESENTATION', '/lab/subjects'],
    ]);
    for (const { address, buttons } of visits)
      expect([address, buttons.filter((button) => !HARMLESS.test(button))]).toEqual([address, []]);
  });

  test('is open to a Contributor, but for people and the decision on recognition', PATIENCE, async () => {
    const visits = await visit('carl', 'Contributor', [...PAGES, ...ofResource('default')]);
    expect(asking(visits)).toEqual(['/people', '/recognition']);
    const buttons = new Map(visits.map((one) => [one.address.replace(/.*default/, ''), one.buttons]));
    for (const [address, button] of [
      ['/overview', 'Show keys'],
      ['/sessions/SESSION', 'Delete this session'],
      ['/policy', 'Save'],
      ['/webhooks', 'Set up'],
      ['/personal-data', 'Erase for ever'],
      ['/lab', 'Begin'],
      ['/lab/candidates', 'Adopt'],
    ] as const)
      expect([address, buttons.get(address)]).toEqual([address, expect.arrayContaining([button])]);
  });

  test(
    'tells somebody with a role on another resource, or with none, no more than whom to ask',
    PATIENCE,
    async () => {
      const hidden = ['/resources/default/overview', '/resources/nothing/sessions', '/audit', '/people'];
      for (const [name, role, resource] of [
        ['rob', 'Reader', 'shop'],
        ['nora', null, undefined],
      ] as const)
        for (const { address, text } of await visit(name, role, hidden, resource))
          expect([address, text]).toEqual([address, expect.stringContaining('Ask olga')]);
    },
  );
});
